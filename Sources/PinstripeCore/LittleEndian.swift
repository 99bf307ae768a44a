// Reading and writing fixed-width little-endian fields.
//
// Whoever reads checks the area's size once and then loads at offsets that are below it whatever the
// peer's bytes are: a check at each of a header's forty fields costs firmware more than a kilobyte.
// Writing outside does nothing.

extension Span where Element == UInt8 {
  /// The number at `offset`, which must be at least 2 bytes before the end.
  @unsafe
  func littleEndian16(at offset: Int) -> UInt16 {
    unsafe UInt16(
      littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
  }

  /// The number at `offset`, which must be at least 4 bytes before the end.
  @unsafe
  func littleEndian32(at offset: Int) -> UInt32 {
    unsafe UInt32(
      littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
  }

  /// The number at `offset`, which must be at least 8 bytes before the end.
  @unsafe
  func littleEndian64(at offset: Int) -> UInt64 {
    unsafe UInt64(
      littleEndian: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
  }

  /// Whether the bytes `start ..< end` are all zero.
  ///
  /// Both are inside, and a multiple of 8 apart.
  @unsafe
  func isZero(from start: Int, to end: Int) -> Bool {
    var offset = start
    while offset < end {
      guard unsafe littleEndian64(at: offset) == 0 else { return false }
      offset &+= 8
    }
    return true
  }
}

// The same for bytes at a pointer, of which whoever made it counted enough.
extension UnsafePointer where Pointee == UInt8 {
  @unsafe
  func littleEndian32(at offset: Int) -> UInt32 {
    unsafe UInt32(
      littleEndian: UnsafeRawPointer(self).loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  @unsafe
  func littleEndian64(at offset: Int) -> UInt64 {
    unsafe UInt64(
      littleEndian: UnsafeRawPointer(self).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Whether the bytes `start ..< end`, a multiple of 8, are all zero.
  @inline(never) @unsafe
  func isZero(from start: Int, to end: Int) -> Bool {
    var offset = start
    while offset < end {
      guard unsafe littleEndian64(at: offset) == 0 else { return false }
      offset &+= 8
    }
    return true
  }
}

extension UInt64 {
  /// A count of bytes in memory, which is not negative.
  init(bytes count: Int) {
    self.init(truncatingIfNeeded: UInt(bitPattern: count))
  }
}

extension MutableSpan where Element == UInt8 {
  mutating func storeByte(_ value: UInt8, at offset: Int) {
    guard offset >= 0, offset < count else { return }
    unsafe self[unchecked: offset] = value
  }

  mutating func storeLittleEndian(_ value: UInt16, at offset: Int) {
    storeByte(UInt8(truncatingIfNeeded: value), at: offset)
    storeByte(UInt8(truncatingIfNeeded: value >> 8), at: offset &+ 1)
  }

  mutating func storeLittleEndian(_ value: UInt32, at offset: Int) {
    storeLittleEndian(UInt16(truncatingIfNeeded: value), at: offset)
    storeLittleEndian(UInt16(truncatingIfNeeded: value >> 16), at: offset &+ 2)
  }

  mutating func storeLittleEndian(_ value: UInt64, at offset: Int) {
    storeLittleEndian(UInt32(truncatingIfNeeded: value), at: offset)
    storeLittleEndian(UInt32(truncatingIfNeeded: value >> 32), at: offset &+ 4)
  }

  mutating func store(_ bytes: Span<UInt8>, at offset: Int) {
    guard offset >= 0, bytes.count <= count, offset <= count &- bytes.count else { return }
    unsafe withUnsafeMutableBufferPointer { target in
      unsafe bytes.withUnsafeBufferPointer { source in
        guard let to = target.baseAddress, let from = source.baseAddress else { return }
        unsafe UnsafeMutableRawPointer(to + offset).copyMemory(from: from, byteCount: source.count)
      }
    }
  }
}

extension InlineArray where Element == UInt8 {
  /// Copies as many bytes as there is room for from `offset` of `bytes` on; zeros where there are none.
  init(copying bytes: Span<UInt8>, at offset: Int) {
    self.init(repeating: 0)
    let count = self.count
    guard offset >= 0, count <= bytes.count, offset <= bytes.count &- count else { return }
    var span = mutableSpan
    unsafe span.store(bytes.extracting(unchecked: offset..<offset &+ count), at: 0)
  }
}
