// Fixed-width little-endian fields. Sizes are checked before fields are read; where one should still
// lie outside, reading gives zero and writing does nothing, as in the core.

extension Span where Element == UInt8 {
  func byte(at offset: Int) -> UInt8 {
    offset >= 0 && offset < count ? self[offset] : 0
  }

  func littleEndian16(at offset: Int) -> UInt16 {
    UInt16(byte(at: offset)) | UInt16(byte(at: offset &+ 1)) << 8
  }

  func littleEndian32(at offset: Int) -> UInt32 {
    UInt32(littleEndian16(at: offset)) | UInt32(littleEndian16(at: offset &+ 2)) << 16
  }

  func littleEndian64(at offset: Int) -> UInt64 {
    UInt64(littleEndian32(at: offset)) | UInt64(littleEndian32(at: offset &+ 4)) << 32
  }

  /// Copies bytes that need no protection.
  func bytes(at offset: Int, count: Int) -> [UInt8] {
    (0..<count).map { byte(at: offset &+ $0) }
  }

  func isZero(at offset: Int, count: Int) -> Bool {
    (0..<count).allSatisfy { byte(at: offset &+ $0) == 0 }
  }
}

extension MutableSpan where Element == UInt8 {
  mutating func store(_ value: UInt8, at offset: Int) {
    guard offset >= 0, offset < count else { return }
    self[offset] = value
  }

  mutating func store(_ value: UInt16, at offset: Int) {
    store(UInt8(truncatingIfNeeded: value), at: offset)
    store(UInt8(truncatingIfNeeded: value >> 8), at: offset &+ 1)
  }

  mutating func store(_ value: UInt32, at offset: Int) {
    store(UInt16(truncatingIfNeeded: value), at: offset)
    store(UInt16(truncatingIfNeeded: value >> 16), at: offset &+ 2)
  }

  mutating func store(_ value: UInt64, at offset: Int) {
    store(UInt32(truncatingIfNeeded: value), at: offset)
    store(UInt32(truncatingIfNeeded: value >> 32), at: offset &+ 4)
  }

  mutating func store(_ bytes: Span<UInt8>, at offset: Int) {
    for index in bytes.indices { store(bytes[index], at: offset &+ index) }
  }
}
