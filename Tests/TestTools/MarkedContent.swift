import Glibc

/// Content that is noticed wherever a part of it lies in clear.
public enum MarkedContent {
  /// Every 16 bytes in a row hold all of it, for it comes back after 9 bytes, and 9 + 8 - 1 = 16.
  ///
  /// By chance a place holds it once in 2^64.
  private static let mark: [UInt8] = [0xA7, 0x1D, 0xC4, 0x5E, 0x93, 0x6B, 0xF2, 0x38]

  /// So many bytes; those between the marks differ with the seed and are the same in every run.
  public static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var random = Random(seed: seed)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + mark.count)
    while bytes.count < count {
      bytes += mark
      bytes.append(UInt8(truncatingIfNeeded: random.next()))
    }
    return Array(bytes.prefix(count))
  }

  /// Whether 16 bytes in a row of any such content, or more, are in these.
  public static func isFound(in bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return false }
      let end = start + bytes.count
      var place = start
      // By memchr(3), for it is done for megabytes, and in debug builds.
      while let found = memchr(place, Int32(mark[0]), end - place).map(UnsafeRawPointer.init) {
        guard end - found >= mark.count else { return false }
        if memcmp(found, mark, mark.count) == 0 { return true }
        place = found + 1
      }
      return false
    }
  }
}
