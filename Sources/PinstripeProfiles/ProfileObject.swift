/// An object of a profile file whose keys are taken one by one; a key that nobody takes is an error,
/// because a misspelt key is a fact that is silently lost.
struct ProfileObject {
  private let file: String
  private let path: String
  private let value: JSONValue
  private let keys: KeyLog?
  private var members: [String: JSONValue]
  /// The members that were taken, for errors about them.
  private var taken: [String: JSONValue] = [:]

  init(
    _ value: JSONValue, file: String, path: String = "", keys: KeyLog? = nil
  ) throws(ProfileError) {
    self.file = file
    self.path = path
    self.value = value
    self.keys = keys
    guard let members = value.members else {
      let place = value.place.find()
      throw ProfileError(
        file: file, line: place.line, column: place.column, key: path, reason: "must be an object")
    }
    // Jansson has refused duplicates.
    self.members = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// The error that names a key of this object: at its value, or at the object when it has none.
  func error(_ key: String, _ reason: String) -> ProfileError {
    error(key, reason, at: (taken[key] ?? members[key] ?? value).place.find())
  }

  private func error(
    _ key: String, _ reason: String, at place: (line: Int, column: Int)
  ) -> ProfileError {
    ProfileError(
      file: file, line: place.line, column: place.column, key: name(key), reason: reason)
  }

  private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  mutating func string(_ key: String) throws(ProfileError) -> String? {
    try take(key, "must be a string") { $0.string }
  }

  /// A string that says something: not empty, no control characters, no space around it.
  mutating func text(_ key: String) throws(ProfileError) -> String? {
    try take(key, "must be a text without control characters or space around it") { value in
      value.string.flatMap { Self.isText($0) ? $0 : nil }
    }
  }

  mutating func required(_ key: String) throws(ProfileError) -> String {
    guard let value = try text(key) else { throw error(key, "is missing") }
    return value
  }

  mutating func number<Number: FixedWidthInteger>(
    _ key: String, _ range: ClosedRange<Number>
  ) throws(ProfileError) -> Number? {
    let reason = "must be a whole number from \(range.lowerBound) to \(range.upperBound)"
    return try take(key, reason) { Self.number($0, range) }
  }

  mutating func bool(_ key: String) throws(ProfileError) -> Bool? {
    try take(key, "must be true or false") { $0.bool }
  }

  /// A word of a closed set.
  mutating func word<Word: RawRepresentable<String> & CaseIterable>(
    _ key: String, _: Word.Type = Word.self
  ) throws(ProfileError) -> Word? {
    try take(key, "must be \(Self.choice(of: Word.self))") { value in
      value.string.flatMap { Word(rawValue: $0) }
    }
  }

  /// A list of different words of a closed set.
  mutating func words<Word: RawRepresentable<String> & CaseIterable & Hashable>(
    _ key: String, _: Word.Type = Word.self
  ) throws(ProfileError) -> [Word]? {
    let reason = "must be a list of different words out of \(Self.choice(of: Word.self))"
    return try list(key, reason) { value in value.string.flatMap { Word(rawValue: $0) } }
  }

  /// A list of different texts.
  mutating func texts(_ key: String) throws(ProfileError) -> [String]? {
    try list(key, "must be a list of different texts") { value in
      value.string.flatMap { Self.isText($0) ? $0 : nil }
    }
  }

  /// A list of different numbers.
  mutating func numbers(
    _ key: String, _ range: ClosedRange<UInt32>
  ) throws(ProfileError) -> [UInt32]? {
    let reason =
      "must be a list of different whole numbers from \(range.lowerBound) to \(range.upperBound)"
    return try list(key, reason) { Self.number($0, range) }
  }

  mutating func object(_ key: String) throws(ProfileError) -> ProfileObject? {
    guard let value = remove(key) else { return nil }
    return try ProfileObject(value, file: file, path: name(key), keys: keys)
  }

  mutating func objects(_ key: String) throws(ProfileError) -> [ProfileObject]? {
    guard let value = remove(key) else { return nil }
    guard let elements = value.elements else { throw error(key, "must be a list") }
    var objects: [ProfileObject] = []
    for (index, element) in elements.enumerated() {
      let path = "\(name(key))[\(index)]"
      objects.append(try ProfileObject(element, file: file, path: path, keys: keys))
    }
    return objects
  }

  /// Ends the object.
  ///
  /// - Throws: ``ProfileError`` for a key that was not taken.
  consuming func end() throws(ProfileError) {
    guard let (key, value) = members.min(by: { $0.key < $1.key }) else { return }
    let reason = "is not a key that profiles have; check its spelling"
    throw error(key, reason, at: value.place.find(isKey: true))
  }

  private mutating func remove(_ key: String) -> JSONValue? {
    keys?.note(name(key))
    guard let value = members.removeValue(forKey: key) else { return nil }
    taken[key] = value
    return value
  }

  private mutating func take<Value>(
    _ key: String, _ reason: String, _ convert: (JSONValue) -> Value?
  ) throws(ProfileError) -> Value? {
    guard let value = remove(key) else { return nil }
    guard let converted = convert(value) else { throw error(key, reason) }
    return converted
  }

  private mutating func list<Element: Hashable>(
    _ key: String, _ reason: String, _ convert: (JSONValue) -> Element?
  ) throws(ProfileError) -> [Element]? {
    guard let value = remove(key) else { return nil }
    guard let elements = value.elements else { throw error(key, reason) }
    var list: [Element] = []
    var seen: Set<Element> = []
    for element in elements {
      guard let converted = convert(element), seen.insert(converted).inserted else {
        throw error(key, reason, at: element.place.find())
      }
      list.append(converted)
    }
    return list
  }

  private static func number<Number: FixedWidthInteger>(
    _ value: JSONValue, _ range: ClosedRange<Number>
  ) -> Number? {
    value.number.flatMap { Number(exactly: $0) }.flatMap { range.contains($0) ? $0 : nil }
  }

  private static func choice<Word: RawRepresentable<String> & CaseIterable>(
    of _: Word.Type
  ) -> String {
    Word.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }

  private static func isText(_ text: String) -> Bool {
    !text.isEmpty
      && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      && text.unicodeScalars.first != " " && text.unicodeScalars.last != " "
  }
}

/// Which keys a reader asked for, so that tests can hold documentation against them.
final class KeyLog {
  private(set) var keys: Set<String> = []

  func note(_ key: String) { keys.insert(key) }
}
