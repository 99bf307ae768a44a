public import CPinstripe

// The keybox functions of pinstripe_decoder.h; their contract stands there.

/// Reads a keybox.
@c @implementation
public func pinstripe_keybox_read(
  _ provider: UnsafePointer<pinstripe_provider>?, _ bytes: UnsafePointer<UInt8>?,
  _ length: Int, _ allow_test: UInt32, _ keybox: UnsafeMutablePointer<pinstripe_keybox>?,
  _ dus: UnsafeMutablePointer<UInt8>?
) -> Int32 {
  guard let provider = unsafe provider, let bytes = unsafe bytes, length >= 0,
    let keybox = unsafe keybox, let dus = unsafe dus
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe keybox.pointee.isOfThisABI else { return PINSTRIPE_E_ABI }
  do throws(TrackError) {
    let table = try unsafe CryptoProvider(provider)
    let area = unsafe Span(_unsafeStart: bytes, count: length)
    let parsed = try Keybox(decoding: area, provider: table)
    guard !parsed.isTest || allow_test != 0 else { throw .testKeybox }
    unsafe keybox.pointee.is_test = parsed.isTest ? 1 : 0
    unsafe keybox.pointee.epoch = parsed.epoch
    // The checks above have made sure of 128 bytes.
    unsafe copy(bytes + Keybox.deviceID, to: &keybox.pointee.device_id)
    unsafe copy(bytes + Keybox.epochSalt, to: &keybox.pointee.epoch_salt)
    unsafe dus.initialize(from: bytes + Keybox.secret, count: 32)
    return PINSTRIPE_OK
  } catch {
    return error.status
  }
}

/// Derives a device's wrapping key.
@c @implementation
public func pinstripe_device_recipient(
  _ provider: UnsafePointer<pinstripe_provider>?, _ keybox: UnsafePointer<pinstripe_keybox>?,
  _ key: UInt32, _ recipient: UnsafeMutablePointer<pinstripe_recipient>?
) -> Int32 {
  guard let provider = unsafe provider, let keybox = unsafe keybox,
    let recipient = unsafe recipient, key >= PINSTRIPE_KEY_FIRST_WRAP
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe keybox.pointee.isOfThisABI else { return PINSTRIPE_E_ABI }
  do throws(TrackError) {
    let table = try unsafe CryptoProvider(provider)
    let place = KeyPlace(number: key)
    do throws(TrackError) {
      let id = try unsafe keybox.pointee.deriveWrappingKey(into: place, table)
      unsafe recipient.pointee.id = id
    } catch {
      table.discard(place)
      throw error
    }
    unsafe recipient.pointee.kind = PINSTRIPE_RECIPIENT_DEVICE
    unsafe recipient.pointee.generation = keybox.pointee.epoch
    unsafe recipient.pointee.key = key
    unsafe recipient.pointee.reserved = 0
    return PINSTRIPE_OK
  } catch {
    return error.status
  }
}

extension pinstripe_keybox {
  var isOfThisABI: Bool {
    struct_size == UInt32(MemoryLayout<pinstripe_keybox>.size)
      && abi_version == PINSTRIPE_ABI_VERSION
  }

  /// Derives the wrapping key into `place`, and returns its id.
  fileprivate func deriveWrappingKey(
    into place: KeyPlace, _ table: CryptoProvider
  ) throws(TrackError) -> UInt64 {
    let ladder = KeyLadder(table)
    defer { table.discard(.playback) }
    try derivePlaybackKey(ladder)
    try ladder.deriveWrappingKey(into: place)
    return try ladder.keyIDNumber(of: place)
  }

  /// Derives the playback key into ``KeyPlace/playback``.
  func derivePlaybackKey(_ ladder: KeyLadder) throws(TrackError) {
    try withBytes(of: device_id) { deviceID throws(TrackError) in
      try withBytes(of: epoch_salt) { salt throws(TrackError) in
        try ladder.derivePlaybackKey(deviceID: deviceID, epoch: epoch, epochSalt: salt)
      }
    }
  }
}
