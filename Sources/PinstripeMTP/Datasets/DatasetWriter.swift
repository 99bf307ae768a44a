/// Writes the fields of a dataset in order; the counterpart of `DatasetReader`, which draws them.
struct DatasetWriter {
  /// What was written so far.
  private(set) var bytes: [UInt8] = []

  /// The most UTF-16 units a string can have: 255 with the terminator (MTP 1.1 §3.2.3).
  static let maximumStringLength = 254

  mutating func number<Number: FixedWidthInteger>(_ number: Number) {
    for byte in 0..<(Number.bitWidth / 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> (byte * 8)))
    }
  }

  mutating func array<Number: FixedWidthInteger>(_ elements: [Number]) {
    number(UInt32(truncatingIfNeeded: elements.count))
    for element in elements { number(element) }
  }

  /// Writes a string; what exceeds the standard's 254 units is cut off, and never inside a pair of
  /// surrogates.
  ///
  /// Callers to whom a cut matters check the length before.
  mutating func string(_ string: String) {
    var units = Array(string.utf16.prefix(Self.maximumStringLength))
    if let last = units.last, UTF16.isLeadSurrogate(last) { units.removeLast() }
    guard !units.isEmpty else { return number(UInt8(0)) }
    number(UInt8(truncatingIfNeeded: units.count + 1))
    for unit in units { number(unit) }
    number(UInt16(0))
  }

  mutating func raw(_ raw: some Sequence<UInt8>) {
    bytes.append(contentsOf: raw)
  }
}
