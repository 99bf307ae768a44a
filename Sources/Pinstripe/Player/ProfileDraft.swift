import PinstripeMTP
public import PinstripeProfile
public import PinstripeProfiles

/// The beginning of a profile: what a player told of itself, and what somebody must find out.
public struct ProfileDraft: Sendable {
  /// Something that the player could not tell.
  public struct OpenFact: Sendable, Equatable {
    /// The key of a profile's file.
    public let key: String
    /// Why nobody told it, or how it is found out, as a clause.
    public let advice: String
  }

  /// The profile; what was not told has the careful default.
  public let profile: DeviceProfile
  /// What was told, as keys of the profile's file; nothing else stands in it.
  public let learnt: [String]
  /// What was not.
  public let openFacts: [OpenFact]
  /// What 'pinstripe profiles lint' will say of it beside the profiles that are there.
  public let findings: [ProfileError]

  /// Drafts a profile.
  ///
  /// - Parameters:
  ///   - id: Its id; nil makes one of the player's name.
  ///   - registry: The profiles that are there: where one claims the player's ids, the draft asks for
  ///     its names too.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/usage`` for an id that is none.
  public init(
    _ survey: PlayerSurvey, id: String? = nil, beside registry: ProfileRegistry
  ) throws(PinstripeError) {
    let facts = SurveyFacts(survey)
    let name = Self.name(of: survey)
    var profile = DeviceProfile(id: id ?? Self.id(from: name, beside: registry), name: name)
    profile.modes = [Self.mode(of: survey.identity, beside: registry)]
    let learnt = ["modes"] + Self.take(facts, into: &profile)
    let version = Self.clean(survey.deviceInfo.deviceVersion).map { ", firmware \($0)" } ?? ""
    profile.evidence = [
      Evidence(
        source: "what the player says of itself (pinstripe profiles new): \(name)\(version)",
        facts: learnt)
    ]
    self.profile = profile
    self.learnt = learnt
    openFacts = Self.openFacts(facts, profile)
    do throws(ProfileError) {
      findings = try registry.findings(
        about: Array(profile.fileText(stating: learnt).utf8), file: profile.id + ".json")
    } catch {
      throw PinstripeError(.usage, "\"\(profile.id)\" can be no profile: \(error.reason).")
    }
  }

  /// The draft as a file of `DeviceProfiles/`.
  public var fileText: String { profile.fileText(stating: learnt) }

  /// Writes the draft to a file that is not there yet.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``.
  public func write(to path: String) throws(PinstripeError) {
    try NewFile.write(Array(fileText.utf8), to: path)
  }

  // MARK: What is told

  private static func take(_ facts: SurveyFacts, into profile: inout DeviceProfile) -> [String] {
    var learnt: [String] = []
    if !facts.lacks.isEmpty {
      profile.mtp.lacks = facts.lacks
      learnt.append("mtp.lacks")
    }
    if let formats = facts.formats {
      profile.formats = formats
      learnt += formats.keys.map { "formats.\($0.rawValue)" }.sorted()
    }
    if let folder = facts.musicFolder {
      profile.storage.musicFolder = folder
      learnt.append("storage.musicFolder")
    }
    if let art = facts.art {
      profile.art = art
      learnt.append("art.delivery")
      if art.formats != nil { learnt.append("art.formats") }
      if art.maximumWidth != nil { learnt.append("art.maximumWidth") }
      if art.maximumHeight != nil { learnt.append("art.maximumHeight") }
      if art.maximumBytes != nil { learnt.append("art.maximumBytes") }
    }
    if facts.hasReferences {
      profile.playlists[.mtp] = PlaylistRules(kind: .mtpReferences)
      learnt.append("playlists.mtp")
    }
    if facts.renames == false {
      profile.quirks = [.noRename]
      learnt.append("quirks.no-rename")
    }
    return learnt
  }

  /// The mode that it is in; with its names where its ids alone are another's.
  private static func mode(
    of identity: PlayerIdentity, beside registry: ProfileRegistry
  ) -> USBMode {
    var mode = USBMode(.mtp, vendorID: identity.vendorID, productID: identity.productID)
    let isTaken = registry.profiles.contains { profile in
      profile.modes.contains { $0.ids == mode.ids }
    }
    guard isTaken else { return mode }
    // A name that had to be cleaned would never match.
    mode.manufacturer = identity.manufacturer.flatMap { clean($0) == $0 ? $0 : nil }
    mode.product = identity.product.flatMap { clean($0) == $0 ? $0 : nil }
    return mode
  }

  // MARK: Names

  /// Nobody's name is longer; a player's may be anything.
  private static let maximumName = 100

  private static func name(of survey: PlayerSurvey) -> String {
    let maker = clean(survey.deviceInfo.manufacturer) ?? clean(survey.identity.manufacturer ?? "")
    let model = clean(survey.deviceInfo.model) ?? clean(survey.identity.product ?? "")
    guard let model else { return maker ?? "Player" }
    guard let maker, !model.lowercased().hasPrefix(maker.lowercased()) else { return model }
    return "\(maker) \(model)"
  }

  /// A player's text as a profile can hold it; nil when nothing is left.
  private static func clean(_ text: String) -> String? {
    let scalars = text.unicodeScalars.prefix(maximumName)
      .filter { $0.properties.generalCategory != .control }
    let words = scalars.split(separator: " ").map { String(String.UnicodeScalarView($0)) }
    return words.isEmpty ? nil : words.joined(separator: " ")
  }

  private static func id(from name: String, beside registry: ProfileRegistry) -> String {
    let parts = name.lowercased().utf8.split { !(0x30...0x39 ~= $0 || 0x61...0x7A ~= $0) }
    let words = parts.map { String(decoding: $0, as: UTF8.self) }
    let plain = words.isEmpty ? "player" : words.joined(separator: "-")
    let taken = Set(registry.profiles.map(\.id) + [DeviceProfile.careful.id])
    // There are fewer profiles than numbers to try.
    return ([plain] + (2...taken.count + 2).map { "\(plain)-\($0)" })
      .first { !taken.contains($0) } ?? plain
  }
}
