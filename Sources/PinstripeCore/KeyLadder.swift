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
    unsafe info.append(deviceID.littleEndian64(at: 0), width: 8)
    unsafe info.append(deviceID.littleEndian64(at: 8), width: 8)
    info.append(UInt64(epoch), width: 4)
    try provider.derive(place, from: .root, salt: epochSalt, info: &info)
  }

  /// K_wrap = HKDF(K_play, no salt, "pinstripe v1 wrap" ‖ 0), into `place`.
  public func deriveWrappingKey(
    from playback: KeyPlace = .playback, into place: KeyPlace
  ) throws(TrackError) {
    try derive(place, from: playback, salt: Span(), "pinstripe v1 wrap")
  }

  /// K_grant = HKDF(K_play, no salt, "pinstripe v1 grant" ‖ 0), into `place`.
  public func deriveGrantKey(
    from playback: KeyPlace = .playback, into place: KeyPlace
  ) throws(TrackError) {
    try derive(place, from: playback, salt: Span(), "pinstripe v1 grant")
  }

  /// K_rights = HKDF(DUS, no salt, "pinstripe v1 rights" ‖ 0), from ``KeyPlace/root`` into `place`.
  public func deriveRightsKey(into place: KeyPlace) throws(TrackError) {
    try derive(place, from: .root, salt: Span(), "pinstripe v1 rights")
  }

  /// The key id: the first 8 bytes of HMAC(K_wrap, "id").
  public func keyID(of wrapping: KeyPlace) throws(TrackError) -> InlineArray<8, UInt8> {
    let number = try keyIDNumber(of: wrapping)
    return InlineArray { UInt8(truncatingIfNeeded: number >> UInt64(8 &* $0)) }
  }

  /// The key id as a little-endian number.
  func keyIDNumber(of wrapping: KeyPlace) throws(TrackError) -> UInt64 {
    let label: InlineArray<2, UInt8> = [0x69, 0x64]  // "id"
    return try provider.macWords(label.span, Span(), under: wrapping)[0]
  }

  /// K_stripe = HKDF(CEK, salt = file nonce, "pinstripe v1 stripe" ‖ 0 ‖ suite ‖ pattern), into
  /// ``KeyPlace/stripe``.
  ///
  /// Suite and pattern are bound so that an edited header gives noise, not a keystream used twice.
  public func deriveStripeKey(
    content: KeyPlace, nonce: Span<UInt8>, suite: CipherSuite, pattern: StripePattern
  ) throws(TrackError) {
    var info = InfoString("pinstripe v1 stripe")
    info.append(UInt64(suite.number), width: 2)
    info.append(pattern.encodedStart, width: 16)
    try provider.derive(.stripe, from: content, salt: nonce, info: &info)
  }

  /// K_head = HKDF(CEK, salt = file nonce, "pinstripe v1 head" ‖ 0), into ``KeyPlace/tag``.
  public func deriveHeaderTagKey(content: KeyPlace, nonce: Span<UInt8>) throws(TrackError) {
    try derive(.tag, from: content, salt: nonce, "pinstripe v1 head")
  }

  /// K_trail = HKDF(CEK, salt = file nonce, "pinstripe v1 trail" ‖ 0), into ``KeyPlace/tag``.
  public func deriveTrailerTagKey(content: KeyPlace, nonce: Span<UInt8>) throws(TrackError) {
    try derive(.tag, from: content, salt: nonce, "pinstripe v1 trail")
  }

  /// A section's two keys: HKDF(CEK, salt = section salt, label ‖ 0 ‖ type ‖ index), with the labels
  /// "pinstripe v1 section" into `cipher` and "pinstripe v1 section tag" into `tag`.
  public func deriveSectionKeys(
    content: KeyPlace, salt: Span<UInt8>, type: UInt16, index: UInt16,
    cipher: KeyPlace = .section, tag: KeyPlace = .tag
  ) throws(TrackError) {
    try deriveSectionKey(content: content, salt: salt, type: type, index: index, into: cipher)
    try deriveSectionTagKey(content: content, salt: salt, type: type, index: index, into: tag)
  }

  /// K_sec = HKDF(CEK, salt = section salt, "pinstripe v1 section" ‖ 0 ‖ type ‖ index), into `place`.
  public func deriveSectionKey(
    content: KeyPlace, salt: Span<UInt8>, type: UInt16, index: UInt16, into place: KeyPlace
  ) throws(TrackError) {
    try derive(InfoString("pinstripe v1 section"), content, salt, type, index, place)
  }

  /// K_sectag = HKDF(CEK, salt = section salt, "pinstripe v1 section tag" ‖ 0 ‖ type ‖ index), into
  /// `place`.
  public func deriveSectionTagKey(
    content: KeyPlace, salt: Span<UInt8>, type: UInt16, index: UInt16, into place: KeyPlace
  ) throws(TrackError) {
    try derive(InfoString("pinstripe v1 section tag"), content, salt, type, index, place)
  }

  @inline(never)
  private func derive(
    _ label: InfoString, _ content: KeyPlace, _ salt: Span<UInt8>, _ type: UInt16, _ index: UInt16,
    _ place: KeyPlace
  ) throws(TrackError) {
    var info = label
    info.append(UInt64(type), width: 2)
    info.append(UInt64(index), width: 2)
    try provider.derive(place, from: content, salt: salt, info: &info)
  }

  /// A derivation whose info string has no fields.
  @inline(never)
  private func derive(
    _ child: KeyPlace, from parent: KeyPlace, salt: Span<UInt8>, _ label: StaticString
  ) throws(TrackError) {
    var info = InfoString(label)
    try provider.derive(child, from: parent, salt: salt, info: &info)
  }
}
