public import PinstripeProfile

/// The profiles that are known, and which one a player gets.
public struct ProfileRegistry: Sendable {
  /// A profile and the file it is from.
  public struct Entry: Sendable {
    /// The profile.
    public let profile: DeviceProfile
    /// The file's path; its name when it is compiled in.
    public let origin: String
    /// Whether it is one of the built-in ones.
    let isBuiltIn: Bool
    let statement: ProfileStatement?
  }

  /// All profiles with their origins; where two match a player alike, the first gets it.
  public let entries: [Entry]
  /// The files that could not be used, and why; all others are there.
  public let problems: [ProfileError]
  /// The families that the profiles add to.
  let families: [ProfileStatement]

  /// Makes a registry of these profiles.
  public init(_ profiles: [DeviceProfile]) {
    entries = profiles.map {
      Entry(profile: $0, origin: "\($0.id).json", isBuiltIn: false, statement: nil)
    }
    problems = []
    families = []
  }

  /// Makes a registry of files; those of later layers win over those of earlier ones with the same id,
  /// where they can be used, and stand before the others.
  ///
  /// - Parameter layers: For each layer, what was read and what could not be.
  init(layers: [[Result<ProfileFile, ProfileError>]]) {
    let resolver = ProfileResolver(layers: layers)
    entries = resolver.entries
    families = resolver.families
    problems = resolver.problems
  }

  /// These profiles and, behind them, that of a file without a base.
  func adding(_ file: ProfileFile) throws(ProfileError) -> ProfileRegistry {
    ProfileRegistry(entries: entries + [Entry(try file.profile(), of: file)])
  }

  private init(entries: [Entry]) {
    self.entries = entries
    problems = []
    families = []
  }

  /// All profiles.
  public var profiles: [DeviceProfile] { entries.map(\.profile) }

  /// The profile with an id.
  public func profile(id: String) -> DeviceProfile? { entry(id: id)?.profile }

  /// The profile with an id, and the file it is from.
  public func entry(id: String) -> Entry? {
    entries.first { $0.profile.id == id }
  }

  /// The profile for a device, or nil when it is no player that we know of.
  ///
  /// Where several match, the mode that asks more wins (``USBMode/Specificity``); a device that none
  /// describes but that has an MTP interface gets the careful default.
  public func match(_ device: PlayerIdentity) -> ProfileMatch? {
    var best: (profile: DeviceProfile, mode: USBMode)?
    for entry in entries {
      for mode in entry.profile.modes where mode.matches(device) {
        guard let found = best, mode.specificity <= found.mode.specificity else {
          best = (entry.profile, mode)
          continue
        }
      }
    }
    if let best { return ProfileMatch(profile: best.profile, mode: best.mode) }
    return device.hasMTPInterface ? ProfileMatch(profile: .careful, mode: nil) : nil
  }

  /// Whether what a device says of itself in MTP could give it another profile.
  public func asksDeviceInfo(of device: PlayerIdentity) -> Bool {
    entries.contains { entry in
      entry.profile.modes.contains { mode in
        mode.vendorID == device.vendorID && mode.productID == device.productID
          && !mode.deviceInfo.isEmpty
      }
    }
  }
}

extension ProfileRegistry.Entry {
  /// A file's profile.
  init(_ profile: DeviceProfile, of file: ProfileFile) {
    self.init(
      profile: profile, origin: file.name, isBuiltIn: file.isBuiltIn, statement: file.statement)
  }
}
