/// Reads the fields of a dataset in order; never past its end.
///
/// ```
/// numbers   little-endian, 1, 2, 4, 8 or 16 bytes                             MTP 1.1 §3.2.1
/// array     UINT32 count, then the elements                                   MTP 1.1 §3.2.2
/// string    UINT8 count of UTF-16 units with the terminator, then the units   MTP 1.1 §3.2.3
///           ; count 0: the empty string, nothing follows
/// ```
///
/// The bytes come from a player and may be anything. An array is allocated only after its elements
/// were found to be there.
struct DatasetReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.init(bytes[...])
  }

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    self.position = bytes.startIndex
  }

  /// How many bytes are left.
  var remaining: Int { bytes.endIndex - position }

  /// How many bytes were read.
  var offset: Int { position - bytes.startIndex }

  mutating func take(_ count: Int, _ field: String) throws(DatasetError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw DatasetError(.truncated, field: field, offset: offset)
    }
    defer { position += count }
    return bytes[position..<(position + count)]
  }

  mutating func number<Number: FixedWidthInteger>(
    _ field: String, as type: Number.Type = Number.self
  ) throws(DatasetError) -> Number {
    Self.number(in: try take(Number.bitWidth / 8, field))
  }

  private static func number<Number: FixedWidthInteger>(in bytes: ArraySlice<UInt8>) -> Number {
    var number: Number = 0
    for byte in bytes.reversed() {
      number = number << 8 | Number(truncatingIfNeeded: byte)
    }
    return number
  }

  mutating func array<Number: FixedWidthInteger>(
    _ field: String, of type: Number.Type = Number.self
  ) throws(DatasetError) -> [Number] {
    let size = Number.bitWidth / 8
    let elements = try arrayBytes(elementSize: size, field)
    return stride(from: elements.startIndex, to: elements.endIndex, by: size).map {
      Self.number(in: elements[$0..<($0 + size)])
    }
  }

  /// The elements of an array as they stand there.
  mutating func arrayBytes(
    elementSize: Int, _ field: String
  ) throws(DatasetError) -> ArraySlice<UInt8> {
    let start = offset
    let count = Int(try number(field, as: UInt32.self))
    // At most 0xFFFF_FFFF · 16, which an Int of 64 bits holds; checked for those of 32.
    let (length, overflow) = count.multipliedReportingOverflow(by: elementSize)
    guard !overflow, length <= remaining else {
      throw DatasetError(.countTooLarge, field: field, offset: start)
    }
    return try take(length, field)
  }

  /// A string up to its terminator, or up to its count when the terminator is missing.
  ///
  /// It is not refused then: Debian's umtp-responder sends such texts behind a name of 238 bytes.
  ///
  /// Surrogates without their partner become U+FFFD.
  mutating func string(_ field: String) throws(DatasetError) -> String {
    let start = offset
    let count = Int(try number(field, as: UInt8.self))
    guard count * 2 <= remaining else {
      throw DatasetError(.countTooLarge, field: field, offset: start)
    }
    let units = try take(count * 2, field)
    let text = stride(from: units.startIndex, to: units.endIndex, by: 2).lazy
      .map { UInt16(units[$0]) | UInt16(units[$0 + 1]) << 8 }
      .prefix { $0 != 0 }
    return String(decoding: Array(text), as: UTF16.self)
  }
}
