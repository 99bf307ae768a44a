/// Finds where a value stands in a JSON text, for errors about what it says.
///
/// Jansson judges the text and says line and column of what is no JSON, but not where the values are that
/// it made. This walks a text that Jansson has accepted, by the ordinals of members and elements; on any
/// other it ends early, with a place within the text.
struct JSONPlace {
  private let text: [UInt8]
  private var index = 0

  private init(_ text: [UInt8]) {
    self.text = text
  }

  /// Line and column, from 1 on, in characters.
  ///
  /// - Parameters:
  ///   - path: For each level, which member or element, from 0 on.
  ///   - isKey: Whether the last member's key is meant instead of its value.
  static func find(
    _ path: [Int], isKey: Bool, in text: [UInt8]
  ) -> (line: Int, column: Int) {
    var place = JSONPlace(text)
    place.skipSpace()
    for (level, ordinal) in path.enumerated() {
      place.enter(ordinal, staysAtKey: isKey && level == path.count - 1)
    }
    let before = text.prefix(place.index)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    // Bytes 10xxxxxx continue a character.
    let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
    return (before.count { $0 == UInt8(ascii: "\n") } + 1, column)
  }

  private var byte: UInt8? { index < text.count ? text[index] : nil }

  /// Goes from an object's or array's beginning to a member's or element's.
  private mutating func enter(_ ordinal: Int, staysAtKey: Bool) {
    let isObject = byte == UInt8(ascii: "{")
    step()
    for number in 0...max(ordinal, 0) {
      skipSpace()
      if isObject, !(staysAtKey && number == ordinal) {
        skipString()
        skipSpace()
        step()
        skipSpace()
      }
      guard number < ordinal, byte != nil else { return }
      skipValue()
      skipSpace()
      step()
    }
  }

  private mutating func step() {
    if index < text.count { index += 1 }
  }

  private mutating func skipSpace() {
    while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
  }

  private mutating func skipString() {
    step()
    while let byte, byte != UInt8(ascii: "\"") {
      step()
      if byte == UInt8(ascii: "\\") { step() }
    }
    step()
  }

  private mutating func skipValue() {
    var depth = 0
    while let byte {
      switch byte {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        step()
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        step()
      case _ where isWordPart(byte): skipWord()
      default:
        // What separates the members of what is being skipped.
        step()
        continue
      }
      if depth <= 0 { return }
    }
  }

  private mutating func skipWord() {
    while let byte, isWordPart(byte) { step() }
  }

  private func isWordPart(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
