import PinstripeProfile

/// Finds what each profile file may say alone, but not beside what else it or another one says.
///
/// Who reads the files does not need it; who writes them does.
public struct ProfileLint {
  private let registry: ProfileRegistry
  private var found: [ProfileError] = []

  /// Judges all profiles of a registry.
  ///
  /// - Returns: The files that could not be used and what else is wrong; nothing when all is well.
  public static func findings(in registry: ProfileRegistry) -> [ProfileError] {
    var lint = ProfileLint(registry: registry)
    for entry in registry.entries {
      lint.checkModes(entry)
      lint.checkFormats(entry)
      lint.checkProtection(entry)
      lint.checkPlayerRules(entry)
      lint.checkNames(entry)
      lint.checkArt(entry)
      lint.checkPlaylists(entry)
    }
    lint.checkMatches()
    lint.checkFamilies()
    for statement in registry.entries.compactMap(\.statement) + registry.families {
      lint.checkEvidence(statement)
    }
    return registry.problems + lint.found
  }

  mutating func add(_ entry: ProfileRegistry.Entry, _ key: String, _ reason: String) {
    found.append(
      entry.statement?.error(key, reason)
        ?? ProfileError(file: entry.origin, line: 0, column: 0, key: key, reason: reason))
  }

  private mutating func checkModes(_ entry: ProfileRegistry.Entry) {
    let modes = entry.profile.modes
    if modes.isEmpty { add(entry, "modes", "is missing: no player ever gets this profile") }
    for (index, mode) in modes.enumerated() {
      let twin = modes.prefix(index).first {
        $0.overlaps(mode) && $0.specificity == mode.specificity
      }
      if twin != nil { add(entry, "modes", "has \(mode.ids) twice: one can never match") }
    }
    // A family may speak of modes that not every model has.
    for section in ["switching", "playlists"] {
      for usbProtocol in USBProtocol.allCases
      where !modes.contains(where: { $0.usbProtocol == usbProtocol }) {
        let fact = "\(section).\(usbProtocol.rawValue)"
        if entry.statement?.facts.contains(fact) == true {
          add(entry, fact, "is about a mode that the player has not")
        }
      }
    }
  }

  /// What one profile's mode asks, no other's may ask just as much of the same device.
  private mutating func checkMatches() {
    let all = registry.entries.flatMap { entry in entry.profile.modes.map { (entry, $0) } }
    for (index, (entry, mode)) in all.enumerated() {
      for (other, claimed) in all.prefix(index)
      where other.profile.id != entry.profile.id && mode.specificity == claimed.specificity
        && mode.overlaps(claimed)
      {
        // A person's file stands before the built-in ones, and theirs is what they can mend.
        let (guilty, victim) = entry.isBuiltIn && !other.isBuiltIn ? (other, entry) : (entry, other)
        add(
          guilty, "modes", "claims \(mode.ids) as \(victim.profile.id) does (\(victim.origin))")
      }
    }
  }

  private mutating func checkFamilies() {
    let used = Set(registry.entries.compactMap { $0.statement?.base })
    for family in registry.families where !used.contains(family.id) {
      found.append(family.error("family", "is a family that no profile adds to"))
    }
  }

  /// Every fact has a source, and every source a fact.
  private mutating func checkEvidence(_ file: ProfileStatement) {
    for fact in file.facts where !file.evidencedFacts.contains(where: { covers($0, fact) }) {
      found.append(file.error(fact, "has no evidence"))
    }
    let unstated = file.evidencedFacts.filter { fact in
      !file.facts.contains { covers(fact, $0) }
    }
    found += file.errors(
      "evidence", unstated.map { "is about \"\($0)\", which the file does not state" })
  }

  /// Whether a key path is another's, or that of an object around it.
  private func covers(_ path: String, _ fact: String) -> Bool {
    path == fact || fact.hasPrefix(path + ".")
  }
}

extension USBMode {
  /// Whether some device could be in both modes.
  func overlaps(_ other: USBMode) -> Bool {
    func agree<Value: Equatable>(_ one: Value?, _ two: Value?) -> Bool {
      one == nil || two == nil || one == two
    }
    guard vendorID == other.vendorID, productID == other.productID,
      agree(manufacturer, other.manufacturer), agree(product, other.product),
      agree(deviceInfo.manufacturer, other.deviceInfo.manufacturer),
      agree(deviceInfo.model, other.deviceInfo.model)
    else { return false }
    if let release, let range = other.release, !release.overlaps(range) { return false }
    if let serialPattern, let pattern = other.serialPattern,
      !Glob.overlap(serialPattern, pattern)
    {
      return false
    }
    return deviceInfo.firmwareOverlaps(other.deviceInfo)
  }
}

extension DeviceInfoMatch {
  fileprivate func firmwareOverlaps(_ other: DeviceInfoMatch) -> Bool {
    if let oldestFirmware, let newest = other.newestFirmware, newest < oldestFirmware {
      return false
    }
    if let newestFirmware, let oldest = other.oldestFirmware, newestFirmware < oldest {
      return false
    }
    return true
  }
}
