public import PinstripeProfile

/// The profiles that are known, and which one a player gets.
public struct ProfileRegistry: Sendable {
  /// All profiles, in the order they were registered.
  public private(set) var profiles: [DeviceProfile]

  /// Makes a registry of these profiles.
  public init(_ profiles: [DeviceProfile]) {
    self.profiles = profiles
  }

  /// The profiles of `DeviceProfiles/`, which are compiled into the library.
  ///
  /// - Throws: ``ProfileError``; the tests make sure that it does not.
  public static func builtIn() throws(ProfileError) -> ProfileRegistry {
    var profiles: [DeviceProfile] = []
    for (file, bytes) in files { profiles.append(try DeviceProfile(reading: bytes, file: file)) }
    return ProfileRegistry(profiles)
  }

  /// The compiled-in files by name; a test holds the list against the folder.
  static let files: [(name: String, bytes: [UInt8])] = [
    ("qemu-usb-mtp.json", PackageResources.qemu_usb_mtp_json),
    ("umtp-responder.json", PackageResources.umtp_responder_json),
  ]

  /// The profile with an id.
  public func profile(id: String) -> DeviceProfile? {
    profiles.first { $0.id == id }
  }

  /// The profile for a player, or nil when no file describes it.
  ///
  /// Where several match, the one that states more strings is the more specific.
  ///
  /// - Parameters:
  ///   - manufacturer: iManufacturer, when it could be read.
  ///   - product: iProduct, when it could be read.
  public func match(
    vendorID: UInt16, productID: UInt16, manufacturer: String?, product: String?
  ) -> DeviceProfile? {
    var best: (profile: DeviceProfile, strings: Int)?
    for profile in profiles {
      for match in profile.matches
      where match.vendorID == vendorID && match.productID == productID
        && (match.manufacturer == nil || match.manufacturer == manufacturer)
        && (match.product == nil || match.product == product)
      {
        let strings = (match.manufacturer == nil ? 0 : 1) + (match.product == nil ? 0 : 1)
        if strings > best?.strings ?? -1 { best = (profile, strings) }
      }
    }
    return best?.profile
  }
}
