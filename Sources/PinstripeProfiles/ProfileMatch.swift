public import PinstripeProfile

/// What is known of a device on USB, to find its profile by.
public struct PlayerIdentity: Sendable, Equatable {
  /// idVendor.
  public var vendorID: UInt16
  /// idProduct.
  public var productID: UInt16
  /// bcdDevice, when it is known.
  public var release: UInt16?
  /// iManufacturer, when it could be read.
  public var manufacturer: String?
  /// iProduct, when it could be read.
  public var product: String?
  /// iSerialNumber, when it could be read.
  public var serialNumber: String?
  /// Whether it has an MTP interface.
  public var hasMTPInterface = false
  /// What it says of itself in MTP; nil while it is not open.
  public var deviceInfo: DeviceInfoIdentity?

  /// Creates the identity of a device of which only the ids are known.
  public init(vendorID: UInt16, productID: UInt16) {
    self.vendorID = vendorID
    self.productID = productID
  }
}

/// What a player says of itself in MTP's DeviceInfo.
public struct DeviceInfoIdentity: Sendable, Equatable {
  /// Manufacturer.
  public var manufacturer: String
  /// Model.
  public var model: String
  /// DeviceVersion: the firmware's version.
  public var version: String

  /// Creates an identity.
  public init(manufacturer: String, model: String, version: String) {
    self.manufacturer = manufacturer
    self.model = model
    self.version = version
  }
}

/// The profile that a device gets, and why.
public struct ProfileMatch: Sendable {
  /// The profile.
  public let profile: DeviceProfile
  /// The mode that the device is in; nil when only its MTP interface told that it is a player.
  public let mode: USBMode?

  /// What the device speaks in this mode.
  public var usbProtocol: USBProtocol { mode?.usbProtocol ?? .mtp }

  /// Why the device has this profile, as a clause.
  public var reason: String {
    guard let mode else { return "no profile describes it, but it has an MTP interface" }
    let specificity = mode.specificity
    let asked =
      [
        specificity.serial > 0 ? "serial number" : nil, specificity.names > 0 ? "name" : nil,
        specificity.versions > 0 ? "version" : nil,
      ].compactMap(\.self)
    let also = asked.isEmpty ? "" : " with the " + asked.joined(separator: " and the ")
    return "its USB ids\(also) are those of the profile"
  }

  /// How to bring the player into its MTP mode, as a sentence; nil when it is in it or has none.
  public var switchingAdvice: String? {
    guard usbProtocol == .massStorage else { return nil }
    guard profile.modes.contains(where: { $0.usbProtocol == .mtp }) else { return nil }
    let how = profile.switching[.mtp] ?? "look for a USB mode in its settings"
    return "\(profile.name) is in its mass-storage mode; to reach it over MTP, \(how)."
  }
}

extension USBMode {
  /// How much a mode asks, in the order in which modes win over others: a serial number before
  /// names before versions before the ids alone.
  public struct Specificity: Sendable, Comparable {
    /// Whether a serial number is asked for: 0 or 1.
    public let serial: Int
    /// How many names are asked for, of USB and MTP: 0 to 4.
    public let names: Int
    /// How many versions are asked for: bcdDevice and the firmware's, 0 to 2.
    public let versions: Int

    /// Whether something else asks more.
    public static func < (first: Specificity, second: Specificity) -> Bool {
      (first.serial, first.names, first.versions)
        < (second.serial, second.names, second.versions)
    }
  }

  /// How much this mode asks.
  public var specificity: Specificity {
    let names: [String?] = [manufacturer, product, deviceInfo.manufacturer, deviceInfo.model]
    let asksFirmware = deviceInfo.oldestFirmware != nil || deviceInfo.newestFirmware != nil
    return Specificity(
      serial: serialPattern == nil ? 0 : 1, names: names.count { $0 != nil },
      versions: (release == nil ? 0 : 1) + (asksFirmware ? 1 : 0))
  }

  /// Whether a device is in this mode; what is not known of it does not match what is asked.
  public func matches(_ device: PlayerIdentity) -> Bool {
    guard vendorID == device.vendorID, productID == device.productID,
      Self.holds(manufacturer, device.manufacturer), Self.holds(product, device.product)
    else { return false }
    if let release {
      guard let known = device.release, release.contains(known) else { return false }
    }
    if let serialPattern {
      guard let known = device.serialNumber, Glob.matches(serialPattern, known) else {
        return false
      }
    }
    guard !deviceInfo.isEmpty else { return true }
    return device.deviceInfo.map(deviceInfo.matches) ?? false
  }

  fileprivate static func holds(_ asked: String?, _ known: String?) -> Bool {
    asked == nil || asked == known
  }
}

extension DeviceInfoMatch {
  fileprivate func matches(_ info: DeviceInfoIdentity) -> Bool {
    guard USBMode.holds(manufacturer, info.manufacturer), USBMode.holds(model, info.model) else {
      return false
    }
    guard oldestFirmware != nil || newestFirmware != nil else { return true }
    guard let version = FirmwareVersion(info.version) else { return false }
    return oldestFirmware.map { $0 <= version } ?? true
      && newestFirmware.map { version <= $0 } ?? true
  }
}
