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
    unsafe parsed.deviceID.copy(to: &keybox.pointee.device_id)
    unsafe parsed.epochSalt.copy(to: &keybox.pointee.epoch_salt)
    unsafe dus.update(from: bytes + Keybox.secretOffset, count: 32)
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
    let ladder = KeyLadder(table)
    let place = KeyPlace(number: key)
    let box = unsafe keybox.pointee
    let deviceID = InlineArray<16, UInt8>.first(of: box.device_id)
    let salt = InlineArray<32, UInt8>.first(of: box.epoch_salt)
    defer { table.discard(.playback) }
    try ladder.derivePlaybackKey(
      deviceID: deviceID.span, epoch: box.epoch, epochSalt: salt.span)
    try ladder.deriveWrappingKey(into: place)
    let id = try ladder.keyID(of: place)
    unsafe recipient.initialize(
      to: pinstripe_recipient(
        key_id: (id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]),
        kind: PINSTRIPE_RECIPIENT_DEVICE, generation: box.epoch, key: key, reserved: 0))
    return PINSTRIPE_OK
  } catch {
    return error.status
  }
}

extension pinstripe_keybox {
  fileprivate var isOfThisABI: Bool {
    struct_size == UInt32(MemoryLayout<pinstripe_keybox>.size)
      && abi_version == PINSTRIPE_ABI_VERSION
  }
}
