public import CPinstripe
public import PinstripeCore

/// The key K_wrap that wraps tracks' content keys for one recipient.
///
/// Devices have theirs derived from the playback key, users and groups from their shared key.
public struct WrappingKey: Sendable {
  /// The kind of recipient. `PINSTRIPE_RECIPIENT_DEVICE`
  public let recipient: UInt32
  /// A device's epoch, or the generation of a user's or group's key.
  public let generation: UInt32
  /// The id by which a track names the key.
  public let id: KeyID
  /// Whose it is, of a device's key.
  public let deviceID: DeviceID?
  let secret: SecretBytes

  /// Derives a device's wrapping key.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public init(of playback: PlaybackKey) throws(KeyError) {
    try self.init(
      playback.secret, recipient: PINSTRIPE_RECIPIENT_DEVICE, generation: playback.epoch,
      deviceID: playback.deviceID)
  }

  /// Derives a user's or group's wrapping key.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public init(of key: SharedKey) throws(KeyError) {
    try self.init(key.secret, recipient: key.kind.rawValue, generation: key.generation)
  }

  private init(
    _ key: SecretBytes, recipient: UInt32, generation: UInt32, deviceID: DeviceID? = nil
  ) throws(KeyError) {
    let provider = try SoftwareProvider()
    try provider.load(key, at: .playback)
    let ladder = KeyLadder(provider.crypto)
    do throws(TrackError) {
      try ladder.deriveWrappingKey(into: .firstWrap)
      id = KeyID(bytes: try ladder.keyID(of: .firstWrap))
    } catch {
      throw KeyError(error)
    }
    secret = try provider.copyKey(at: .firstWrap)
    self.recipient = recipient
    self.generation = generation
    self.deviceID = deviceID
  }

  /// Makes the key slot of a track whose content key is `contentKey` (32 bytes).
  ///
  /// - Throws: ``KeyError/Code/argument`` for another length, ``KeyError/Code/crypto``.
  public func slot(for contentKey: SecretBytes) throws(KeyError) -> KeySlot {
    let wrapped = try wrap(contentKey)
    return KeySlot(
      recipient: UInt8(truncatingIfNeeded: recipient), generation: generation, keyID: id.bytes,
      wrap: wrapped)
  }

  /// Wraps a content key of 32 bytes (AES-256-KW, RFC 3394 §2.2.1).
  ///
  /// - Throws: ``KeyError/Code/argument`` for another length, ``KeyError/Code/crypto``.
  public func wrap(_ contentKey: SecretBytes) throws(KeyError) -> InlineArray<40, UInt8> {
    guard contentKey.count == 32 else { throw KeyError(.argument, "a content key has 32 bytes") }
    let wrapped = try KeyWrapping.wrap(contentKey, under: secret)
    return InlineArray { wrapped[$0] }
  }

  /// Puts the key into a provider and describes it for opening tracks with it.
  ///
  /// - Throws: ``KeyError/Code/argument`` for a place below ``KeyPlace/firstWrap`` or above 23.
  public func load(
    into provider: SoftwareProvider, at place: KeyPlace = .firstWrap
  ) throws(KeyError) -> pinstripe_recipient {
    guard place.number >= PINSTRIPE_KEY_FIRST_WRAP else {
      throw KeyError(
        .argument, "wrapping keys go to the places from \(PINSTRIPE_KEY_FIRST_WRAP) on")
    }
    try provider.load(secret, at: place)
    let id = id.bytes
    return pinstripe_recipient(
      key_id: (id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]), kind: recipient,
      generation: generation, key: place.number, reserved: 0)
  }

  /// 16 bytes that tell texts apart to whoever holds the key, and tell nobody else anything of them: the
  /// first of HMAC(K_wrap, "name" ‖ 0 ‖ text), text in UTF-8.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func pseudonym(of text: String) throws(KeyError) -> [UInt8] {
    let provider = try SoftwareProvider()
    try provider.load(secret, at: .firstWrap)
    let message = Array("name\0".utf8) + Array(text.utf8)
    let tag = try provider.mac(of: message.span, under: .firstWrap)
    return (0..<16).map { tag[$0] }
  }
}
