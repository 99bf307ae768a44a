/// The tags over a track's header area and trailer (TrackFormat.md, "Tags").
public struct TrackSeal {
  private let provider: CryptoProvider
  private let content: KeyPlace
  private let nonce: InlineArray<32, UInt8>

  /// Makes the seal of the track with this content key and file nonce.
  public init(
    provider: CryptoProvider, content: KeyPlace = .content, nonce: InlineArray<32, UInt8>
  ) {
    self.provider = provider
    self.content = content
    self.nonce = nonce
  }

  /// The tag over the first 4064 bytes of a header area, under K_head.
  ///
  /// - Throws: ``TrackError/provider``; ``TrackError/argument`` for an area of another size.
  public func headerTag(of area: Span<UInt8>) throws(TrackError) -> InlineArray<32, UInt8> {
    guard area.count == TrackLayout.headerAreaSize else { throw .argument }
    try KeyLadder(provider).deriveHeaderTagKey(content: content, nonce: nonce.span)
    return try tag(area.extracting(first: TrackLayout.headerTagOffset), Span())
  }

  /// The tag over a header tag and the first 992 bytes of a trailer, under K_trail.
  ///
  /// - Throws: ``TrackError/provider``; ``TrackError/argument`` for a trailer of another size.
  public func trailerTag(
    of trailer: Span<UInt8>, headerTag: Span<UInt8>
  ) throws(TrackError) -> InlineArray<32, UInt8> {
    guard trailer.count == TrackLayout.trailerSize else { throw .argument }
    try KeyLadder(provider).deriveTrailerTagKey(content: content, nonce: nonce.span)
    return try tag(headerTag, trailer.extracting(first: TrackLayout.trailerTagOffset))
  }

  private func tag(
    _ first: Span<UInt8>, _ second: Span<UInt8>
  ) throws(TrackError) -> InlineArray<32, UInt8> {
    defer { provider.discard(.tag) }
    return try provider.mac(first, second, under: .tag)
  }
}
