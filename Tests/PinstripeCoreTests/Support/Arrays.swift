@testable import PinstripeCore

extension InlineArray where Element == UInt8 {
  var array: [UInt8] { indices.map { self[$0] } }

  init(_ bytes: [UInt8]) {
    self.init { bytes[$0] }
  }
}

extension [UInt8] {
  /// Splits this many bytes into pieces of at most `size`, as ranges.
  static func pieces(of count: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<Swift.min(count, $0 + size) }
  }

  /// Little-endian.
  mutating func put(_ value: UInt64, _ width: Int, at offset: Int) {
    for index in 0..<width {
      self[offset + index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index))
    }
  }
}

extension StripeCipher {
  /// Applies the cipher to an array.
  mutating func applied(
    at offset: UInt64, to bytes: [UInt8], scratch: inout [UInt8]
  ) throws(TrackError) -> [UInt8] {
    var bytes = bytes
    var span = bytes.mutableSpan
    var keystream = scratch.mutableSpan
    try apply(at: offset, to: &span, scratch: &keystream)
    return bytes
  }
}
