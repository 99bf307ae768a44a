public import PinstripeProfile

extension DeviceProfile {
  /// Reads a profile file that has no base.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - file: Its path or name, for errors; must be the profile's id with ".json" behind it.
  /// - Throws: ``ProfileError`` for anything that is not exactly a profile: duplicate or unknown
  ///   keys, trailing commas, wrong types, values out of range, ids not in canonical form.
  public init(reading bytes: [UInt8], file: String) throws(ProfileError) {
    self = try ProfileFile(parsing: bytes, name: file).profile()
  }

  /// Takes over what a file says of the player; objects add to what is there, lists replace it.
  mutating func apply(_ root: inout ProfileObject, isFamily: Bool) throws(ProfileError) {
    if let objects = try root.objects("modes") {
      guard !isFamily else {
        throw root.error("modes", "has no place in a family, which no player ever gets")
      }
      guard objects.count <= Self.maximumModes else {
        throw root.error("modes", "must be \(Self.maximumModes) at most")
      }
      modes = []
      for object in objects { modes.append(try USBMode(object)) }
    }
    if let object = try root.object("switching") { try apply(switching: object) }
    decoder = try root.word("decoder") ?? decoder
    if let object = try root.object("mtp") { try mtp.apply(object) }
    if let object = try root.object("formats") {
      formats = (formats ?? [:]).merging(try FormatLimits.all(object)) { $1 }
    }
    if let object = try root.object("protection") { try protection.apply(object) }
    if let object = try root.object("storage") { try storage.apply(object) }
    if let object = try root.object("transfer") { try transfer.apply(object) }
    if let object = try root.object("art") { try art.apply(object) }
    if let object = try root.object("playlists") { try apply(playlists: object) }
    if let object = try root.object("cpu") { try apply(cpu: object) }
    if let names = try root.texts("quirks") {
      quirks = Set(names.map { Quirk(rawValue: $0) })
      if let unknown = names.first(where: { !Quirk.known.contains(Quirk(rawValue: $0)) }) {
        throw root.error(
          "quirks", "names \"\(unknown)\", which is no quirk that this version knows")
      }
    }
  }

  /// No player has more, and each is held against every other.
  private static let maximumModes = 64

  private mutating func apply(switching object: consuming ProfileObject) throws(ProfileError) {
    for usbProtocol in USBProtocol.allCases {
      if let text = try object.text(usbProtocol.rawValue) {
        guard text.last != "." else {
          throw object.error(usbProtocol.rawValue, "must be a clause without a full stop")
        }
        switching[usbProtocol] = text
      }
    }
    try object.end()
  }

  private mutating func apply(playlists object: consuming ProfileObject) throws(ProfileError) {
    for usbProtocol in USBProtocol.allCases {
      if let rules = try object.object(usbProtocol.rawValue) {
        playlists[usbProtocol] = try PlaylistRules(
          rules, over: playlists[usbProtocol], in: usbProtocol)
      }
    }
    try object.end()
  }

  private mutating func apply(cpu object: consuming ProfileObject) throws(ProfileError) {
    guard
      let budget = try object.number("decryptionBudget", 1...10_000) ?? cpu?.decryptionBudget
    else { throw object.error("decryptionBudget", "is missing") }
    cpu = CPUBudget(
      decryptionBudget: budget, hasAES: try object.bool("hasAES") ?? cpu?.hasAES ?? false)
    try object.end()
  }
}

extension MTPRules {
  fileprivate mutating func apply(_ object: consuming ProfileObject) throws(ProfileError) {
    if let operations = try object.words("lacks", PlayerOperation.self) {
      lacks = Set(operations)
    }
    maximumStringLength =
      try object.number("maximumStringLength", 16...254) ?? maximumStringLength
    try object.end()
  }
}

extension StorageRules {
  fileprivate mutating func apply(_ object: consuming ProfileObject) throws(ProfileError) {
    musicFolder = try object.folder("musicFolder") ?? musicFolder
    maximumNameLength = try object.number("maximumNameLength", 48...254) ?? maximumNameLength
    maximumNameBytes = try object.number("maximumNameBytes", 48...255) ?? maximumNameBytes
    forbiddenCharacters = try object.string("forbiddenCharacters") ?? forbiddenCharacters
    guard !forbiddenCharacters.utf8.contains(where: Self.namesNeed) else {
      throw object.error(
        "forbiddenCharacters", "must leave letters, digits, \"_\", \"-\", \"~\" and \".\"")
    }
    characters = try object.word("characters") ?? characters
    maximumDepth = try object.number("maximumDepth", 1...32) ?? maximumDepth
    maximumObjects = try object.number("maximumObjects", 1...1_000_000) ?? maximumObjects
    maximumObjectSize =
      try object.number("maximumObjectSize", 1...UInt64(Int64.max)) ?? maximumObjectSize
    trackFormat = try object.number("trackFormat", 0x3000...0xBFFF) ?? trackFormat
    try object.end()
  }

  /// What changed and hidden names are made of.
  private static func namesNeed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default:
      [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "~"), UInt8(ascii: ".")]
        .contains(byte)
    }
  }
}

extension TransferRules {
  fileprivate mutating func apply(_ object: consuming ProfileObject) throws(ProfileError) {
    chunkSize = try object.number("chunkSize", 16_384...1_048_576) ?? chunkSize
    guard chunkSize % 1024 == 0 else {
      throw object.error("chunkSize", "must be a multiple of 1024, the largest packet")
    }
    queueDepth = try object.number("queueDepth", 1...16) ?? queueDepth
    postsReceivesEarly = try object.bool("postsReceivesEarly") ?? postsReceivesEarly
    smallFiles = try object.word("smallFiles") ?? smallFiles
    responseTimeoutMilliseconds =
      try object.number("responseTimeoutMilliseconds", 100...600_000)
      ?? responseTimeoutMilliseconds
    dataTimeoutMilliseconds =
      try object.number("dataTimeoutMilliseconds", 100...600_000) ?? dataTimeoutMilliseconds
    try object.end()
  }
}

extension ArtRules {
  fileprivate mutating func apply(_ object: consuming ProfileObject) throws(ProfileError) {
    delivery = try object.word("delivery") ?? delivery
    formats = try object.words("formats") ?? formats
    maximumWidth = try object.number("maximumWidth", 1...4096) ?? maximumWidth
    maximumHeight = try object.number("maximumHeight", 1...4096) ?? maximumHeight
    maximumBytes = try object.number("maximumBytes", 1...16_777_216) ?? maximumBytes
    if let name = try object.folder("fileName") {
      guard !name.isEmpty else { throw object.error("fileName", "must not be empty") }
      fileName = name
    }
    try object.end()
  }
}

extension PlaylistRules {
  fileprivate init(
    _ object: consuming ProfileObject, over base: PlaylistRules?, in usbProtocol: USBProtocol
  ) throws(ProfileError) {
    guard let kind = try object.word("kind", PlaylistKind.self) ?? base?.kind else {
      throw object.error("kind", "is missing")
    }
    guard kind != .mtpReferences || usbProtocol == .mtp else {
      throw object.error("kind", "cannot be \"mtp-references\" where there is no MTP")
    }
    self = base ?? PlaylistRules(kind: kind)
    self.kind = kind
    folder = try object.folder("folder") ?? folder
    paths = try object.word("paths") ?? paths
    separator = try object.word("separator") ?? separator
    encoding = try object.word("encoding") ?? encoding
    lineEnd = try object.word("lineEnd") ?? lineEnd
    try object.end()
  }
}

extension ProfileObject {
  /// The name of one folder or file, or nothing.
  fileprivate mutating func folder(_ key: String) throws(ProfileError) -> String? {
    guard let name = try string(key) else { return nil }
    guard
      name.unicodeScalars.allSatisfy({ $0 != "/" && $0.properties.generalCategory != .control }),
      name.unicodeScalars.first != "."
    else { throw error(key, "must be one name, or empty") }
    return name
  }
}
