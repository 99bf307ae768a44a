public import CPinstripe

// The rights function of pinstripe_decoder.h; its contract stands there.

/// Reads and judges the open track's rights.
@c @implementation
public func pinstripe_rights_read(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?, _ keybox: UnsafePointer<pinstripe_keybox>?,
  _ allow_test: UInt32, _ rights: UnsafeMutablePointer<pinstripe_rights>?
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder), let keybox = unsafe keybox,
    let rights = unsafe rights
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe keybox.pointee.isOfThisABI,
    unsafe rights.pointee.struct_size == UInt32(MemoryLayout<pinstripe_rights>.size),
    unsafe rights.pointee.abi_version == PINSTRIPE_ABI_VERSION
  else { return PINSTRIPE_E_ABI }
  var record = InlineArray<128, UInt8>(repeating: 0)
  guard unsafe state.pointee.rights.isPresent else {
    unsafe rights.pointee.fill(from: record.span, isPresent: false)
    return PINSTRIPE_OK
  }
  do throws(TrackError) {
    let cipher = unsafe state.pointee.cipher.cipher
    try unsafe state.pointee.rights.read(&state.pointee.storage, cipher, into: &record)
    let bytes = record.span
    let flags = try RightsRecord.flags(of: bytes)
    guard unsafe bytes.littleEndian64(at: RightsRecord.trackIDOffset) == state.pointee.trackID.0,
      unsafe bytes.littleEndian64(at: RightsRecord.trackIDOffset + 8) == state.pointee.trackID.1
    else { throw .malformed }
    guard flags & PINSTRIPE_RIGHTS_TEST == 0 || allow_test != 0 else { throw .testKeybox }
    if flags & PINSTRIPE_RIGHTS_ISSUED != 0 {
      try unsafe keybox.pointee.check(deviceID: bytes)
      try RightsRecord.verify(bytes, provider: cipher.provider)
    }
    unsafe rights.pointee.fill(from: bytes, isPresent: true)
    unsafe state.pointee.rights.markRead()
    return PINSTRIPE_OK
  } catch {
    return error.status
  }
}

extension pinstripe_keybox {
  /// Holds the device id of a record against this device's.
  fileprivate func check(deviceID record: Span<UInt8>) throws(TrackError) {
    try withBytes(of: device_id) { own throws(TrackError) in
      guard
        unsafe own.littleEndian64(at: 0) == record.littleEndian64(at: RightsRecord.deviceIDOffset),
        unsafe own.littleEndian64(at: 8)
          == record.littleEndian64(at: RightsRecord.deviceIDOffset + 8)
      else { throw .noSlot }
    }
  }
}

extension pinstripe_rights {
  /// Takes over a record's 128 bytes, or zeros.
  fileprivate mutating func fill(from record: Span<UInt8>, isPresent: Bool) {
    present = isPresent ? 1 : 0
    flags = unsafe record.littleEndian32(at: 0) >> 16
    plays = unsafe record.littleEndian32(at: 4)
    reserved = 0
    not_before = unsafe record.littleEndian64(at: RightsRecord.notBeforeOffset)
    not_after = unsafe record.littleEndian64(at: RightsRecord.notAfterOffset)
    unsafe record.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      unsafe copy(base + RightsRecord.rightsIDOffset, to: &rights_id)
    }
  }
}
