import CPinstripe
public import PinstripeCore
public import PinstripeFrames
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
  public var contentLength: UInt64 { payload.contentLength }
  /// How many of these bytes were encrypted.
  public var encryptedLength: UInt64 { payload.encryptedLength }
  /// Which bytes are encrypted.
  public let pattern: StripePattern
  private let recipe: TrackRecipe
  private let codec: CodecTag
  private let layout: Layout
  private let provider: SoftwareProvider
  private let content: KeyPlace
  private let slots: [KeySlot]
  private let trackID: InlineArray<16, UInt8>
  private let nonce: InlineArray<32, UInt8>
  /// nil where nobody wants one, and where it is known beforehand.
  private let digest: ContentDigest?
  private let map: FrameMapWriter?
  private let tagger: ChunkTagger?
  private var payload: PayloadEncryptor
  private var metadata: TrackMetadata

  /// Starts a track.
  ///
  /// - Parameters:
  ///   - format: What the content is: without a pattern in the recipe, it gets what suits it.
  ///   - sourceName: The source's file name, kept in the metadata.
  /// - Throws: ``PinstripeError`` for impossible recipes and unsafe patterns, and when libcrypto fails.
  public convenience init(
    _ recipe: TrackRecipe, format: ContentFormat, layout: Layout, sourceName: String?
  ) throws(PinstripeError) {
    try self.init(
      recipe, format: format, layout: layout, sourceName: sourceName, survey: nil, begun: nil)
  }

  /// Starts a track, or the same one once more.
  ///
  /// - Parameters:
  ///   - survey: What is known of the content; its digest is not computed again then.
  ///   - begun: The header area that the track got when it was begun. Whoever gives one answers for
  ///     the content being the same: other bytes under one key would open both.
  /// - Throws: With the code ``PinstripeError/Code/wrongKey`` or ``PinstripeError/Code/badTrack`` where
  ///   the recipe does not make that header.
  init(
    _ recipe: TrackRecipe, format: ContentFormat, layout: Layout, sourceName: String?,
    survey: ContentSurvey?, begun: [UInt8]?
  ) throws(PinstripeError) {
    pattern = try recipe.pattern(for: format, named: sourceName ?? "the source")
    codec = CodecTag(format)
    guard pattern.isClear == recipe.recipients.isEmpty,
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
    if recipe.computesDigest { metadata.contentDigest = survey?.digest }
    digest = recipe.computesDigest && survey?.isTrusted != true ? try ContentDigest() : nil
    do {
      provider = try SoftwareProvider()
      let former = try begun.map { try MainHeader(decoding: $0.span) }
      trackID = if let rights { rights.trackID } else { try former?.trackID ?? Self.random() }
      nonce = try former?.nonce ?? Self.random()
      if pattern.isClear {
        content = .zero
        slots = []
      } else {
        content = .content
        if let begun {
          slots = try recipe.unwrap(begun, into: provider)
        } else {
          let contentKey = try SystemRandom.secret()
          try provider.load(contentKey, at: .content)
          slots = try recipe.recipients.map { try $0.slot(for: contentKey) }
        }
        try KeyLadder(provider.crypto).deriveStripeKey(
          content: .content, nonce: nonce.span, suite: recipe.suite, pattern: pattern)
      }
      map =
        pattern.isFramed
        ? try FrameMapWriter(content: content, suite: recipe.suite, provider: provider) : nil
      let (content, provider, isFramed) = (content, provider, pattern.isFramed)
      tagger = try recipe.chunkSize.map { size in
        try ChunkTagger(
          size: size, index: recipe.chunkTagsIndex(isFramed: isFramed), content: content,
          suite: recipe.suite, provider: provider)
      }
    } catch {
      throw Self.translated(error)
    }
    payload = PayloadEncryptor(pattern, recipe.suite, provider)
    if let begun, try headerArea() != begun {
      throw PinstripeError(TrackError.tag, track: sourceName ?? "The source")
    }
  }

  /// Encrypts the next bytes of the content in place.
  ///
  /// - Parameter runs: The runs that begin in them, in order, where ``pattern`` is framed; the first
  ///   one begins with the content.
  /// - Throws: ``PinstripeError``, after which the track is to be given up.
  public func encrypt(
    _ bytes: UnsafeMutableRawBufferPointer, runs: [RunStart] = []
  ) throws(PinstripeError) {
    try digest?.update(UnsafeRawBufferPointer(bytes))
    var closed: [FrameRun] = []
    do throws(TrackError) {
      closed = try payload.encrypt(bytes, runs: runs)
    } catch {
      guard error.status != PINSTRIPE_E_ARGUMENT else {
        throw PinstripeError(.system, "A frame lies outside what was read; please report it.")
      }
      throw PinstripeError(error, track: metadata.sourceName ?? "The source")
    }
    if let map { for run in closed { try map.add(run) } }
    try tagger?.update(UnsafeRawBufferPointer(bytes))
  }

  /// The header area of a track with a trailer.
  public func headerArea() throws(PinstripeError) -> [UInt8] {
    try header(contentLength: 0, sections: [])
  }

  /// Ends the track.
  ///
  /// - Returns: The header area as it must be now, and what follows the payload.
  func finish() throws(PinstripeError) -> (header: [UInt8], tail: TrackTail) {
    var sections = SectionList(
      behind: contentLength, content: content, suite: recipe.suite, provider: provider)
    if let map {
      if let run = payload.lastRun { try map.add(run) }
      sections.append(
        try map.finish(contentLength: contentLength, encryptedLength: encryptedLength))
    }
    if let found = try digest?.finish() {
      // A source that cannot say whether it was changed meanwhile was read twice for this.
      guard metadata.contentDigest == nil || metadata.contentDigest == found else {
        throw PinstripeError.changed(metadata.sourceName ?? "The source")
      }
      metadata.contentDigest = found
    }
    try sections.append(try metadata.encoded(), type: .metadata)
    try sections.append(extrasOf: recipe)
    if let tagger { sections.append(try tagger.finish(at: sections.entries.count)) }
    var tail = sections.tail
    switch layout {
    case .header:
      return (try header(contentLength: contentLength, sections: sections.entries), tail)
    case .trailer:
      let header = try headerArea()
      tail.append(SpillBuffer(try trailer(header: header, sections: sections.entries)))
      return (header, tail)
    }
  }

  /// Bytes behind the payload of a content of some length; known beforehand.
  ///
  /// - Parameter mapLength: Those of the frame map, 0 without one.
  func tailLength(of content: UInt64, mapLength: UInt64) throws(PinstripeError) -> UInt64 {
    var metadata = self.metadata
    if digest != nil { metadata.contentDigest = [UInt8](repeating: 0, count: 32) }
    let section = try metadata.encoded().count + TrackLayout.sectionSaltSize
    let trailer = layout == .trailer ? TrackLayout.trailerSize : 0
    return mapLength + UInt64(section + recipe.extrasLength(of: content) + trailer)
  }

  private func header(
    contentLength: UInt64, sections: [SectionEntry]
  ) throws(PinstripeError) -> [UInt8] {
    var header = MainHeader(
      suite: recipe.suite, pattern: pattern, codec: codec, trackID: trackID, nonce: nonce)
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
