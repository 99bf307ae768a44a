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
  guard unsafe isOfThisABI(keybox, MemoryLayout<pinstripe_keybox>.size)
  else { return PINSTRIPE_E_ABI }
  return status { () throws(TrackError) in
    let table = try unsafe CryptoProvider(provider)
    let parsed = try unsafe Keybox(decoding: bytes, length, provider: table)
    guard !parsed.isTest || allow_test != 0 else { throw .testKeybox }
    unsafe keybox.pointee.is_test = parsed.isTest ? 1 : 0
    unsafe keybox.pointee.epoch = parsed.epoch
    // The checks above have made sure of 128 bytes.
    unsafe copy(bytes + Keybox.deviceID, to: &keybox.pointee.device_id)
    unsafe copy(bytes + Keybox.epochSalt, to: &keybox.pointee.epoch_salt)
    unsafe copy(bytes + Keybox.secret, to: dus, 32)
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
  guard unsafe isOfThisABI(keybox, MemoryLayout<pinstripe_keybox>.size)
  else { return PINSTRIPE_E_ABI }
  return status { () throws(TrackError) in
    let table = try unsafe CryptoProvider(provider)
    let epoch = unsafe keybox.pointee.epoch
    try unsafe recipient.fill(PINSTRIPE_RECIPIENT_DEVICE, epoch, key, keybox, table)
  }
}

extension UnsafeMutablePointer where Pointee == pinstripe_recipient {
  /// Derives a wrapping key by way of the playback key, which is there for the while, and describes
  /// whose it is; after an error there is no key at `key`.
  ///
  /// - Parameters:
  ///   - grant: What was decoded as one, for `device`, when the key is another's; the device's own
  ///     otherwise.
  @unsafe @inline(never)
  func fill(
    _ kind: UInt32, _ generation: UInt32, _ key: UInt32,
    _ keybox: UnsafePointer<pinstripe_keybox>, _ table: CryptoProvider,
    grant: UnsafePointer<UInt8>? = nil, for device: UnsafePointer<pinstripe_recipient>? = nil
  ) throws(TrackError) {
    let place = KeyPlace(number: key)
    let ladder = KeyLadder(table)
    defer { table.discard(.playback) }
    do throws(TrackError) {
      try unsafe ladder.derivePlaybackKey(
        deviceID: Span(_unsafeStart: keybox.deviceID, count: 16), epoch: keybox.pointee.epoch,
        epochSalt: Span(_unsafeStart: keybox.epochSalt, count: 32))
      var parent = KeyPlace.playback
      if let grant = unsafe grant, let device = unsafe device {
        try unsafe Grant.deriveKey(of: grant, for: device, into: place, table)
        parent = place
      }
      try ladder.deriveWrappingKey(from: parent, into: place)
      unsafe pointee.id = try ladder.keyIDNumber(of: place)
    } catch {
      table.discard(place)
      throw error
    }
    unsafe pointee.kind = kind
    unsafe pointee.generation = generation
    unsafe pointee.key = key
    unsafe pointee.reserved = 0
  }
}
