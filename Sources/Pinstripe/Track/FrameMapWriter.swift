import PinstripeCore
import PinstripeKeys

/// Makes a track's frame map while its content passes by: pages are sealed as they fill, and wait for
/// the content's end in a ``SpillBuffer``.
final class FrameMapWriter {
  private var paging = FrameMapPaging()
  private var pages = SpillBuffer()
  private let salt: [UInt8]
  private let suite: CipherSuite
  private let provider: SoftwareProvider

  /// Starts a map, whose keys take the places ``KeyPlace/map`` and ``KeyPlace/mapTag``.
  init(content: KeyPlace, suite: CipherSuite, provider: SoftwareProvider) throws(PinstripeError) {
    self.suite = suite
    self.provider = provider
    do {
      let salt = try SystemRandom.bytes(count: TrackLayout.sectionSaltSize)
      // The map is always the first section.
      try KeyLadder(provider.crypto).deriveSectionKeys(
        content: content, salt: salt.span, type: SectionType.frameMap.number, index: 0,
        cipher: .map, tag: .mapTag)
      self.salt = salt
    } catch {
      throw SealedSection.failure(error)
    }
  }

  /// A complete map.
  struct Section {
    /// To be written one behind the other.
    let parts: [SpillBuffer]
    let length: UInt64
    let tag: InlineArray<32, UInt8>
  }

  /// Takes the next run.
  func add(_ run: FrameRun) throws(PinstripeError) {
    try paging.add(run) { page throws(PinstripeError) in try store(page) }
  }

  /// Ends the map.
  ///
  func finish(contentLength: UInt64, encryptedLength: UInt64) throws(PinstripeError) -> Section {
    try paging.finish { page throws(PinstripeError) in try store(page) }
    let header = FrameMapHeader(
      pageCount: paging.pageCount, runCount: paging.runCount, contentLength: contentLength,
      encryptedLength: encryptedLength)
    do throws(TrackError) {
      var start = header.bytes.indices.map { header.bytes[$0] }
      try xor(&start, at: 0)
      start = salt + start
      let tag = try provider.crypto.mac(start.span, Span(), under: .mapTag)
      return Section(parts: [SpillBuffer(start), pages], length: paging.sectionLength, tag: tag)
    } catch {
      throw SealedSection.failure(error)
    }
  }

  /// Encrypts and tags a page.
  private func store(_ page: FrameMapPageBuilder) throws(PinstripeError) {
    do {
      let size = FrameMapPageBuilder.sealedSize
      var bytes = (0..<size).map { page.bytes[$0] }
      try xor(&bytes, at: 64 + pages.length)
      let tag = try provider.crypto.mac(bytes.span, Span(), under: .mapTag)
      bytes += tag.indices.map { tag[$0] }
      try pages.append(bytes)
    } catch {
      throw error as? PinstripeError ?? SealedSection.failure(error)
    }
  }

  private func xor(_ bytes: inout [UInt8], at offset: UInt64) throws(TrackError) {
    var cipher = StripeCipher(
      pattern: try StripePattern(every: 1), suite: suite, provider: provider.crypto, key: .map)
    var scratch = [UInt8](repeating: 0, count: 1024)
    var span = bytes.mutableSpan
    var keystream = scratch.mutableSpan
    try cipher.apply(at: offset, to: &span, scratch: &keystream)
  }
}
