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
    guard work.count >= TrackLayout.headerAreaSize else { throw .workSize }
    var track = VerifiedTrack(provider)
    let header = try unsafe work.withUnsafeMutableBufferPointer { bytes throws(TrackError) in
      guard let base = bytes.baseAddress else { throw .workSize }
      let first = recipients.extracting(first: TrackLayout.maximumSlots)
      try unsafe first.withUnsafeBufferPointer { keys throws(TrackError) in
        try unsafe verify(&storage, keys, base, &track)
      }
      return try unsafe HeaderNumbers(at: base)
    }
    return OpenedTrack(track, header: try MainHeader(header, of: work.span))
  }

  /// Opens a track for somebody who does not ask for all of its header.
  ///
  /// - Parameter work: 4096 bytes, so that the offsets in a header area are inside, unchecked.
  @unsafe
  func verify(
    _ storage: inout some TrackStorage, _ recipients: UnsafeBufferPointer<pinstripe_recipient>,
    _ work: UnsafeMutablePointer<UInt8>, _ track: inout VerifiedTrack
  ) throws(TrackError) {
    do throws(TrackError) {
      try unsafe verified(&storage, recipients, work, &track)
    } catch {
      forget()
      throw error
    }
  }

  /// Discards the keys of an opened track.
  @inline(never)
  public func forget() {
    // Content, stripe, tag, section, map and map tag: their places follow each other.
    var place = PINSTRIPE_KEY_CONTENT
    while place <= PINSTRIPE_KEY_MAP_TAG {
      provider.discard(KeyPlace(number: place))
      place &+= 1
    }
  }

  private func verified(
    _ storage: inout some TrackStorage, _ recipients: UnsafeBufferPointer<pinstripe_recipient>,
    _ work: UnsafeMutablePointer<UInt8>, _ track: inout VerifiedTrack
  ) throws(TrackError) {
    let area = unsafe UnsafePointer(work)
    let headerTag = unsafe area + TrackLayout.headerTagOffset
    let nonce = unsafe Span(_unsafeStart: area + TrackLayout.nonce.lowerBound, count: 32)
    let ladder = KeyLadder(provider)
    var fileEnd = storage.size
    try unsafe readHeader(&storage, fileEnd, work)
    let header = try unsafe HeaderNumbers(at: area)
    try header.checkSlotsAndPadding()
    let pattern = header.pattern
    var content = KeyPlace.zero
    if pattern.isClear {
      guard allowsClear else { throw .clearRefused }
    } else {
      track.slot = try unsafe unwrapContentKey(slots: header.slotCount, area, recipients)
      content = .content
    }
    try ladder.deriveHeaderTagKey(content: content, nonce: nonce)
    try unsafe provider.check(headerTag, of: area, TrackLayout.headerTagOffset, under: .tag)

    var length = header.contentLength
    track.directory.start = UInt16(truncatingIfNeeded: KeySlot.offset(of: header.slotCount))
    track.directory.count = UInt8(truncatingIfNeeded: header.sectionCount)
    if header.hasTrailer {
      try ladder.deriveTrailerTagKey(content: content, nonce: nonce)
      try unsafe readTrailer(&storage, fileEnd, work)
      let trailer = unsafe area + Self.trailerPlace
      length = unsafe trailer.littleEndian64(at: Trailer.contentLengthOffset)
      fileEnd &-= UInt64(TrackLayout.trailerSize)
      track.directory.start = UInt16(Self.trailerPlace + TrackLayout.trailerDirectoryOffset)
      track.directory.count = unsafe trailer[Trailer.sectionCountOffset]
    }
    provider.discard(.tag)
    try track.cipher.start(pattern, header.suite, length)
    try unsafe track.directory.check(
      area, contentLength: length, fileEnd: fileEnd, isFramed: pattern.isFramed,
      obeysRights: obeysRights, &track.rights)
    track.codec = header.codec
    if pattern.isFramed {
      // The map is the first section, which begins where the payload ends.
      let map = unsafe work + Self.mapPlace
      try unsafe storage.read(
        at: UInt64(TrackLayout.headerAreaSize) &+ length, FrameMap.startSize, to: map)
      try unsafe ladder.deriveSectionKeys(
        content: content,
        salt: Span(_unsafeStart: UnsafePointer(map), count: TrackLayout.sectionSaltSize),
        type: SectionType.frameMap.number, index: 0, cipher: .map, tag: .mapTag)
      try unsafe track.cipher.openMap(area + Int(track.directory.start), work: map)
    }
    if !pattern.isClear {
      try ladder.deriveStripeKey(
        content: content, nonce: nonce, suite: header.suite, pattern: pattern)
    }
  }

  /// Copies, judges and verifies the trailer, into the header area: behind the main header, over slots
  /// that have served their purpose, because nonce and header tag are needed once more.
  ///
  /// Its key is at ``KeyPlace/tag``. A function of its own, so that its variables are off the stack
  /// when the deepest calls come, which are derivations.
  @inline(never)
  private func readTrailer(
    _ storage: inout some TrackStorage, _ fileEnd: UInt64, _ work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    let size = TrackLayout.trailerSize
    guard fileEnd >= UInt64(TrackLayout.headerAreaSize &+ size) else { throw .truncated }
    let place = unsafe work + Self.trailerPlace
    try unsafe storage.read(at: fileEnd &- UInt64(size), size, to: place)
    try unsafe Trailer.judge(place)
    try provider.macBegin(.tag)
    try unsafe provider.macUpdate(work + TrackLayout.headerTagOffset, TrackLayout.tagSize)
    try unsafe provider.macUpdate(place, TrackLayout.trailerTagOffset)
    try unsafe provider.macCheck(place + TrackLayout.trailerTagOffset)
  }

  /// Copies the header area; a file too short for one is at least told apart from another format.
  @inline(__always)
  private func readHeader(
    _ storage: inout some TrackStorage, _ size: UInt64, _ work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    let isShort = size < UInt64(TrackLayout.headerAreaSize)
    guard size >= 8 else { throw size == 0 ? .truncated : .notATrack }
    try unsafe storage.read(at: 0, isShort ? 8 : TrackLayout.headerAreaSize, to: work)
    try unsafe HeaderNumbers.checkMagic(work)
    guard !isShort else { throw .truncated }
  }

  private static var trailerPlace: Int { TrackLayout.mainHeaderSize }
  /// Behind the longest directory, where there is nothing but judged zeros.
  private static var mapPlace: Int { 1920 }

  /// Unwraps the content key: tries every slot of a recipient until one unwraps, and returns its
  /// index.
  private func unwrapContentKey(
    slots: Int, _ area: UnsafePointer<UInt8>, _ recipients: UnsafeBufferPointer<pinstripe_recipient>
  ) throws(TrackError) -> UInt8 {
    var reason = TrackError.noSlot
    var index = 0
    while index < slots {
      let slot = unsafe area + KeySlot.offset(of: index)
      var candidate = 0
      while candidate < recipients.count {
        let recipient = unsafe recipients[candidate]
        candidate &+= 1
        guard unsafe KeySlot.isFor(recipient, slot) else { continue }
        do throws(TrackError) {
          try unsafe provider.unwrap(
            slot + KeySlot.wrapOffset, under: KeyPlace(number: recipient.key), into: .content)
          return UInt8(truncatingIfNeeded: index)
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
  // In this order it takes least room.
  var cipher: ContentCipher
  var slot: UInt8 = 0
  var directory = SectionDirectory(start: 0, count: 0)
  var codec: UInt32 = 0
  var rights = RightsSection()

  /// Nothing is known yet.
  init(_ provider: CryptoProvider) {
    cipher = ContentCipher(provider)
  }
}

/// What ``TrackOpener`` found.
public struct OpenedTrack {
  /// The verified main header.
  public let header: MainHeader
  /// Bytes of content, from the header or the trailer.
  public var contentLength: UInt64 { cipher.contentLength }
  /// The index of the key slot that opened it.
  public var slot: UInt32 { UInt32(track.slot) }
  /// Where the content key is; ``KeyPlace/zero`` for clear tracks.
  public var content: KeyPlace { header.pattern.isClear ? .zero : .content }
  /// What decrypts the content; each copy needs a work buffer of its own.
  public var cipher: ContentCipher { track.cipher }
  private let track: VerifiedTrack

  init(_ track: VerifiedTrack, header: MainHeader) {
    self.header = header
    self.track = track
  }

  /// How many sections the track has.
  public var sectionCount: Int { Int(track.directory.count) }

  /// Reads entry `index` of the verified directory from the work buffer that the track was opened
  /// with.
  ///
  /// - Throws: ``TrackError/range`` for an index that is not below ``sectionCount``.
  public func section(_ index: Int, in work: Span<UInt8>) throws(TrackError) -> SectionEntry {
    guard index >= 0, index < sectionCount else { throw .range }
    return try SectionEntry(decoding: work, at: track.directory.place(of: index))
  }
}
