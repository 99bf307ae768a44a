/// Where a value stands in a JSON text, for errors about what it says.
struct JSONPlace: Sendable {
  /// The text; what is there of it is shared with the document.
  let text: [UInt8]
  /// For each level, which member or element, from 0 on.
  let path: [Int]

  /// Line and column of the value, or of the key before it; from 1 on, in characters.
  ///
  /// It walks the text from its beginning: call it once an error is made, and not for each value.
  func find(isKey: Bool = false) -> (line: Int, column: Int) {
    var walk = JSONWalk(text)
    walk.skipSpace()
    for (level, ordinal) in path.enumerated() {
      walk.enter(ordinal, staysAtKey: isKey && level == path.count - 1)
    }
    return Self.place(of: walk.index, in: text)
  }

  /// Line and column of a byte.
  static func place(of index: Int, in text: [UInt8]) -> (line: Int, column: Int) {
    let before = text.prefix(index)
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    // Bytes 10xxxxxx continue a character.
    let column = before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1
    return (before.count { $0 == UInt8(ascii: "\n") } + 1, column)
  }
}
