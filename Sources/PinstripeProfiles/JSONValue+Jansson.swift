import CJansson

/// A value of a JSON document, read by libjansson.
///
/// Jansson judges the syntax: duplicate keys, trailing commas, invalid UTF-8 and what follows the
/// document are errors with line and column. What the values mean is the caller's to judge.
package struct JSONValue {
  private let document: Document
  private let value: UnsafeMutablePointer<json_t>
  /// Where it stands: for each level, which member or element.
  private let path: [Int]

  /// Keeps the document while any value of it is in use.
  private final class Document {
    let root: UnsafeMutablePointer<json_t>
    let text: [UInt8]
    init(_ root: UnsafeMutablePointer<json_t>, _ text: [UInt8]) {
      self.root = root
      self.text = text
    }
    deinit { json_decref(root) }
  }

  private init(
    _ document: Document, _ value: UnsafeMutablePointer<json_t>, _ path: [Int]
  ) {
    self.document = document
    self.value = value
    self.path = path
  }

  /// Parses a document.
  ///
  /// - Throws: ``ProfileError`` with line and column.
  package init(parsing bytes: [UInt8], file: String) throws(ProfileError) {
    var error = json_error_t()
    let root = bytes.withUnsafeBytes { buffer in
      json_loadb(
        buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count,
        Int(JSON_REJECT_DUPLICATES), &error)
    }
    guard let root else {
      let complaint = JSONComplaint(error, in: bytes)
      throw ProfileError(
        file: file, line: complaint.place.line, column: complaint.place.column, key: "",
        reason: complaint.reason)
    }
    self.init(Document(root, bytes), root, [])
  }

  /// Where it stands.
  var place: JSONPlace { JSONPlace(text: document.text, path: path) }

  /// The members of an object, in the file's order; nil when it is none.
  package var members: [(key: String, value: JSONValue)]? {
    guard value.pointee.type == JSON_OBJECT else { return nil }
    var members: [(key: String, value: JSONValue)] = []
    var iterator = json_object_iter(value)
    while let current = iterator {
      if let key = json_object_iter_key(current), let member = json_object_iter_value(current) {
        let value = JSONValue(document, member, path + [members.count])
        members.append((String(cString: key), value))
      }
      iterator = json_object_iter_next(value, current)
    }
    return members
  }

  /// The elements of an array; nil when it is none.
  package var elements: [JSONValue]? {
    guard value.pointee.type == JSON_ARRAY else { return nil }
    return (0..<json_array_size(value)).compactMap { index in
      json_array_get(value, index).map { JSONValue(document, $0, path + [index]) }
    }
  }

  /// A string without zero bytes; nil when it is none.
  package var string: String? {
    json_string_value(value).map { String(cString: $0) }
  }

  /// A whole number from 0 to 2^63 - 1; nil when it is none.
  package var number: UInt64? {
    guard value.pointee.type == JSON_INTEGER else { return nil }
    return UInt64(exactly: json_integer_value(value))
  }

  /// A truth value; nil when it is none.
  package var bool: Bool? {
    switch value.pointee.type {
    case JSON_TRUE: true
    case JSON_FALSE: false
    default: nil
    }
  }
}
