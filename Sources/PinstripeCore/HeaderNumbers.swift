/// The numbers of a main header (MainHeader.swift draws it), judged; what firmware needs of it.
struct HeaderNumbers {
  let suite: CipherSuite
  let pattern: StripePattern
  let codec: CodecTag
  let slotCount: Int
  let sectionCount: Int
  let hasTrailer: Bool
  let contentLength: UInt64

  /// Reads and judges the first 128 bytes of `area`; ``MainHeader/init(decoding:)`` has the errors.
  init(decoding area: Span<UInt8>) throws(TrackError) {
    guard area.count >= TrackLayout.mainHeaderSize else { throw .truncated }
    guard unsafe area.littleEndian64(at: 0) == MainHeader.magic else { throw .notATrack }
    guard unsafe area.littleEndian16(at: 8) == 1 else { throw .version }
    suite = try unsafe CipherSuite(number: area.littleEndian16(at: 12))
    pattern = try unsafe StripePattern(
      encodedStart: area.littleEndian64(at: 24), rest: area.littleEndian64(at: 32))
    codec = try unsafe CodecTag(code: area.littleEndian32(at: 56))
    slotCount = unsafe Int(area.littleEndian16(at: 14))
    // Two bytes of count, two zeros and four of flags.
    let sectionsAndFlags = unsafe area.littleEndian64(at: 16)
    let flags = UInt32(truncatingIfNeeded: sectionsAndFlags >> 32)
    let sections = UInt32(truncatingIfNeeded: sectionsAndFlags)
    sectionCount = Int(truncatingIfNeeded: sections)
    hasTrailer = flags == MainHeader.trailerFlag
    contentLength = unsafe area.littleEndian64(at: 40)
    let areZero = unsafe area.littleEndian32(at: 60) == 0 && area.isZero(from: 112, to: 128)
    guard areZero, flags <= MainHeader.trailerFlag,
      unsafe area.littleEndian64(at: 48) == UInt64(TrackLayout.headerAreaSize),
      slotCount <= TrackLayout.maximumSlots, sections <= UInt32(TrackLayout.maximumSections),
      pattern.isClear == (slotCount == 0), !hasTrailer || contentLength | UInt64(sections) == 0
    else { throw .malformed }
    try pattern.checkLength(contentLength)
  }

  /// Judges what follows the main header in a header area: the slots, and the padding.
  ///
  /// The directory is judged later, against the file's size.
  ///
  /// - Throws: ``TrackError/malformed``.
  func checkSlotsAndPadding(of area: Span<UInt8>) throws(TrackError) {
    guard area.count >= TrackLayout.headerAreaSize else { throw .malformed }
    var offset = TrackLayout.mainHeaderSize
    let directory = KeySlot.offset(of: slotCount)
    while offset < directory {
      guard unsafe KeySlot.isWellFormed(area, at: offset) else { throw .malformed }
      offset &+= TrackLayout.slotSize
    }
    // At most 128 + 16 · 64 + 12 · 64 = 1920.
    offset &+= sectionCount &* TrackLayout.sectionEntrySize
    guard unsafe area.isZero(from: offset, to: TrackLayout.headerTag.lowerBound)
    else { throw .malformed }
  }
}
