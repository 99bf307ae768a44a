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
      unsafe bytes.baseAddress.map { unsafe SectionNumbers(at: $0 + offset) }
    }
    guard let numbers, numbers.isWellFormed else { throw .malformed }
    type = SectionType(number: numbers.type)
    isCritical = numbers.isCritical
    self.offset = numbers.offset
    length = numbers.length
    tag = InlineArray(copying: area, at: offset &+ SectionNumbers.tagOffset)
  }
}

/// The numbers of a directory entry, read where it stands: 64 bytes; what firmware needs of it.
@safe
struct SectionNumbers {
  private let entry: UnsafePointer<UInt8>

  @unsafe
  init(at entry: UnsafePointer<UInt8>) {
    unsafe self.entry = unsafe entry
  }

  /// Type, flags and padding, as one number.
  private var start: UInt64 { unsafe entry.littleEndian64(at: 0) }
  var type: UInt16 { UInt16(truncatingIfNeeded: start) }
  var isCritical: Bool { start >> 16 == 1 }
  var offset: UInt64 { unsafe entry.littleEndian64(at: 8) }
  var length: UInt64 { unsafe entry.littleEndian64(at: Self.lengthOffset) }

  static var lengthOffset: Int { 16 }
  static var tagOffset: Int { 24 }

  /// Whether an entry of any type may look like this.
  var isWellFormed: Bool {
    unsafe start >> 16 <= 1 && type != 0 && entry.littleEndian64(at: 56) == 0
      && length >= UInt64(TrackLayout.sectionSaltSize)
      && length <= TrackLayout.maximumContentLength
  }

  /// Whether an entry of its type may (TrackFormat.md, "Section directory entry"); types that this
  /// version does not know may have either flag and any length.
  var isAllowed: Bool {
    let rule: UInt32 =
      switch type {
      case 1: Self.rule(isCritical: true, least: 64, unit: 1 << 10, most: 56)
      case 2: Self.rule(isCritical: false, least: 0, unit: 1, most: 24)
      case 3: Self.rule(isCritical: false, least: 1, unit: 1, most: 10)
      case 4: Self.rule(isCritical: true, least: 128, unit: 1, most: 7)
      case 5: Self.rule(isCritical: false, least: 32, unit: 16, most: 56)
      default: Self.rule(isCritical: isCritical, least: 0, unit: 1, most: 56)
      }
    let contents = length &- UInt64(TrackLayout.sectionSaltSize)
    let extra = contents &- UInt64(rule & 0xFF)
    return isWellFormed && isCritical == (rule >> 31 != 0) && contents >= UInt64(rule & 0xFF)
      && contents <= 1 &<< UInt64(rule >> 24 & 0x3F)
      && UInt32(truncatingIfNeeded: extra) & (rule >> 8 & 0xFFFF) == 0
  }

  /// What is demanded of a section's contents, without the salt, in one number, because a table takes
  /// less room than a comparison for each type.
  ///
  /// - Parameters:
  ///   - least, most: Bytes at least, and the binary logarithm of the most.
  ///   - unit: A power of two of which all bytes behind the least are a multiple.
  private static func rule(isCritical: Bool, least: UInt32, unit: UInt32, most: UInt32) -> UInt32 {
    least | (unit &- 1) << 8 | most << 24 | (isCritical ? 1 << 31 : 0)
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
