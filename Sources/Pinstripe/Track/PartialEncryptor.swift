import CPinstripe
public import PinstripeCore
import PinstripeKeys

/// Makes a track's bytes of a source's: header area, encrypted payload, sections, trailer.
///
/// It encrypts in the caller's buffer and keeps nothing of the content. Every encryptor has a fresh
/// content key, nonce and track id, so two tracks of one work share no keystream.
public final class PartialEncryptor {
  /// Where a track's lengths stand.
  public enum Layout: Sendable {
    /// In the header, which is final only at the end: for files that can be written out of order.
    case header
    /// In a trailer (TrackFormat.md): for pipes and uploads, which are made in one pass.
    case trailer
  }

  /// Bytes of content encrypted so far.
  public private(set) var contentLength: UInt64 = 0
  /// How many of these bytes were encrypted.
  public var encryptedLength: UInt64 { recipe.pattern.encryptedCount(before: contentLength) }
  private let recipe: TrackRecipe
  private let layout: Layout
  private let provider: SoftwareProvider
  private let content: KeyPlace
  private let slots: [KeySlot]
  private let trackID: InlineArray<16, UInt8>
  private let nonce: InlineArray<32, UInt8>
  private let digest: ContentDigest
  private let tagger: ChunkTagger?
  private var cipher: StripeCipher
  private var scratch = [UInt8](repeating: 0, count: PartialEncryptor.scratchSize)
  private var metadata: TrackMetadata

  /// Keystream is made in pieces of this size: large enough that a call to libcrypto costs nothing,
  /// small enough for the first-level cache.
  private static let scratchSize = 16_384

  /// Starts a track.
  ///
  /// - Parameter sourceName: The source's file name, kept in the metadata.
  /// - Throws: ``PinstripeError`` for impossible recipes, and when libcrypto fails.
  public init(
    _ recipe: TrackRecipe, layout: Layout, sourceName: String?
  ) throws(PinstripeError) {
    guard recipe.pattern.isClear == recipe.recipients.isEmpty,
      recipe.recipients.count <= TrackLayout.maximumSlots
    else {
      throw PinstripeError(
        .usage, "A protected track needs 1 to 16 recipients, and an unprotected one has none.")
    }
    let rights = try recipe.checkedRights()
    self.recipe = recipe
    self.layout = layout
    metadata = recipe.metadata
    metadata.sourceName = metadata.sourceName ?? sourceName
    digest = try ContentDigest()
    do {
      provider = try SoftwareProvider()
      trackID = if let rights { rights.trackID } else { try Self.random() }
      nonce = try Self.random()
      if recipe.pattern.isClear {
        content = .zero
        slots = []
      } else {
        content = .content
        let contentKey = try SystemRandom.secret()
        try provider.load(contentKey, at: .content)
        slots = try recipe.recipients.map { try $0.slot(for: contentKey) }
        try KeyLadder(provider.crypto).deriveStripeKey(
          content: .content, nonce: nonce.span, suite: recipe.suite, pattern: recipe.pattern)
      }
      let (content, provider) = (content, provider)
      tagger = try recipe.chunkSize.map { size in
        try ChunkTagger(
          size: size, index: recipe.chunkTagsIndex, content: content, suite: recipe.suite,
          provider: provider)
      }
    } catch {
      throw Self.translated(error)
    }
    cipher = StripeCipher(
      pattern: recipe.pattern, suite: recipe.suite, provider: provider.crypto)
  }

  /// Encrypts the next bytes of the content in place.
  ///
  /// - Throws: ``PinstripeError``, after which the track is to be given up.
  public func encrypt(_ bytes: UnsafeMutableRawBufferPointer) throws(PinstripeError) {
    try digest.update(UnsafeRawBufferPointer(bytes))
    do throws(TrackError) {
      var span = MutableSpan<UInt8>(
        _unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
      var keystream = scratch.mutableSpan
      try cipher.apply(at: contentLength, to: &span, scratch: &keystream)
    } catch {
      throw PinstripeError(error, track: metadata.sourceName ?? "The source")
    }
    try tagger?.update(UnsafeRawBufferPointer(bytes))
    contentLength += UInt64(bytes.count)
  }

  /// The header area of a track with a trailer.
  ///
  /// - Parameter codec: What the content is.
  public func headerArea(codec: CodecTag) throws(PinstripeError) -> [UInt8] {
    try header(codec: codec, contentLength: 0, sections: [])
  }

  /// Ends the track.
  ///
  /// - Returns: The bytes behind the payload, and the header area as it must be now.
  public func finish(
    codec: CodecTag
  ) throws(PinstripeError) -> (header: [UInt8], tail: [UInt8]) {
    metadata.contentDigest = try digest.finish()
    var sections = SectionList(
      behind: contentLength, content: content, suite: recipe.suite, provider: provider)
    try sections.append(try metadata.encoded(), type: .metadata)
    try sections.append(extrasOf: recipe)
    if let tagger { sections.append(try tagger.finish(at: sections.entries.count)) }
    switch layout {
    case .header:
      let header = try header(
        codec: codec, contentLength: contentLength, sections: sections.entries)
      return (header, sections.bytes)
    case .trailer:
      let header = try headerArea(codec: codec)
      return (header, sections.bytes + (try trailer(header: header, sections: sections.entries)))
    }
  }

  /// Bytes behind the payload of a content of some length; known beforehand.
  public func tailLength(of content: UInt64) throws(PinstripeError) -> Int {
    var metadata = self.metadata
    metadata.contentDigest = [UInt8](repeating: 0, count: 32)
    let section = try metadata.encoded().count + TrackLayout.sectionSaltSize
    return section + recipe.extrasLength(of: content)
      + (layout == .trailer ? TrackLayout.trailerSize : 0)
  }

  private func header(
    codec: CodecTag, contentLength: UInt64, sections: [SectionEntry]
  ) throws(PinstripeError) -> [UInt8] {
    var header = MainHeader(
      suite: recipe.suite, pattern: recipe.pattern, codec: codec, trackID: trackID, nonce: nonce)
    header.slotCount = slots.count
    header.sectionCount = sections.count
    header.hasTrailer = layout == .trailer
    header.contentLength = contentLength
    var bytes = [UInt8](repeating: 0, count: TrackLayout.headerAreaSize)
    var area = bytes.mutableSpan
    header.encode(into: &area)
    for (index, slot) in slots.enumerated() { slot.encode(into: &area, index: index) }
    for (index, entry) in sections.enumerated() {
      entry.encode(
        into: &area,
        at: KeySlot.offset(of: slots.count) + index * TrackLayout.sectionEntrySize)
    }
    let tag = try seal { seal throws(TrackError) in try seal.headerTag(of: area.span) }
    for index in tag.indices { area[TrackLayout.headerTagOffset + index] = tag[index] }
    return bytes
  }

  private func trailer(
    header: [UInt8], sections: [SectionEntry]
  ) throws(PinstripeError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: TrackLayout.trailerSize)
    var area = bytes.mutableSpan
    Trailer(contentLength: contentLength, sectionCount: sections.count).encode(into: &area)
    for (index, entry) in sections.enumerated() {
      entry.encode(
        into: &area,
        at: TrackLayout.trailerDirectoryOffset + index * TrackLayout.sectionEntrySize)
    }
    let headerTag = Array(header.suffix(TrackLayout.tagSize))
    let tag = try seal { seal throws(TrackError) in
      try seal.trailerTag(of: area.span, headerTag: headerTag.span)
    }
    for index in tag.indices { area[TrackLayout.trailerTagOffset + index] = tag[index] }
    return bytes
  }

  private func seal(
    _ body: (TrackSeal) throws(TrackError) -> InlineArray<32, UInt8>
  ) throws(PinstripeError) -> InlineArray<32, UInt8> {
    do throws(TrackError) {
      return try body(TrackSeal(provider: provider.crypto, content: content, nonce: nonce))
    } catch {
      throw PinstripeError(error, track: metadata.sourceName ?? "The source")
    }
  }

  private static func random<let count: Int>() throws(KeyError) -> InlineArray<count, UInt8> {
    var bytes = InlineArray<count, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    try SystemRandom.fill(&span)
    return bytes
  }

  private static func translated(_ error: any Error) -> PinstripeError {
    switch error {
    case let error as PinstripeError: error
    case let error as KeyError: PinstripeError(error)
    case let error as TrackError: PinstripeError(error, track: "The source")
    default: PinstripeError(.system, "The track cannot be started: \(error).", underlying: error)
    }
  }
}
