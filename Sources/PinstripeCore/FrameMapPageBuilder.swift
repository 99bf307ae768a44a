/// Writes a page of a frame map (FrameMapPage.swift draws it), still without encryption and tag.
public struct FrameMapPageBuilder {
  /// The page, from its start on; the tag's place is zero.
  public private(set) var bytes = InlineArray<1024, UInt8>(repeating: 0)
  private var next = FrameMapPage.runsOffset

  /// Starts a page.
  ///
  /// - Parameters:
  ///   - start: Content offset of its first run.
  ///   - encryptedBefore: Encrypted bytes of the content before that.
  public init(index: UInt32, start: UInt64, encryptedBefore: UInt64) {
    var page = bytes.mutableSpan
    page.storeLittleEndian(index, at: 0)
    page.storeLittleEndian(start, at: 8)
    page.storeLittleEndian(encryptedBefore, at: 16)
  }

  /// Bytes of a page before its tag: what is encrypted.
  public static var sealedSize: Int { FrameMapPage.tagOffset }

  /// Adds a run, unless the page has no room for it.
  ///
  /// - Parameter length: 1 to 2^56.
  /// - Returns: Whether there was room, which an empty page has for any run.
  public mutating func append(length: UInt64, _ rule: RunRule) -> Bool {
    var number = length << 2 | UInt64(rule.number)
    let groups = max(1, (70 - number.leadingZeroBitCount) / 7)
    guard next + groups <= FrameMapPage.tagOffset else { return false }
    var page = bytes.mutableSpan
    for group in 0..<groups {
      page.storeByte(
        UInt8(truncatingIfNeeded: number & 0x7F) | (group < groups - 1 ? 0x80 : 0), at: next)
      number >>= 7
      next += 1
    }
    page.storeLittleEndian(UInt16(next - FrameMapPage.runsOffset), at: 4)
    return true
  }
}

/// Writes the 64 bytes between a frame map's salt and its pages (FrameMap.swift draws them).
public struct FrameMapHeader {
  /// The header, still without encryption.
  public let bytes: InlineArray<64, UInt8>

  /// Describes a complete map.
  public init(
    pageCount: UInt32, runCount: UInt64, contentLength: UInt64, encryptedLength: UInt64
  ) {
    var bytes = InlineArray<64, UInt8>(repeating: 0)
    var header = bytes.mutableSpan
    header.storeLittleEndian(pageCount, at: 0)
    header.storeLittleEndian(runCount, at: 8)
    header.storeLittleEndian(contentLength, at: 16)
    header.storeLittleEndian(encryptedLength, at: 24)
    self.bytes = bytes
  }
}
