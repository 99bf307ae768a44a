import CJansson
import Glibc

/// A JSON value to be printed, written by libjansson.
package indirect enum JSON {
  case string(String)
  case number(UInt64)
  case bool(Bool)
  case null
  case array([JSON])
  /// Members in the order they are printed.
  case object([(String, JSON)])

  /// The one line that stands for the value.
  package var line: String { text(Int(JSON_COMPACT)) }

  /// The value for a person to read and edit, with a line's end.
  package var page: String { text(2) + "\n" }

  /// - Parameter flags: jansson's; a small number is the indentation (`JSON_INDENT`).
  private func text(_ flags: Int) -> String {
    guard let value = make(), let text = json_dumps(value, flags) else { return "null" }
    defer {
      json_decref(value)
      free(text)
    }
    return String(cString: text)
  }

  private func make() -> UnsafeMutablePointer<json_t>? {
    switch self {
    case .string(let text):
      // Swift strings are valid Unicode; jansson takes the length, so zero bytes pass.
      return json_stringn(text, text.utf8.count)
    case .number(let number): return json_integer(json_int_t(clamping: number))
    case .bool(let value): return value ? json_true() : json_false()
    case .null: return json_null()
    case .array(let elements):
      let array = json_array()
      for element in elements { json_array_append_new(array, element.make()) }
      return array
    case .object(let members):
      let object = json_object()
      for (key, value) in members { json_object_set_new(object, key, value.make()) }
      return object
    }
  }
}

extension JSON {
  /// A number, or null.
  package static func optional(_ number: UInt64?) -> JSON { number.map { .number($0) } ?? .null }

  /// A string, or null.
  package static func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
}
