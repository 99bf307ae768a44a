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
  guard unsafe isOfThisABI(keybox, MemoryLayout<pinstripe_keybox>.size),
    unsafe isOfThisABI(rights, MemoryLayout<pinstripe_rights>.size)
  else { return PINSTRIPE_E_ABI }
  // The section, and 32 bytes before it that are scratch together with the salt.
  var room = InlineArray<192, UInt8>(repeating: 0)
  return unsafe withUnsafeMutablePointer(to: &room) { room in
    let section = unsafe UnsafeMutableRawPointer(room).assumingMemoryBound(to: UInt8.self) + 32
    let record = unsafe UnsafePointer(section) + TrackLayout.sectionSaltSize
    return status { () throws(TrackError) in
      let isPresent = unsafe state.pointee.track.rights.isPresent
      if isPresent {
        try unsafe state.pointee.readRights(section)
        let flags = try unsafe RightsRecord.flags(of: record)
        let id = unsafe record + RightsRecord.trackIDOffset
        guard unsafe id.littleEndian64(at: 0) == state.pointee.trackID.0,
          unsafe id.littleEndian64(at: 8) == state.pointee.trackID.1
        else { throw .malformed }
        guard flags & PINSTRIPE_RIGHTS_TEST == 0 || allow_test != 0 else { throw .testKeybox }
        if flags & PINSTRIPE_RIGHTS_ISSUED != 0 {
          let device = unsafe record + RightsRecord.deviceIDOffset
          let own = unsafe keybox.deviceID
          guard unsafe own.littleEndian64(at: 0) == device.littleEndian64(at: 0),
            unsafe own.littleEndian64(at: 8) == device.littleEndian64(at: 8)
          else { throw .noSlot }
          let provider = unsafe state.pointee.track.cipher.cipher.provider
          try unsafe RightsRecord.verify(record, provider, using: .rights)
        }
      }
      unsafe rights.pointee.fill(from: record, isPresent: isPresent)
      unsafe state.pointee.track.rights.markRead()
    }
  }
}

extension pinstripe_rights {
  /// Takes over a record's 128 bytes, or zeros.
  fileprivate mutating func fill(from record: UnsafePointer<UInt8>, isPresent: Bool) {
    present = isPresent ? 1 : 0
    flags = unsafe record.littleEndian32(at: 0) >> 16
    plays = unsafe record.littleEndian32(at: 4)
    reserved = 0
    not_before = unsafe record.littleEndian64(at: RightsRecord.notBeforeOffset)
    not_after = unsafe record.littleEndian64(at: RightsRecord.notAfterOffset)
    unsafe copy(record + RightsRecord.rightsIDOffset, to: &rights_id)
  }
}
