public import PinstripeProfile
import PinstripeProfiles

/// A fact in which a player and its profile differ.
public struct ProfileDifference: Sendable, Equatable {
  /// Who says more.
  public enum Kind: String, Sendable {
    /// The profile claims it, and the player denies it.
    case denied
    /// The player says it, and the profile leaves it unsaid.
    case unsaid
  }

  /// Who says more.
  public let kind: Kind
  /// The key of the profile's file.
  public let key: String
  /// What differs, as a clause.
  public let reason: String
}

extension PlayerSurvey {
  /// How the player differs from a profile, by its own word.
  ///
  /// What a player claims is no proof: a quirk that says that it does not work is no difference.
  public func differences(from profile: DeviceProfile) -> [ProfileDifference] {
    var comparison = ProfileComparison(profile: profile, facts: SurveyFacts(self))
    if !profile.modes.contains(where: { $0.matches(identity) }) {
      let ids = USBMode(vendorID: identity.vendorID, productID: identity.productID).ids
      comparison.add(.denied, "modes", "none is the player's, whose ids are \(ids)")
    }
    comparison.compareOperations()
    comparison.compareFormats()
    comparison.compareArt()
    comparison.compareRest()
    return comparison.found
  }
}

/// Collects differences.
private struct ProfileComparison {
  let profile: DeviceProfile
  let facts: SurveyFacts
  var found: [ProfileDifference] = []

  mutating func add(_ kind: ProfileDifference.Kind, _ key: String, _ reason: String) {
    found.append(ProfileDifference(kind: kind, key: key, reason: reason))
  }

  mutating func compareOperations() {
    for operation in PlayerOperation.allCases {
      switch (profile.mtp.lacks.contains(operation), facts.lacks.contains(operation)) {
      case (true, false): add(.denied, "mtp.lacks", "the player has \(operation.rawValue)")
      case (false, true): add(.unsaid, "mtp.lacks", "the player has no \(operation.rawValue)")
      default: continue
      }
    }
    if facts.renames == false, !profile.quirks.contains(.noRename) {
      add(.unsaid, "quirks.no-rename", "the player says that names cannot be changed")
    }
  }

  /// The formats that are announced as Undefined, which need not be claimed.
  private var unclaimed: Set<AudioFormat> {
    var formats: Set<AudioFormat> = [.opus, .alac, .ape]
    if profile.quirks.contains(.sendOggAsUndefined) { formats.insert(.ogg) }
    if profile.quirks.contains(.sendFLACAsUndefined) { formats.insert(.flac) }
    return formats
  }

  mutating func compareFormats() {
    let told = facts.formats ?? [:]
    guard let formats = profile.formats else {
      let names = told.keys.map(\.rawValue).sorted().joined(separator: ", ")
      if !told.isEmpty { add(.unsaid, "formats", "the player names \(names)") }
      return
    }
    for format in AudioFormat.allCases {
      let key = "formats.\(format.rawValue)"
      switch (formats[format], told[format]) {
      case (nil, .some): add(.unsaid, key, "the player names it")
      case (.some, nil) where !unclaimed.contains(format):
        add(.denied, key, "the player does not name it")
      case (let limits?, let own?):
        compare("\(key).sampleRates", limits.sampleRates, own.sampleRates, "Hz")
        compare("\(key).bitRates", limits.bitRates, own.bitRates, "bit/s")
      default: continue
      }
    }
  }

  /// Compares what both say; what only the profile says may be a manual's.
  private mutating func compare<Value: Equatable & CustomStringConvertible>(
    _ key: String, _ claimed: Value?, _ told: Value?, _ unit: String
  ) {
    guard let told, claimed != told else { return }
    guard let claimed else { return add(.unsaid, key, "the player says \(told) \(unit)") }
    add(.denied, key, "the player says \(told) \(unit), the profile \(claimed) \(unit)")
  }

  mutating func compareArt() {
    guard let art = facts.art else {
      if profile.art.delivery == .sample {
        add(.denied, "art.delivery", "the player's albums have no picture")
      }
      return
    }
    guard profile.art.delivery == .sample else {
      // A profile that says something of pictures has its reason.
      if profile.art == ArtRules() {
        add(.unsaid, "art.delivery", "the player's albums have a picture")
      }
      return
    }
    let names = { (formats: [ArtFormat]?) in
      formats.map { Set($0).map(\.rawValue).sorted().joined(separator: ", ") }
    }
    compare("art.formats", names(profile.art.formats), names(art.formats), "pictures")
    compare("art.maximumWidth", profile.art.maximumWidth, art.maximumWidth, "pixels")
    compare("art.maximumHeight", profile.art.maximumHeight, art.maximumHeight, "pixels")
    compare("art.maximumBytes", profile.art.maximumBytes, art.maximumBytes, "bytes")
  }

  mutating func compareRest() {
    switch profile.playlists[.mtp]?.kind {
    case nil where facts.hasReferences:
      add(.unsaid, "playlists.mtp", "the player has objects that refer to tracks")
    case .mtpReferences where !facts.hasReferences:
      add(.denied, "playlists.mtp", "the player has no objects that refer to tracks")
    default: break
    }
    if let folder = facts.musicFolder, profile.storage.musicFolder != folder,
      profile.storage.musicFolder.lowercased() == folder.lowercased()
    {
      add(.denied, "storage.musicFolder", "the player's is called \(folder)")
    }
  }
}
