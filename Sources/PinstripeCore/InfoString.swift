/// An HKDF info string: label ‖ 0x00 ‖ fixed-width little-endian fields (TrackFormat.md, "Keys").
///
/// The zero byte ends the label, so no label with its fields can equal another label's.
struct InfoString {
  /// `pinstripe_provider.derive` promises providers at most this many bytes.
  static var capacity: Int { 64 }

  private(set) var bytes = InlineArray<64, UInt8>(repeating: 0)
  private(set) var count = 0

  init(_ label: StaticString) {
    label.withUTF8Buffer { text in
      for index in text.indices { unsafe append(text[index]) }
    }
    append(UInt8(0))
  }

  mutating func append(_ byte: UInt8) {
    guard count < Self.capacity else { return }
    bytes[count] = byte
    count += 1
  }

  mutating func append(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  mutating func append(_ value: UInt32) {
    append(UInt16(truncatingIfNeeded: value))
    append(UInt16(truncatingIfNeeded: value >> 16))
  }

  mutating func append(_ field: Span<UInt8>) {
    for index in field.indices { append(field[index]) }
  }
}
