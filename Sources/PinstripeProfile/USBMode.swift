/// A way in which a player shows itself on USB, and how it is recognised there.
///
/// Each part that is stated must hold. A mode that asks more is the more specific: first a serial
/// number, then names, then versions, then the ids alone (``Specificity``).
public struct USBMode: Sendable, Equatable {
  /// What the player speaks in this mode.
  public var usbProtocol: USBProtocol
  /// idVendor of the device descriptor.
  public var vendorID: UInt16
  /// idProduct of the device descriptor.
  public var productID: UInt16
  /// iManufacturer must equal this, when it is stated.
  public var manufacturer: String?
  /// iProduct must equal this, when it is stated.
  public var product: String?
  /// bcdDevice must be in this range, when it is stated; in binary-coded decimals: 0x0123 is 1.23.
  public var release: ClosedRange<UInt16>?
  /// iSerialNumber must match this pattern, when it is stated: `*` stands for any characters, `?` for
  /// one.
  public var serialPattern: String?
  /// What the player must say of itself in MTP's DeviceInfo, when anything is stated.
  public var deviceInfo = DeviceInfoMatch()

  /// Creates a mode that is recognised by its ids.
  public init(_ usbProtocol: USBProtocol = .mtp, vendorID: UInt16, productID: UInt16) {
    self.usbProtocol = usbProtocol
    self.vendorID = vendorID
    self.productID = productID
  }
}

/// What a player speaks over USB.
public enum USBProtocol: String, Sendable, CaseIterable {
  /// The Media Transfer Protocol.
  case mtp
  /// USB mass storage: the player is a disk, which the system mounts.
  case massStorage = "mass-storage"
}

/// What a player must say of itself in MTP's DeviceInfo (MTP 1.1 §5.1.1).
///
/// It can only be asked once the player is open; until then such a mode does not match.
public struct DeviceInfoMatch: Sendable, Equatable {
  /// Manufacturer must equal this, when it is stated.
  public var manufacturer: String?
  /// Model must equal this, when it is stated.
  public var model: String?
  /// The DeviceVersion, which is the firmware's, must be this or a later one, when it is stated.
  public var oldestFirmware: FirmwareVersion?
  /// The DeviceVersion must be this or an earlier one, when it is stated.
  public var newestFirmware: FirmwareVersion?

  /// Creates a match that asks nothing.
  public init() {}

  /// Whether it asks nothing.
  public var isEmpty: Bool { self == DeviceInfoMatch() }
}

/// A firmware's version as players write it, compared by its numbers: "v01.02.09P" is before
/// "V1.2.10".
///
/// Letters and signs only separate numbers; missing numbers are 0.
public struct FirmwareVersion: Sendable, Comparable {
  /// The text.
  public let text: String
  private let numbers: [UInt64]

  /// Takes a version apart; nil when it has no digit.
  public init?(_ text: String) {
    let parts = text.utf8.split { !(0x30...0x39 ~= $0) }.prefix(Self.maximumParts)
    guard !parts.isEmpty else { return nil }
    self.text = text
    // A number beyond 64 bits is no version, and the largest is near enough.
    numbers = parts.map { digits in UInt64(String(digits) ?? "") ?? UInt64.max }
  }

  /// Players write any text; more numbers than this tell nothing.
  private static let maximumParts = 16

  /// Whether a version is earlier.
  public static func < (first: FirmwareVersion, second: FirmwareVersion) -> Bool {
    for index in 0..<max(first.numbers.count, second.numbers.count) {
      let (one, other) = (first.number(index), second.number(index))
      if one != other { return one < other }
    }
    return false
  }

  /// Whether two versions have the same numbers.
  public static func == (first: FirmwareVersion, second: FirmwareVersion) -> Bool {
    !(first < second) && !(second < first)
  }

  private func number(_ index: Int) -> UInt64 { index < numbers.count ? numbers[index] : 0 }
}
