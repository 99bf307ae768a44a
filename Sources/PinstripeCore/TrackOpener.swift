public import CPinstripe

/// Opens tracks: from a storage and some wrapping keys to a keystream key.
///
/// Nothing is played before the header tag is verified, and everything is judged in one copy of the
/// header area, because storage may change under a reader.
public struct TrackOpener {
  private let provider: CryptoProvider
  private let allowsClear: Bool

  /// Makes an opener.
  ///
  /// - Parameter allowsClear: Whether unprotected tracks are opened too (US 2001/0016836 ¶46).
  public init(provider: CryptoProvider, allowsClear: Bool) {
    self.provider = provider
    self.allowsClear = allowsClear
  }

  /// Opens a track and leaves its keystream key at ``KeyPlace/stripe``, its content key at
  /// ``KeyPlace/content``.
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
    do throws(TrackError) {
      return try verified(&storage, recipients, &work)
    } catch {
      forget()
      throw error
    }
  }

  /// Discards the keys of an opened track.
  public func forget() {
    provider.discard(.content)
    provider.discard(.stripe)
    provider.discard(.tag)
    provider.discard(.section)
  }

  private func verified(
    _ storage: inout some TrackStorage, _ recipients: Span<pinstripe_recipient>,
    _ work: inout MutableSpan<UInt8>
  ) throws(TrackError) -> OpenedTrack {
    guard work.count >= TrackLayout.headerAreaSize else { throw .workSize }
    var area = work._mutatingExtracting(first: TrackLayout.headerAreaSize)
    let size = storage.size
    try Self.readHeader(&storage, size, &area)

    let header = try MainHeader(decoding: area.span)
    guard allowsClear || !header.pattern.isClear else { throw .clearRefused }
    let (content, slot) = try contentKey(header, area.span, recipients)

    let seal = TrackSeal(provider: provider, content: content, nonce: header.nonce)
    let expected = try seal.headerTag(of: area.span)
    let headerTag = InlineArray<32, UInt8> {
      area.span.byte(at: TrackLayout.headerTagOffset &+ $0)
    }
    guard expected.span.equalsInConstantTime(headerTag.span) else { throw .tag }

    var track = OpenedTrack(header: header, slot: slot, content: content)
    let directory = KeySlot.offset(of: header.slotCount)
    let used = directory &+ header.sectionCount &* TrackLayout.sectionEntrySize
    guard area.span.isZero(from: used, to: TrackLayout.headerTagOffset) else { throw .malformed }
    if header.hasTrailer {
      var trailer = work._mutatingExtracting(first: TrackLayout.trailerSize)
      try readTrailer(&storage, size, &trailer, seal, headerTag, &track)
    } else {
      track.directory = SectionDirectory(start: directory, count: header.sectionCount)
      try track.checkDirectory(area.span, fileEnd: size)
    }
    if !header.pattern.isClear {
      try KeyLadder(provider).deriveStripeKey(
        content: content, nonce: header.nonce.span, suite: header.suite, pattern: header.pattern)
    }
    return track
  }

  /// Copies the header area; a file too short for one is at least told apart from another format.
  private static func readHeader(
    _ storage: inout some TrackStorage, _ size: UInt64, _ area: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    guard size < UInt64(TrackLayout.headerAreaSize) else {
      return try storage.read(at: 0, into: &area)
    }
    guard size >= 8 else { throw size == 0 ? .truncated : .notATrack }
    var start = area._mutatingExtracting(first: 8)
    try storage.read(at: 0, into: &start)
    throw start.span.littleEndian64(at: 0) == MainHeader.magic ? .truncated : .notATrack
  }

  private func readTrailer(
    _ storage: inout some TrackStorage, _ size: UInt64, _ bytes: inout MutableSpan<UInt8>,
    _ seal: borrowing TrackSeal, _ headerTag: InlineArray<32, UInt8>, _ track: inout OpenedTrack
  ) throws(TrackError) {
    let trailerSize = UInt64(TrackLayout.trailerSize)
    guard size >= UInt64(TrackLayout.headerAreaSize) &+ trailerSize else { throw .truncated }
    try storage.read(at: size &- trailerSize, into: &bytes)
    let trailer = try Trailer(decoding: bytes.span)
    let expected = try seal.trailerTag(of: bytes.span, headerTag: headerTag.span)
    let tag = InlineArray<32, UInt8> { bytes.span.byte(at: TrackLayout.trailerTagOffset &+ $0) }
    guard expected.span.equalsInConstantTime(tag.span) else { throw .tag }
    try track.header.pattern.checkLength(trailer.contentLength)
    track.contentLength = trailer.contentLength
    track.directory = SectionDirectory(
      start: TrackLayout.trailerDirectoryOffset, count: trailer.sectionCount)
    try track.checkDirectory(bytes.span, fileEnd: size &- trailerSize)
  }

  /// Unwraps the content key with the first recipient that has a slot.
  private func contentKey(
    _ header: borrowing MainHeader, _ area: Span<UInt8>, _ recipients: Span<pinstripe_recipient>
  ) throws(TrackError) -> (place: KeyPlace, slot: UInt32) {
    if header.pattern.isClear { return (.zero, 0) }
    var reason = TrackError.noSlot
    var index = 0
    while index < header.slotCount {
      let slot = try KeySlot(decoding: area, index: index)
      var candidate = 0
      while candidate < min(recipients.count, TrackLayout.maximumSlots) {
        let recipient = unsafe recipients[unchecked: candidate]
        candidate &+= 1
        guard slot.isFor(recipient) else { continue }
        do throws(TrackError) {
          try provider.unwrap(
            slot.wrap.span, under: KeyPlace(number: recipient.key), into: .content)
          return (.content, UInt32(truncatingIfNeeded: index))
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

/// What ``TrackOpener`` found.
public struct OpenedTrack {
  /// The verified main header.
  public let header: MainHeader
  /// Bytes of content, from the header or the trailer.
  public internal(set) var contentLength: UInt64
  /// The index of the key slot that opened it.
  public let slot: UInt32
  /// Where the content key is; ``KeyPlace/zero`` for clear tracks.
  public let content: KeyPlace
  var directory = SectionDirectory(start: 0, count: 0)

  init(header: MainHeader, slot: UInt32, content: KeyPlace) {
    self.header = header
    self.contentLength = header.contentLength
    self.slot = slot
    self.content = content
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

  func checkDirectory(_ area: Span<UInt8>, fileEnd: UInt64) throws(TrackError) {
    // contentLength is at most 2^56 (checkLength), so the sum cannot overflow.
    let payloadEnd = UInt64(TrackLayout.headerAreaSize) &+ contentLength
    guard payloadEnd <= fileEnd else { throw .truncated }
    try directory.check(area, payloadEnd: payloadEnd, fileEnd: fileEnd)
  }
}

extension KeySlot {
  func isFor(_ recipient: pinstripe_recipient) -> Bool {
    guard UInt32(self.recipient) == recipient.kind, generation == recipient.generation
    else { return false }
    let id = recipient.key_id
    return keyID[0] == id.0 && keyID[1] == id.1 && keyID[2] == id.2 && keyID[3] == id.3
      && keyID[4] == id.4 && keyID[5] == id.5 && keyID[6] == id.6 && keyID[7] == id.7
  }
}
