import CSystem

/// Text that is put together, as bytes: String would make the program three times as large.
struct Text {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { bytes.append(text.utf8Start[index]) }
  }

  mutating func add(byte: UInt8) {
    bytes.append(byte)
  }

  mutating func add(hex byte: UInt8) {
    add(digit: byte >> 4)
    add(digit: byte & 15)
  }

  mutating func add(_ number: UInt64) {
    if number >= 10 { add(number / 10) }
    add(digit: UInt8(truncatingIfNeeded: number % 10))
  }

  /// Seconds with two decimals.
  mutating func add(frames: UInt64, of rate: UInt32) {
    let rate = UInt64(max(rate, 1))
    add(frames / rate)
    add(".")
    let hundredths = frames % rate * 100 / rate
    add(digit: UInt8(truncatingIfNeeded: hundredths / 10))
    add(digit: UInt8(truncatingIfNeeded: hundredths % 10))
  }

  /// Minutes and seconds, as a person reads them.
  mutating func add(clock frames: UInt64, of rate: UInt32) {
    let seconds = frames / UInt64(max(rate, 1))
    add(seconds / 60)
    add(":")
    add(digit: UInt8(truncatingIfNeeded: seconds % 60 / 10))
    add(digit: UInt8(truncatingIfNeeded: seconds % 10))
  }

  /// A file's name on one line: control characters and backslashes as `\x0A`.
  mutating func add(name: UnsafePointer<CChar>) {
    var index = 0
    while name[index] != 0 {
      let byte = UInt8(bitPattern: name[index])
      if system_is_control(name + index) != 0 || byte == 0x5C {
        add("\\x")
        add(hex: byte)
      } else {
        bytes.append(byte)
      }
      index += 1
    }
  }

  private mutating func add(digit: UInt8) {
    bytes.append(digit < 10 ? 0x30 + digit : 0x57 + digit)
  }
}

extension UnsafePointer<CChar> {
  func equals(_ word: StaticString) -> Bool {
    strcmp(self, word.pointer) == 0
  }

  /// Whether it ends with an ASCII word, in capitals or not.
  func ends(with word: StaticString) -> Bool {
    let length = strlen(self)
    let count = word.utf8CodeUnitCount
    return length >= count && strcasecmp(self + (length - count), word.pointer) == 0
  }

  /// The number that the whole text is, up to nine digits.
  var decimal: UInt32? {
    UnsafeBufferPointer(start: self, count: strlen(self)).decimal
  }
}

extension UnsafeBufferPointer<CChar> {
  /// The number that the whole text is, up to nine digits.
  var decimal: UInt32? {
    guard !isEmpty, count <= 9 else { return nil }
    var value: UInt32 = 0
    for byte in self {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      value = value * 10 + UInt32(byte - 0x30)
    }
    return value
  }
}
