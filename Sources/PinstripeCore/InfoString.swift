/// An HKDF info string: label ‖ 0x00 ‖ fixed-width little-endian fields (TrackFormat.md, "Keys").
///
/// The zero byte ends the label, so no label with its fields can equal another label's.
struct InfoString {
  /// `pinstripe_provider.derive` promises providers at most this many bytes.
  static var capacity: Int { 64 }

  /// Bytes past ``count`` are zero.
  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  private(set) var count = 0

  init(_ label: StaticString) {
    for index in 0..<min(label.utf8CodeUnitCount, Self.capacity) {
      unsafe bytes[unchecked: index] = label.utf8Start[index]
    }
    count = min(label.utf8CodeUnitCount, Self.capacity) &+ 1
  }

  /// Adds the lowest `width` bytes of a number whose others are zero.
  ///
  /// What does not fit is left out; the longest string of the format has 42 bytes.
  @inline(never)
  mutating func append(_ number: UInt64, width: Int) {
    guard count <= Self.capacity &- 8 else { return }
    let offset = count
    unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
      unsafe bytes.storeBytes(of: number.littleEndian, toByteOffset: offset, as: UInt64.self)
    }
    count &+= width
  }

  /// Lends the bytes, without a copy.
  mutating func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Int32) -> Int32 {
    let count = self.count
    return unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
      unsafe body(
        UnsafeBufferPointer(
          start: bytes.assumingMemoryBound(to: UInt8.self).baseAddress, count: count))
    }
  }
}
