import PinstripeProfile

/// A profile file that has been parsed, but whose base is not known yet.
struct ProfileFile {
  /// The file's path, or its name when it is compiled in.
  let name: String
  /// Whether it is compiled in.
  let isBuiltIn: Bool
  /// The profile's id.
  let id: String
  /// Whether it only holds what several models have in common; no player ever gets it.
  let isFamily: Bool
  /// The id of the family it adds to.
  let base: String?
  /// What it states, for judging it once it is closed.
  let statement: ProfileStatement
  private let root: ProfileObject
  private let label: String
  private let evidence: [Evidence]

  /// The version of the files that this reader reads.
  private static let schema = 1

  /// Parses a file.
  ///
  /// - Parameters:
  ///   - name: Its path or name, for errors; nil takes it from the id.
  ///   - keys: Notes what is asked for.
  /// - Throws: ``ProfileError``.
  init(parsing bytes: [UInt8], name: String?, keys: KeyLog? = nil) throws(ProfileError) {
    let value = try JSONValue(parsing: bytes, file: name ?? "a built-in profile")
    let named = value.members?.first { $0.key == "id" }?.value.string
    let file = name ?? "\(named ?? "unnamed").json"
    var root = try ProfileObject(value, file: file, keys: keys)
    if let schema = try root.string("$schema"), schema != "profile.schema.json" {
      throw root.error("$schema", "must be \"profile.schema.json\", or be left out")
    }
    guard try root.number("schema", Self.schema...Self.schema) != nil else {
      throw root.error("schema", "is missing; this version reads schema 1")
    }
    let id = try root.required("id")
    self.id = id
    let isNamed = name.map { $0 == "\(id).json" || $0.hasSuffix("/\(id).json") } ?? true
    guard Self.isCanonical(id), isNamed else {
      throw root.error(
        "id", "must be lower-case letters, digits and single hyphens, and the file's name")
    }
    guard id != DeviceProfile.careful.id else {
      throw root.error("id", "is that of the profile for players that no file describes")
    }
    self.name = file
    isBuiltIn = name == nil
    label = try root.required("name")
    isFamily = try root.bool("family") ?? false
    base = try root.text("base")
    if isFamily, base != nil {
      throw root.error("base", "has no place in a family: families have none themselves")
    }
    evidence = try Self.evidence(&root)
    statement = ProfileStatement(
      of: value, file: self.name, id: id, base: base, evidence: evidence)
    self.root = root
  }

  /// The profile.
  ///
  /// - Parameter family: What it adds to, when it has a base.
  /// - Throws: ``ProfileError``.
  func profile(family: DeviceProfile? = nil) throws(ProfileError) -> DeviceProfile {
    var root = root
    var profile = family ?? DeviceProfile(id: id, name: label)
    if base != nil, family == nil {
      throw root.error("base", "names no family file that is there")
    }
    profile.id = id
    profile.name = label
    profile.evidence += evidence
    try profile.apply(&root, isFamily: isFamily)
    try root.end()
    return profile
  }

  private static func evidence(_ root: inout ProfileObject) throws(ProfileError) -> [Evidence] {
    guard let objects = try root.objects("evidence"), !objects.isEmpty else {
      throw root.error("evidence", "must say where the facts come from")
    }
    var evidence: [Evidence] = []
    for object in objects {
      var object = object
      let source = try object.required("source")
      guard let facts = try object.texts("facts"), !facts.isEmpty else {
        throw object.error("facts", "must list the keys that the source backs")
      }
      try object.end()
      evidence.append(Evidence(source: source, facts: facts))
    }
    return evidence
  }

  private static func isCanonical(_ id: String) -> Bool {
    id.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 }
    }
  }
}
