/// The bytes that a decision may rest on: those from a position on, at most the lookahead.
///
/// Every view at a position has the same bytes, however the content was cut into windows. That, and
/// nothing else, is why the runs do not depend on the cutting: a walker sees nothing but its own
/// state and views.
struct ContentView {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(FrameFinder.lookahead))
  }

  /// The view without its first bytes; it still ends where this one ends.
  func dropping(_ count: Int) -> ContentView {
    ContentView(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(max(0, count))))
  }

  var count: Int { bytes.count }

  /// Whether the view's end is the content's end.
  ///
  /// That of a content which ends just there is not seen, because some windows would show it and
  /// others not.
  var isEnd: Bool { count < FrameFinder.lookahead }

  /// A byte; zero for one outside.
  subscript(_ index: Int) -> UInt8 {
    index >= 0 && index < bytes.count ? bytes[index] : 0
  }

  /// Whether the text's bytes stand at an index.
  func has(_ text: StaticString, at index: Int) -> Bool {
    guard index >= 0, text.utf8CodeUnitCount <= count - index else { return false }
    for i in 0..<text.utf8CodeUnitCount where bytes[index + i] != text.utf8Start[i] {
      return false
    }
    return true
  }

  /// A big-endian number.
  func big32(_ index: Int) -> UInt32 {
    UInt32(self[index]) << 24 | UInt32(self[index + 1]) << 16 | UInt32(self[index + 2]) << 8
      | UInt32(self[index + 3])
  }

  /// A little-endian number.
  func little32(_ index: Int) -> UInt32 { big32(index).byteSwapped }

  /// The first index from `start` on, and below `end`, of a byte that a predicate holds for with the
  /// byte behind it; nil when there is none.
  func firstFF(from start: Int, below end: Int, where second: (UInt8) -> Bool) -> Int? {
    var index = max(0, start)
    let end = min(end, count - 1)
    while index < end {
      if index <= end - 8 {
        // A byte's complement is zero where the subtraction borrows; the lowest such byte is right.
        let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian
        let hits = (~word &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080
        index += hits == 0 ? 8 : hits.trailingZeroBitCount / 8
        if hits == 0 { continue }
      }
      if bytes[index] == 0xFF, second(bytes[index + 1]) { return index }
      index += 1
    }
    return nil
  }

  /// Appends the first bytes to an array.
  func copy(_ count: Int, to array: inout [UInt8]) {
    array.append(contentsOf: bytes.prefix(max(0, count)))
  }
}
