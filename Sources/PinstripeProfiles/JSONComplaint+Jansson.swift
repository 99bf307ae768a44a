import CJansson

/// Why Jansson refuses a text, in our words, and where.
///
/// Jansson's own words are for programmers ("string or '}' expected"), and its columns are of where it
/// stopped reading, which is behind what is wrong.
struct JSONComplaint {
  /// What is wrong, as a clause.
  let reason: String
  /// Line and column of what is wrong, from 1 on, in characters.
  let place: (line: Int, column: Int)

  init(_ error: json_error_t, in text: [UInt8]) {
    let stop = min(max(Int(error.position), 0), text.count)
    var walk = JSONWalk(text)
    let token = walk.lastToken(before: stop)
    let code = withUnsafePointer(to: error) { pinstripe_json_error_code($0) }
    var index = token.index
    switch json_error_code(rawValue: UInt32(code)) {
    case json_error_duplicate_key: reason = "has a key twice in one object: leave one out"
    case json_error_premature_end_of_input, json_error_invalid_argument:
      reason = "ends too early: something that was opened is not closed"
      index = text.count
    case json_error_invalid_syntax:
      if let comma = Self.trailingComma(token, text) {
        reason = "has a comma behind the last of its list: leave it out"
        index = comma
      } else {
        reason = "is no JSON here: look for a wrong comma, colon, quotation mark or value"
      }
    case json_error_end_of_input_expected:
      reason = "has something behind its end: a file is one object"
    case json_error_invalid_utf8:
      reason = "is no UTF-8 here: save it in that encoding"
      index = stop
    case json_error_null_character, json_error_null_byte_in_key:
      reason = "has a zero character (\\u0000) in a text: leave it out"
    case json_error_numeric_overflow: reason = "has a number that is too large"
    case json_error_stack_overflow: reason = "has too many lists and objects within each other"
    case json_error_out_of_memory: reason = "takes more memory than there is"
    default: reason = "is no JSON here"
    }
    place = JSONPlace.place(of: index, in: text)
  }

  /// Where the comma before a closing bracket is, when the error is that.
  private static func trailingComma(
    _ token: (index: Int, previous: Int?), _ text: [UInt8]
  ) -> Int? {
    guard let previous = token.previous, text[previous] == UInt8(ascii: ","),
      token.index < text.count,
      [UInt8(ascii: "}"), UInt8(ascii: "]")].contains(text[token.index])
    else { return nil }
    return previous
  }
}
