import PinstripeProfiles

extension JSON {
  /// The object that a failure prints.
  static func failure(code: String, message: String) -> String {
    JSON.object([
      ("error", .object([("code", .string(code)), ("message", .string(message))]))
    ]).line
  }
}
