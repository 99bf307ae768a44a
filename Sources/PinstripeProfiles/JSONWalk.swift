/// A walk through a JSON text, by the ordinals of members and elements.
///
/// Jansson judges the text and says line and column of what is no JSON, but not where the values are that
/// it made. This walks a text that Jansson has accepted, wholly or up to an error; on any other it ends
/// early, with a place within the text.
struct JSONWalk {
  private let text: [UInt8]
  private(set) var index = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  private var byte: UInt8? { index < text.count ? text[index] : nil }

  /// Goes from an object's or array's beginning to a member's or element's.
  mutating func enter(_ ordinal: Int, staysAtKey: Bool) {
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

  /// Where the last word, string or sign begins of those that begin before an offset, and where the one
  /// before it does.
  mutating func lastToken(before end: Int) -> (index: Int, previous: Int?) {
    var token = (index: 0, previous: Int?.none)
    skipSpace()
    token.index = index
    while let byte, index < end {
      token = (index, index == token.index ? nil : token.index)
      if byte == UInt8(ascii: "\"") {
        skipString()
      } else if isWordPart(byte) {
        skipWord()
      } else {
        step()
        // Bytes 10xxxxxx continue a character.
        while let byte = self.byte, byte & 0xC0 == 0x80 { step() }
      }
      skipSpace()
    }
    return token
  }

  private mutating func step() {
    if index < text.count { index += 1 }
  }

  mutating func skipSpace() {
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
