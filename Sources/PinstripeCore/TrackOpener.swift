public import CPinstripe

/// Opens tracks: from a storage and some wrapping keys to a keystream key.
///
/// Nothing is played before the header tag is verified, and everything is judged in one copy of the
/// header area, because storage may change under a reader.
public struct TrackOpener {
  private let provider: CryptoProvider
  private let allowsClear: Bool
  private let obeysRights: Bool

  /// Makes an opener.
  ///
  /// - Parameters:
  ///   - allowsClear: Whether unprotected tracks are opened too (US 2001/0016836 ¶46).
  ///   - obeysRights: Whether tracks with rights are opened too, because the caller obeys them.
  public init(provider: CryptoProvider, allowsClear: Bool, obeysRights: Bool = false) {
    self.provider = provider
    self.allowsClear = allowsClear
    self.obeysRights = obeysRights
  }

  /// Opens a track and leaves its keystream key at ``KeyPlace/stripe``, its content key at
  /// ``KeyPlace/content``, and those of its frame map at ``KeyPlace/map`` and ``KeyPlace/mapTag``.
  ///
  /// - Parameters:
  ///   - recipients: The wrapping keys that the device holds, at most 16 are looked at.
  ///   - work: At least 4096 bytes; holds the directory's area afterwards.
  /// - Throws: Any ``TrackError`` but ``TrackError/range`` and the keybox's; the keys are discarded
  ///   then.
  public func open(
    _ storage: inout some TrackStorage, recipients: Span<pinstripe_recipient>,
    work: inout MutableSpan<UInt8>
  ) throws(TrackError) -> OpenedTrack {
    let track = try verify(&storage, recipients, &work)
    return OpenedTrack(track, header: MainHeader(track.header, of: work.span), provider)
  }

  /// Opens a track for somebody who does not ask for all of its header.
  func verify(
    _ storage: inout some TrackStorage, _ recipients: Span<pinstripe_recipient>,
    _ work: inout MutableSpan<UInt8>
  ) throws(TrackError) -> VerifiedTrack {
    do throws(TrackError) {
      return try verified(&storage, recipients, &work)
    } catch {
      forget()
      throw error
    }
  }

  /// Discards the keys of an opened track.
  @inline(never)
  public func forget() {
    provider.discard(.content)
    provider.discard(.stripe)
    provider.discard(.tag)
    provider.discard(.section)
    provider.discard(.map)
    provider.discard(.mapTag)
  }

  private func verified(
    _ storage: inout some TrackStorage, _ recipients: Span<pinstripe_recipient>,
    _ work: inout MutableSpan<UInt8>
  ) throws(TrackError) -> VerifiedTrack {
    // From here on the offsets in the header area are in bounds, unchecked.
    guard work.count >= TrackLayout.headerAreaSize else { throw .workSize }
    let size = storage.size
    try Self.readHeader(&storage, size, &work)
    var track = try verifiedHeader(work.span, recipients)
    if track.header.hasTrailer {
      try readTrailer(&storage, size, &work, &track)
    } else {
      try track.directory.check(
        work.span, contentLength: track.contentLength, fileEnd: size,
        isFramed: track.header.pattern.isFramed, obeysRights: obeysRights)
    }
    if track.header.pattern.isFramed { track.map = try openMap(&storage, &work, track) }
    if !track.header.pattern.isClear {
      let nonce = unsafe work.span.extracting(unchecked: TrackLayout.nonce)
      try KeyLadder(provider).deriveStripeKey(
        content: track.content, nonce: nonce, suite: track.header.suite,
        pattern: track.header.pattern)
    }
    return track
  }

  /// Judges the copy of a header area, up to its tag.
  private func verifiedHeader(
    _ area: Span<UInt8>, _ recipients: Span<pinstripe_recipient>
  ) throws(TrackError) -> VerifiedTrack {
    let header = try HeaderNumbers(decoding: area)
    try header.checkSlotsAndPadding(of: area)
    var track = VerifiedTrack(header)
    if header.pattern.isClear {
      guard allowsClear else { throw .clearRefused }
    } else {
      track.slot = try unwrapContentKey(slots: header.slotCount, area, recipients)
      track.content = .content
    }
    let nonce = unsafe area.extracting(unchecked: TrackLayout.nonce)
    try KeyLadder(provider).deriveHeaderTagKey(content: track.content, nonce: nonce)
    try checkTag(
      unsafe area.extracting(unchecked: TrackLayout.headerTag),
      of: area.extracting(first: TrackLayout.headerTag.lowerBound), Span())
    return track
  }

  /// Opens the frame map, in the part of the header area that has nothing but judged zeros.
  private func openMap(
    _ storage: inout some TrackStorage, _ work: inout MutableSpan<UInt8>, _ track: VerifiedTrack
  ) throws(TrackError) -> FrameMap {
    let entry = try SectionEntry(decoding: work.span, at: track.directory.start)
    var free = unsafe work._mutatingExtracting(unchecked: Self.mapPlace)
    return try FrameMap(
      opening: entry, &storage, contentLength: track.contentLength, content: track.content,
      suite: track.header.suite, provider: provider, work: &free)
  }

  private func checkTag(
    _ tag: Span<UInt8>, of first: Span<UInt8>, _ second: Span<UInt8>
  ) throws(TrackError) {
    guard try provider.isTag(tag, of: first, second, under: .tag) else { throw .tag }
    provider.discard(.tag)
  }

  /// Copies the header area; a file too short for one is at least told apart from another format.
  private static func readHeader(
    _ storage: inout some TrackStorage, _ size: UInt64, _ work: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    let isShort = size < UInt64(TrackLayout.headerAreaSize)
    guard size >= 8 else { throw size == 0 ? .truncated : .notATrack }
    var area = work._mutatingExtracting(first: isShort ? 8 : TrackLayout.headerAreaSize)
    try storage.read(at: 0, into: &area)
    guard isShort else { return }
    throw unsafe area.span.littleEndian64(at: 0) == MainHeader.magic ? .truncated : .notATrack
  }

  /// Reads and verifies the trailer.
  ///
  /// It is put behind the main header, over slots that have served their purpose, because nonce and
  /// header tag are needed once more.
  private func readTrailer(
    _ storage: inout some TrackStorage, _ size: UInt64, _ work: inout MutableSpan<UInt8>,
    _ track: inout VerifiedTrack
  ) throws(TrackError) {
    let trailerSize = UInt64(TrackLayout.trailerSize)
    guard size >= UInt64(TrackLayout.headerAreaSize) &+ trailerSize else { throw .truncated }
    let fileEnd = size &- trailerSize
    var target = unsafe work._mutatingExtracting(unchecked: Self.trailerPlace)
    try storage.read(at: fileEnd, into: &target)

    let area = work.span
    let bytes = unsafe area.extracting(unchecked: Self.trailerPlace)
    let trailer = try Trailer(decoding: bytes)
    let nonce = unsafe area.extracting(unchecked: TrackLayout.nonce)
    try KeyLadder(provider).deriveTrailerTagKey(content: track.content, nonce: nonce)
    try checkTag(
      bytes.extracting(last: TrackLayout.tagSize),
      of: unsafe area.extracting(unchecked: TrackLayout.headerTag),
      bytes.extracting(first: TrackLayout.trailerTagOffset))
    try track.header.pattern.checkLength(trailer.contentLength)
    track.contentLength = trailer.contentLength
    track.directory = SectionDirectory(
      start: Self.trailerPlace.lowerBound + TrackLayout.trailerDirectoryOffset,
      count: trailer.sectionCount)
    try track.directory.check(
      area, contentLength: trailer.contentLength, fileEnd: fileEnd,
      isFramed: track.header.pattern.isFramed, obeysRights: obeysRights)
  }

  private static var trailerPlace: Range<Int> { 128..<1152 }
  /// Behind the longest directory.
  private static var mapPlace: Range<Int> { 1920..<4064 }

  /// Unwraps the content key: tries every slot of a recipient until one unwraps, and returns its
  /// index.
  private func unwrapContentKey(
    slots: Int, _ area: Span<UInt8>, _ recipients: Span<pinstripe_recipient>
  ) throws(TrackError) -> UInt32 {
    var reason = TrackError.noSlot
    var index = 0
    while index < slots {
      let offset = KeySlot.offset(of: index)
      var candidate = 0
      while candidate < min(recipients.count, TrackLayout.maximumSlots) {
        let recipient = unsafe recipients[unchecked: candidate]
        candidate &+= 1
        guard unsafe KeySlot.isFor(recipient, area, at: offset) else { continue }
        do throws(TrackError) {
          let wrap = unsafe area.extracting(unchecked: KeySlot.wrap(of: index))
          try provider.unwrap(wrap, under: KeyPlace(number: recipient.key), into: .content)
          return UInt32(truncatingIfNeeded: index)
        } catch {
          // A provider that fails is not a wrong key: say so instead of trying on.
          guard error.status == PINSTRIPE_E_UNWRAP else { throw error }
          reason = .unwrap
        }
      }
      index &+= 1
    }
    throw reason
  }
}

/// What is known of a track whose tags hold.
struct VerifiedTrack {
  let header: HeaderNumbers
  var contentLength: UInt64
  var slot: UInt32 = 0
  var content = KeyPlace.zero
  var directory: SectionDirectory
  var map: FrameMap?

  init(_ header: HeaderNumbers) {
    self.header = header
    contentLength = header.contentLength
    directory = SectionDirectory(
      start: KeySlot.offset(of: header.slotCount), count: header.sectionCount)
  }

  /// What decrypts the content.
  func cipher(_ provider: CryptoProvider) -> ContentCipher {
    ContentCipher(
      contentLength: contentLength, map: map,
      cipher: StripeCipher(pattern: header.pattern, suite: header.suite, provider: provider))
  }
}

/// What ``TrackOpener`` found.
public struct OpenedTrack {
  /// The verified main header.
  public let header: MainHeader
  /// Bytes of content, from the header or the trailer.
  public var contentLength: UInt64 { cipher.contentLength }
  /// The index of the key slot that opened it.
  public let slot: UInt32
  /// Where the content key is; ``KeyPlace/zero`` for clear tracks.
  public let content: KeyPlace
  /// What decrypts the content; each copy needs a work buffer of its own.
  public let cipher: ContentCipher
  private let directory: SectionDirectory

  init(_ track: VerifiedTrack, header: MainHeader, _ provider: CryptoProvider) {
    self.header = header
    cipher = track.cipher(provider)
    slot = track.slot
    content = track.content
    directory = track.directory
  }

  /// How many sections the track has.
  public var sectionCount: Int { directory.count }

  /// Reads entry `index` of the verified directory from the work buffer that the track was opened
  /// with.
  ///
  /// - Throws: ``TrackError/range`` for an index that is not below ``sectionCount``.
  public func section(_ index: Int, in work: Span<UInt8>) throws(TrackError) -> SectionEntry {
    guard index >= 0, index < directory.count else { throw .range }
    return try SectionEntry(
      decoding: work, at: directory.start &+ index &* TrackLayout.sectionEntrySize)
  }
}
