/// Patterns in which `*` stands for any characters and `?` for one.
enum Glob {
  /// Whether a text matches, in time proportional to the product of the lengths.
  static func matches(_ pattern: String, _ text: String) -> Bool {
    meet(Array(pattern.unicodeScalars), Array(text.unicodeScalars), isText: true)
  }

  /// Whether some text matches both patterns.
  static func overlap(_ first: String, _ second: String) -> Bool {
    meet(Array(first.unicodeScalars), Array(second.unicodeScalars), isText: false)
  }

  /// Whether the patterns have a text in common; one of them may be a text, whose signs stand for
  /// themselves.
  ///
  /// Row i holds whether the first i signs of one can be matched against the first j of the other.
  private static func meet(
    _ first: [Unicode.Scalar], _ second: [Unicode.Scalar], isText: Bool
  ) -> Bool {
    func isStar(_ sign: Unicode.Scalar, _ plain: Bool) -> Bool { !plain && sign == "*" }
    var row = [true]
    for sign in second { row.append(row.last == true && isStar(sign, isText)) }
    for one in first {
      var next = [row[0] && one == "*"]
      for (index, other) in second.enumerated() {
        let meets: Bool
        if one == "*" || isStar(other, isText) {
          // A star is nothing, or takes the other's sign.
          meets =
            (one == "*" && (row[index + 1] || next[index]))
            || (isStar(other, isText) && (next[index] || row[index + 1]))
        } else {
          meets = row[index] && (one == "?" || one == other || (!isText && other == "?"))
        }
        next.append(meets)
      }
      row = next
    }
    return row.last ?? false
  }
}
