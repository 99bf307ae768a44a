/// Walks over a run of USB descriptors (USB 2.0 §9.5): each starts with its own length and its type.
///
/// ```
/// 0  bLength          1  length of this descriptor, these two bytes included
/// 1  bDescriptorType  1
/// 2  ...              bLength - 2 bytes; a later version of a standard may have made it longer
/// ```
///
/// Every step consumes at least two bytes, so the walk ends after half as many steps as there are
/// bytes.
struct DescriptorReader {
  /// The types that are read here (USB 2.0 §9.4, table 9-5).
  enum Kind {
    static let device: UInt8 = 1
    static let configuration: UInt8 = 2
    static let string: UInt8 = 3
    static let interface: UInt8 = 4
    static let endpoint: UInt8 = 5
  }

  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    self.position = bytes.startIndex
  }

  /// The next descriptor, all of its bytes, or nil at the end.
  mutating func next() throws(DescriptorError) -> Descriptor? {
    let available = bytes.endIndex - position
    guard available > 0 else { return nil }
    guard available >= 2 else {
      throw .truncated(type: 0, needed: 2, available: available)
    }
    let length = Int(bytes[position])
    let type = bytes[position + 1]
    guard length >= 2 else { throw .tooShort(type: type, length: length, minimum: 2) }
    guard length <= available else {
      throw .truncated(type: type, needed: length, available: available)
    }
    defer { position += length }
    return Descriptor(type: type, bytes: bytes[position..<position + length])
  }
}

/// One descriptor whose length has been checked against the bytes that are there.
struct Descriptor {
  let type: UInt8
  let bytes: ArraySlice<UInt8>

  /// Checks the type and that all fields up to `minimum` are there; more is allowed and ignored.
  func require(_ expected: UInt8, minimum: Int) throws(DescriptorError) {
    guard type == expected else { throw .unexpectedType(found: type, expected: expected) }
    guard bytes.count >= minimum else {
      throw .tooShort(type: type, length: bytes.count, minimum: minimum)
    }
  }

  /// The byte at `offset`; zero beyond the end, which ``require(_:minimum:)`` rules out.
  func byte(_ offset: Int) -> UInt8 {
    offset < bytes.count ? bytes[bytes.startIndex + offset] : 0
  }

  /// The little-endian 16-bit number at `offset`.
  func word(_ offset: Int) -> UInt16 {
    UInt16(byte(offset)) | UInt16(byte(offset + 1)) << 8
  }
}
