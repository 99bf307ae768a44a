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
    try unsafe derive(
      place, from: .root, epochSalt, .playback, deviceID.littleEndian64(at: 0),
      deviceID.littleEndian64(at: 8), UInt64(epoch))
  }

  /// K_wrap = HKDF(K_play, no salt, "pinstripe v1 wrap" ‖ 0), into `place`.
  public func deriveWrappingKey(
    from playback: KeyPlace = .playback, into place: KeyPlace
  ) throws(TrackError) {
    try derive(place, from: playback, Span(), .wrap)
  }

  /// K_grant = HKDF(K_play, no salt, "pinstripe v1 grant" ‖ 0), into `place`.
  public func deriveGrantKey(
    from playback: KeyPlace = .playback, into place: KeyPlace
  ) throws(TrackError) {
    try derive(place, from: playback, Span(), .grant)
  }

  /// K_rights = HKDF(DUS, no salt, "pinstripe v1 rights" ‖ 0), from ``KeyPlace/root`` into `place`.
  public func deriveRightsKey(into place: KeyPlace) throws(TrackError) {
    try derive(place, from: .root, Span(), .rights)
  }

  /// The key id: the first 8 bytes of HMAC(K_wrap, "id").
  public func keyID(of wrapping: KeyPlace) throws(TrackError) -> InlineArray<8, UInt8> {
    let number = try keyIDNumber(of: wrapping)
    return InlineArray { UInt8(truncatingIfNeeded: number >> UInt64(8 &* $0)) }
  }

  /// The key id as a little-endian number.
  func keyIDNumber(of wrapping: KeyPlace) throws(TrackError) -> UInt64 {
    let label: InlineArray<2, UInt8> = [0x69, 0x64]  // "id"
    try provider.macBegin(wrapping)
    try unsafe label.span.withUnsafeBufferPointer { label throws(TrackError) in
      guard let base = label.baseAddress else { return }
      try unsafe provider.macUpdate(base, label.count)
    }
    return UInt64(littleEndian: try provider.macFinish()[0])
  }

  /// K_stripe = HKDF(CEK, salt = file nonce, "pinstripe v1 stripe" ‖ 0 ‖ suite ‖ pattern), into
  /// ``KeyPlace/stripe``.
  ///
  /// Suite and pattern are bound so that an edited header gives noise, not a keystream used twice.
  public func deriveStripeKey(
    content: KeyPlace, nonce: Span<UInt8>, suite: CipherSuite, pattern: StripePattern
  ) throws(TrackError) {
    // Two bytes of suite before the pattern.
    let start = pattern.encodedStart
    try derive(
      .stripe, from: content, nonce, .stripe, UInt64(suite.number) | start << 16, start >> 48)
  }

  /// K_head = HKDF(CEK, salt = file nonce, "pinstripe v1 head" ‖ 0), into ``KeyPlace/tag``.
  public func deriveHeaderTagKey(content: KeyPlace, nonce: Span<UInt8>) throws(TrackError) {
    try derive(.tag, from: content, nonce, .head)
  }

  /// K_trail = HKDF(CEK, salt = file nonce, "pinstripe v1 trail" ‖ 0), into ``KeyPlace/tag``.
  public func deriveTrailerTagKey(content: KeyPlace, nonce: Span<UInt8>) throws(TrackError) {
    try derive(.tag, from: content, nonce, .trail)
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
    try derive(
      place, from: content, salt, .section, UInt64(type) | UInt64(index) << 16)
  }

  /// K_sectag = HKDF(CEK, salt = section salt, "pinstripe v1 section tag" ‖ 0 ‖ type ‖ index), into
  /// `place`.
  public func deriveSectionTagKey(
    content: KeyPlace, salt: Span<UInt8>, type: UInt16, index: UInt16, into place: KeyPlace
  ) throws(TrackError) {
    try derive(
      place, from: content, salt, .sectionTag, UInt64(type) | UInt64(index) << 16)
  }

  /// Derives; the numbers are the info string's fields, as far as the label has some.
  @inline(__always)
  private func derive(
    _ child: KeyPlace, from parent: KeyPlace, _ salt: Span<UInt8>, _ label: KeyLabel,
    _ first: UInt64? = nil, _ second: UInt64 = 0, _ third: UInt64 = 0
  ) throws(TrackError) {
    guard salt.count == 32 || salt.isEmpty else { throw .argument }
    let address = unsafe salt.withUnsafeBufferPointer { $0.baseAddress }
    guard let first else {
      return try unsafe provider.derive(child, from: parent, address, label, nil)
    }
    let fields = (first.littleEndian, second.littleEndian, third.littleEndian)
    try unsafe withUnsafeBytes(of: fields) { fields throws(TrackError) in
      try unsafe provider.derive(
        child, from: parent, address, label,
        fields.assumingMemoryBound(to: UInt8.self).baseAddress)
    }
  }
}
