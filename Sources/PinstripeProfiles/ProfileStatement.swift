import PinstripeProfile

/// What a profile file states itself, its base aside, and where.
struct ProfileStatement: Sendable {
  /// The file's path, or its name when it is compiled in.
  let file: String
  /// The profile's id.
  let id: String
  /// The id of the family it adds to.
  let base: String?
  /// The facts, as key paths of at most two keys, in the file's order.
  let facts: [String]
  /// The facts that its evidence is about.
  let evidencedFacts: [String]
  private let places: [String: (line: Int, column: Int)]

  /// What is about the file and not about the player.
  private static let formalKeys: Set<String> = [
    "$schema", "schema", "id", "name", "family", "base", "evidence",
  ]

  init(
    of root: JSONValue, file: String, id: String, base: String?, evidence: [Evidence]
  ) {
    self.file = file
    self.id = id
    self.base = base
    evidencedFacts = evidence.flatMap(\.facts)
    var facts: [String] = []
    var places: [String: (line: Int, column: Int)] = [:]
    for (key, value) in root.members ?? [] {
      places[key] = value.place()
      guard !Self.formalKeys.contains(key) else { continue }
      for (fact, value) in Self.facts(key, value) {
        facts.append(fact)
        places[fact] = value.place()
      }
    }
    self.facts = facts
    self.places = places
  }

  private static func facts(_ key: String, _ value: JSONValue) -> [(String, JSONValue)] {
    if let members = value.members { return members.map { ("\(key).\($0.key)", $0.value) } }
    guard key == "quirks", let elements = value.elements else { return [(key, value)] }
    return elements.compactMap { element in
      element.string.map { ("\(key).\($0)", element) }
    }
  }

  /// The error about a key, at its value or at that of the object around it.
  func error(_ key: String, _ reason: String) -> ProfileError {
    let outermost = key.split(separator: ".").first.map(String.init) ?? key
    let place = places[key] ?? places[outermost] ?? (1, 1)
    return ProfileError(
      file: file, line: place.line, column: place.column, key: key, reason: reason)
  }
}
