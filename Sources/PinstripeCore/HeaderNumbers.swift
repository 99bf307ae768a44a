/// The numbers of a main header (MainHeader.swift draws it), judged, and read where they stand; what
/// firmware needs of it.
@safe
struct HeaderNumbers {
  private let area: UnsafePointer<UInt8>

  var slotCount: Int { unsafe Int(area.littleEndian32(at: 12) >> 16) }
  var sectionCount: Int { unsafe Int(area[16]) }
  var hasTrailer: Bool { unsafe area[20] != 0 }
  var contentLength: UInt64 { unsafe area.littleEndian64(at: 40) }
  var codec: UInt32 { unsafe area.littleEndian32(at: 56) }
  var pattern: StripePattern { unsafe StripePattern(judged: area.littleEndian64(at: 24)) }
  var suite: CipherSuite {
    CipherSuite(judged: unsafe UInt16(truncatingIfNeeded: area.littleEndian32(at: 12)))
  }

  /// Refuses what is no track.
  ///
  /// - Throws: ``TrackError/notATrack``.
  @unsafe
  static func checkMagic(_ area: UnsafePointer<UInt8>) throws(TrackError) {
    guard unsafe area.littleEndian64(at: 0) == MainHeader.magic else { throw .notATrack }
  }

  /// Judges the 128 bytes at `area`, of which the magic number already is;
  /// ``MainHeader/init(decoding:)`` has the errors.
  @unsafe
  init(at area: UnsafePointer<UInt8>) throws(TrackError) {
    unsafe self.area = unsafe area
    guard unsafe UInt16(truncatingIfNeeded: area.littleEndian32(at: 8)) == 1
    else { throw .version }
    _ = try CipherSuite(number: suite.number)
    _ = try unsafe StripePattern(
      encodedStart: pattern.encodedStart, rest: area.littleEndian64(at: 32))
    _ = try CodecTag(code: codec)
    // Two bytes of count, two zeros and four of flags.
    let sections = unsafe area.littleEndian32(at: 16)
    let flags = unsafe area.littleEndian32(at: 20)
    guard unsafe area.littleEndian32(at: 60) == 0, unsafe area.isZero(from: 112, to: 128),
      flags <= MainHeader.trailerFlag,
      unsafe area.littleEndian64(at: 48) == UInt64(TrackLayout.headerAreaSize),
      slotCount <= TrackLayout.maximumSlots, sections <= UInt32(TrackLayout.maximumSections),
      pattern.isClear == (slotCount == 0), flags == 0 || contentLength | UInt64(sections) == 0
    else { throw .malformed }
    try pattern.checkLength(contentLength)
  }

  /// Judges what follows the main header in a header area: the slots, and the padding.
  ///
  /// The directory is judged later, against the file's size.
  ///
  /// - Throws: ``TrackError/malformed``.
  func checkSlotsAndPadding() throws(TrackError) {
    var offset = TrackLayout.mainHeaderSize
    let directory = KeySlot.offset(of: slotCount)
    while offset < directory {
      guard unsafe KeySlot.isWellFormed(area + offset) else { throw .malformed }
      offset &+= TrackLayout.slotSize
    }
    // At most 128 + 16 · 64 + 12 · 64 = 1920.
    offset &+= sectionCount &* TrackLayout.sectionEntrySize
    guard unsafe area.isZero(from: offset, to: TrackLayout.headerTagOffset)
    else { throw .malformed }
  }
}
