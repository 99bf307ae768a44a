/// The derivations of TrackFormat.md, "Keys".
///
/// Host and device take the same steps here; the labels occur nowhere else.
public struct KeyLadder {
  private let provider: CryptoProvider

  /// Climbs in the places of `provider`.
  public init(_ provider: CryptoProvider) {
    self.provider = provider
  }

  /// K_play = HKDF(DUS, salt = epoch salt, "pinstripe v1 playback" ‖ 0 ‖ device id ‖ epoch), from
  /// ``KeyPlace/root`` into `place`.
  public func derivePlaybackKey(
    deviceID: Span<UInt8>, epoch: UInt32, epochSalt: Span<UInt8>, into place: KeyPlace = .playback
  ) throws(TrackError) {
    guard deviceID.count == 16, epochSalt.count == 32 else { throw .argument }
    var info = InfoString("pinstripe v1 playback")
    info.append(deviceID)
    info.append(epoch)
    try provider.derive(place, from: .root, salt: epochSalt, info: info)
  }

  /// K_wrap = HKDF(K_play, no salt, "pinstripe v1 wrap" ‖ 0), into `place`.
  public func deriveWrappingKey(
    from playback: KeyPlace = .playback, into place: KeyPlace
  ) throws(TrackError) {
    try provider.derive(
      place, from: playback, salt: Span(), info: InfoString("pinstripe v1 wrap"))
  }

  /// The key id: the first 8 bytes of HMAC(K_wrap, "id").
  public func keyID(of wrapping: KeyPlace) throws(TrackError) -> InlineArray<8, UInt8> {
    let label: InlineArray<2, UInt8> = [0x69, 0x64]  // "id"
    let mac = try provider.mac(label.span, Span(), under: wrapping)
    return InlineArray<8, UInt8> { mac[$0] }
  }

  /// K_stripe = HKDF(CEK, salt = file nonce, "pinstripe v1 stripe" ‖ 0 ‖ suite ‖ pattern), into
  /// ``KeyPlace/stripe``.
  ///
  /// Suite and pattern are bound so that an edited header gives noise, not a keystream used twice.
  public func deriveStripeKey(
    content: KeyPlace, nonce: Span<UInt8>, suite: CipherSuite, pattern: StripePattern
  ) throws(TrackError) {
    var info = InfoString("pinstripe v1 stripe")
    info.append(suite.number)
    let encoded = pattern.encoded
    info.append(encoded.span)
    try provider.derive(.stripe, from: content, salt: nonce, info: info)
  }

  /// K_head = HKDF(CEK, salt = file nonce, "pinstripe v1 head" ‖ 0), into ``KeyPlace/tag``.
  public func deriveHeaderTagKey(content: KeyPlace, nonce: Span<UInt8>) throws(TrackError) {
    try provider.derive(.tag, from: content, salt: nonce, info: InfoString("pinstripe v1 head"))
  }

  /// K_trail = HKDF(CEK, salt = file nonce, "pinstripe v1 trail" ‖ 0), into ``KeyPlace/tag``.
  public func deriveTrailerTagKey(content: KeyPlace, nonce: Span<UInt8>) throws(TrackError) {
    try provider.derive(.tag, from: content, salt: nonce, info: InfoString("pinstripe v1 trail"))
  }

  /// A section's two keys: HKDF(CEK, salt = section salt, label ‖ 0 ‖ type ‖ index), with the labels
  /// "pinstripe v1 section" into ``KeyPlace/section`` and "pinstripe v1 section tag" into
  /// ``KeyPlace/tag``.
  public func deriveSectionKeys(
    content: KeyPlace, salt: Span<UInt8>, type: UInt16, index: UInt16
  ) throws(TrackError) {
    var cipher = InfoString("pinstripe v1 section")
    cipher.append(type)
    cipher.append(index)
    try provider.derive(.section, from: content, salt: salt, info: cipher)
    var tag = InfoString("pinstripe v1 section tag")
    tag.append(type)
    tag.append(index)
    try provider.derive(.tag, from: content, salt: salt, info: tag)
  }
}
