// Entry of the section directory, 64 bytes, little-endian. Everything not named is zero.
//
//   offset  size  field
//        0     2  type: 1 frame map, 2 metadata, 3 purchaser, 4 rights, 5 chunk tags
//        2     2  flags: bit 0 CRITICAL
//        8     8  offset in the file
//       16     8  length, with its salt
//       24    32  tag
//
// A section is its 32-byte salt and then its bytes, encrypted in full.

/// One entry of a track's section directory.
public struct SectionEntry: Sendable {
  /// What the section holds.
  public var type: SectionType
  /// Whether a reader that does not know the type must refuse the track.
  public var isCritical: Bool
  /// Where it starts in the file.
  public var offset: UInt64
  /// How long it is, salt included.
  public var length: UInt64
  /// HMAC-SHA256 over its bytes, salt included, under the section's tag key.
  public var tag: InlineArray<32, UInt8>

  /// Creates an entry.
  public init(
    type: SectionType, isCritical: Bool, offset: UInt64, length: UInt64,
    tag: InlineArray<32, UInt8>
  ) {
    self.type = type
    self.isCritical = isCritical
    self.offset = offset
    self.length = length
    self.tag = tag
  }

  /// Writes the entry at `offset` of `area`.
  public func encode(into area: inout MutableSpan<UInt8>, at offset: Int) {
    area.storeLittleEndian(type.number, at: offset)
    area.storeLittleEndian(UInt16(isCritical ? 1 : 0), at: offset &+ 2)
    area.storeLittleEndian(self.offset, at: offset &+ 8)
    area.storeLittleEndian(length, at: offset &+ 16)
    area.store(tag.span, at: offset &+ 24)
  }

  /// Reads the entry at `offset` of `area`.
  ///
  /// - Throws: ``TrackError/malformed`` for unknown flags, set padding, type 0, or a length out of
  ///   range.
  public init(decoding area: Span<UInt8>, at offset: Int) throws(TrackError) {
    guard offset >= 0, area.count >= TrackLayout.sectionEntrySize,
      offset <= area.count &- TrackLayout.sectionEntrySize
    else { throw .malformed }
    let numbers = unsafe area.withUnsafeBufferPointer { bytes in
      unsafe bytes.baseAddress.flatMap { unsafe SectionNumbers(at: $0 + offset) }
    }
    guard let numbers else { throw .malformed }
    type = SectionType(number: numbers.type)
    isCritical = numbers.isCritical
    self.offset = numbers.offset
    length = numbers.length
    tag = InlineArray(copying: area, at: offset &+ SectionNumbers.tagOffset)
  }
}

/// The numbers of a directory entry where it stands; what firmware needs of it.
struct SectionNumbers {
  let type: UInt16
  let isCritical: Bool
  let offset: UInt64
  let length: UInt64

  static var lengthOffset: Int { 16 }
  static var tagOffset: Int { 24 }

  /// Reads the 64 bytes at `entry`; nil when they are malformed.
  @unsafe
  init?(at entry: UnsafePointer<UInt8>) {
    // Type, flags and padding, as one number.
    let start = unsafe entry.littleEndian64(at: 0)
    type = UInt16(truncatingIfNeeded: start)
    isCritical = start >> 16 == 1
    offset = unsafe entry.littleEndian64(at: 8)
    length = unsafe entry.littleEndian64(at: Self.lengthOffset)
    guard start >> 16 <= 1, type != 0, unsafe entry.littleEndian64(at: 56) == 0,
      length >= UInt64(TrackLayout.sectionSaltSize), length <= TrackLayout.maximumContentLength
    else { return nil }
  }

  /// Whether an entry of this type may have this flag and this length (TrackFormat.md, "Section
  /// directory entry"); true of types that this version does not know.
  var isAllowed: Bool {
    var least: UInt64 = 32
    var most = TrackLayout.maximumContentLength
    var unit: UInt64 = 1
    switch type {
    case 1: (least, unit) = (96, 1024)
    case 2: most = 32 + 1 << 24
    case 3: (least, most) = (33, 32 + 1024)
    case 4: (least, most) = (160, 160)
    case 5: (least, unit) = (64, 16)
    default: return true
    }
    return isCritical == (type == 1 || type == 4) && length >= least && length <= most
      && (length &- least) & (unit &- 1) == 0
  }
}

/// What a section holds.
public struct SectionType: Sendable {
  /// The number in the directory; unknown ones survive.
  public let number: UInt16

  /// Takes a number of a directory.
  public init(number: UInt16) {
    self.number = number
  }

  /// Where the runs of framed content lie.
  public static var frameMap: SectionType { SectionType(number: 1) }
  /// Title, artist and what else is known of the work, and the source's digest.
  public static var metadata: SectionType { SectionType(number: 2) }
  /// Who bought the copy.
  public static var purchaser: SectionType { SectionType(number: 3) }
  /// What the buyer may do.
  public static var rights: SectionType { SectionType(number: 4) }
  /// Tags over pieces of the payload.
  public static var chunkTags: SectionType { SectionType(number: 5) }
}
