public import PinstripeProfile

extension DeviceProfile {
  /// Reads a profile file.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - file: Its name, for errors; must be the profile's id with ".json" behind it.
  /// - Throws: ``ProfileError`` for anything that is not exactly a profile: duplicate or unknown
  ///   keys, trailing commas, wrong types, values out of range, ids not in canonical form.
  public init(reading bytes: [UInt8], file: String) throws(ProfileError) {
    var root = try ProfileObject(JSONValue(parsing: bytes, file: file), file: file)
    guard try root.number("schema", 1...1) != nil else {
      throw root.error("schema", "is missing; this version reads schema 1")
    }
    let id = try root.required("id")
    guard Self.isCanonical(id), file == "\(id).json" else {
      throw root.error(
        "id", "must be lower-case letters, digits and single hyphens, and the file's name")
    }
    self.init(id: id, name: try root.required("name"))
    for mode in try root.objects("modes") { matches.append(try USBMatch(mode)) }
    if let decoder = try root.string("decoder") {
      guard let support = DecoderSupport(rawValue: decoder) else {
        throw root.error("decoder", "must be \"none\" or \"pinstripe\"")
      }
      self.decoder = support
    }
    if let object = try root.object("protection") { protection = try ProtectionRules(object) }
    if let object = try root.object("storage") { storage = try StorageRules(object) }
    if let object = try root.object("transfer") { transfer = try TransferRules(object) }
    for name in try root.strings("quirks") ?? [] {
      guard Quirk.known.contains(Quirk(rawValue: name)) else {
        throw root.error("quirks", "names \"\(name)\", which is no quirk that this version knows")
      }
      quirks.insert(Quirk(rawValue: name))
    }
    guard let evidence = try root.strings("evidence"), !evidence.isEmpty else {
      throw root.error("evidence", "must say where the facts come from")
    }
    try root.end()
  }

  private static func isCanonical(_ id: String) -> Bool {
    id.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 }
    }
  }
}

extension USBMatch {
  fileprivate init(_ mode: consuming ProfileObject) throws(ProfileError) {
    var mode = mode
    guard try mode.required("protocol") == "mtp" else {
      throw mode.error("protocol", "must be \"mtp\"")
    }
    let ids = try mode.required("usb").split(separator: ":", omittingEmptySubsequences: false)
    guard ids.count == 2, let vendor = Self.id(ids[0]), let product = Self.id(ids[1]) else {
      throw mode.error("usb", "must be vendor and product id, as in \"1d6b:0100\"")
    }
    self.init(vendorID: vendor, productID: product)
    manufacturer = try mode.string("manufacturer")
    self.product = try mode.string("product")
    try mode.end()
  }

  private static func id(_ digits: Substring) -> UInt16? {
    guard digits.utf8.count == 4,
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    return UInt16(digits, radix: 16)
  }
}

extension ProtectionRules {
  fileprivate init(_ object: consuming ProfileObject) throws(ProfileError) {
    self.init()
    var object = object
    if let name = try object.string("pattern") {
      guard let rule = PatternRule(rawValue: name) else {
        throw object.error("pattern", "must be \"automatic\", \"every\" or \"full\"")
      }
      pattern = rule
    }
    stride = try object.number("stride", 1...UInt16.max) ?? stride
    phase = try object.number("phase", 0...UInt16.max - 1) ?? phase
    guard phase < stride else { throw object.error("phase", "must be below the stride") }
    if let name = try object.string("suite") {
      guard let number = Self.suiteNames[name] else {
        throw object.error("suite", "must be \"chacha20\" or \"aes-128-ctr\"")
      }
      suite = number
    }
    try object.end()
  }

  /// The suites' names in files and on the command line, with their numbers in the track format.
  public static let suiteNames: [String: UInt16] = ["chacha20": 1, "aes-128-ctr": 2]
}

extension StorageRules {
  fileprivate init(_ object: consuming ProfileObject) throws(ProfileError) {
    self.init()
    var object = object
    musicFolder = try object.string("musicFolder") ?? musicFolder
    guard musicFolder.unicodeScalars.allSatisfy({ $0 != "/" && $0.value >= 0x20 }),
      musicFolder.unicodeScalars.first != "."
    else { throw object.error("musicFolder", "must be one folder's name, or empty") }
    maximumNameLength = try object.number("maximumNameLength", 48...254) ?? maximumNameLength
    maximumNameBytes = try object.number("maximumNameBytes", 48...255) ?? maximumNameBytes
    forbiddenCharacters = try object.string("forbiddenCharacters") ?? forbiddenCharacters
    maximumObjectSize =
      try object.number("maximumObjectSize", 1...UInt64(Int64.max)) ?? maximumObjectSize
    trackFormat = try object.number("trackFormat", 0x3000...0xBFFF) ?? trackFormat
    try object.end()
  }
}

extension TransferRules {
  fileprivate init(_ object: consuming ProfileObject) throws(ProfileError) {
    self.init()
    var object = object
    chunkSize = try object.number("chunkSize", 16_384...1_048_576) ?? chunkSize
    guard chunkSize % 1024 == 0 else {
      throw object.error("chunkSize", "must be a multiple of 1024, the largest packet")
    }
    queueDepth = try object.number("queueDepth", 1...16) ?? queueDepth
    postsReceivesEarly = try object.bool("postsReceivesEarly") ?? postsReceivesEarly
    responseTimeoutMilliseconds =
      try object.number("responseTimeoutMilliseconds", 100...600_000)
      ?? responseTimeoutMilliseconds
    dataTimeoutMilliseconds =
      try object.number("dataTimeoutMilliseconds", 100...600_000) ?? dataTimeoutMilliseconds
    try object.end()
  }
}
