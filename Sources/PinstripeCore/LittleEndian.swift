// Reading and writing fixed-width little-endian fields. All offsets in the core are constants inside
// areas whose size is checked first; should one still be outside, reading gives zero and writing does
// nothing. Firmware must not have a trap where a check was forgotten, and a zero is refused by every
// field's own rule.

extension Span where Element == UInt8 {
  func byte(at offset: Int) -> UInt8 {
    guard offset >= 0, offset < count else { return 0 }
    return unsafe self[unchecked: offset]
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

  func isZero(from start: Int, to end: Int) -> Bool {
    var seen: UInt8 = 0
    var offset = start
    while offset < end {
      seen |= byte(at: offset)
      offset &+= 1
    }
    return seen == 0
  }

  /// Compares all bytes whatever they are, so that the time taken tells nothing about a tag.
  func equalsInConstantTime(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var difference: UInt8 = 0
    var offset = 0
    while offset < count {
      difference |= byte(at: offset) ^ other.byte(at: offset)
      offset &+= 1
    }
    return difference == 0
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
    var index = 0
    while index < bytes.count {
      storeByte(bytes.byte(at: index), at: offset &+ index)
      index &+= 1
    }
  }
}
