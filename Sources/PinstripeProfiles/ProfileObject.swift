/// An object of a profile file whose keys are taken one by one; a key that nobody takes is an error,
/// because a misspelt key is a fact that is silently lost.
struct ProfileObject {
  private let file: String
  private let path: String
  private var members: [String: JSONValue]

  init(_ value: JSONValue, file: String, path: String = "") throws(ProfileError) {
    self.file = file
    self.path = path
    guard let members = value.members else {
      throw ProfileError(file: file, line: 0, column: 0, key: path, reason: "must be an object")
    }
    // Jansson has refused duplicates.
    self.members = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// The error that names a key of this object.
  func error(_ key: String, _ reason: String) -> ProfileError {
    ProfileError(file: file, line: 0, column: 0, key: name(key), reason: reason)
  }

  private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  mutating func string(_ key: String) throws(ProfileError) -> String? {
    try take(key, "must be a string") { $0.string }
  }

  mutating func required(_ key: String) throws(ProfileError) -> String {
    guard let value = try string(key) else { throw error(key, "is missing") }
    return value
  }

  mutating func number<Number: FixedWidthInteger>(
    _ key: String, _ range: ClosedRange<Number>
  ) throws(ProfileError) -> Number? {
    let reason = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
    return try take(key, reason) { value in
      value.number.flatMap { Number(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  mutating func bool(_ key: String) throws(ProfileError) -> Bool? {
    try take(key, "must be true or false") { $0.bool }
  }

  mutating func strings(_ key: String) throws(ProfileError) -> [String]? {
    try take(key, "must be a list of strings") { value in
      guard let elements = value.elements else { return nil }
      let strings = elements.compactMap(\.string)
      return strings.count == elements.count ? strings : nil
    }
  }

  mutating func object(_ key: String) throws(ProfileError) -> ProfileObject? {
    guard let value = members.removeValue(forKey: key) else { return nil }
    return try ProfileObject(value, file: file, path: name(key))
  }

  mutating func objects(_ key: String) throws(ProfileError) -> [ProfileObject] {
    guard let value = members.removeValue(forKey: key) else { return [] }
    guard let elements = value.elements else { throw error(key, "must be a list") }
    var objects: [ProfileObject] = []
    for (index, element) in elements.enumerated() {
      objects.append(try ProfileObject(element, file: file, path: "\(name(key))[\(index)]"))
    }
    return objects
  }

  /// Ends the object.
  ///
  /// - Throws: ``ProfileError`` for a key that was not taken.
  consuming func end() throws(ProfileError) {
    guard let key = members.keys.min() else { return }
    throw error(key, "is not a key that profiles have; check its spelling")
  }

  private mutating func take<Value>(
    _ key: String, _ reason: String, _ convert: (JSONValue) -> Value?
  ) throws(ProfileError) -> Value? {
    guard let value = members.removeValue(forKey: key) else { return nil }
    guard let converted = convert(value) else { throw error(key, reason) }
    return converted
  }
}
