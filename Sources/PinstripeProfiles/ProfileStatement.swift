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
  /// Where its keys and facts stand.
  ///
  /// Line and column are looked for only once something is wrong there: that takes a walk through the
  /// text, and a hostile file has any number of facts.
  private let places: [String: JSONPlace]

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
    var places: [String: JSONPlace] = [:]
    for (key, value) in root.members ?? [] {
      places[key] = value.place
      guard !Self.formalKeys.contains(key) else { continue }
      for (fact, value) in Self.facts(key, value) {
        facts.append(fact)
        places[fact] = value.place
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

  /// The error about a key, at its value or at that of an object around it.
  func error(_ key: String, _ reason: String) -> ProfileError {
    let place = place(of: key)
    return ProfileError(
      file: file, line: place.line, column: place.column, key: key, reason: reason)
  }

  /// As many errors about one key as a hostile file has, whose place is looked for once.
  func errors(_ key: String, _ reasons: [String]) -> [ProfileError] {
    guard !reasons.isEmpty else { return [] }
    let place = place(of: key)
    return reasons.map { reason in
      ProfileError(file: file, line: place.line, column: place.column, key: key, reason: reason)
    }
  }

  private func place(of key: String) -> (line: Int, column: Int) {
    var key = key[...]
    while places[String(key)] == nil, let dot = key.lastIndex(of: ".") { key = key[..<dot] }
    return places[String(key)]?.find() ?? (1, 1)
  }
}
