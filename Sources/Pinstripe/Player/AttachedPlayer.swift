public import PinstripeProfile
public import PinstripeProfiles
import PinstripeUSB

/// A player that is plugged in.
public struct AttachedPlayer: Sendable {
  /// Where it is plugged in, "BUS-ADDRESS" in decimal: what a person names it by when there are
  /// several.
  public let id: String
  /// Its name: what it calls itself, or its profile's.
  public let name: String
  /// What it says of itself on USB.
  public let identity: PlayerIdentity
  /// What it is and needs.
  public var profile: DeviceProfile
  /// Why it has that profile, as a clause.
  public let reason: String
  /// What it speaks in the mode it is in.
  public let usbProtocol: USBProtocol
  /// How to bring it into its MTP mode, as a sentence; nil when it is in it or has none.
  public let switchingAdvice: String?
  let device: USBDevice

  /// idVendor.
  public var vendorID: UInt16 { identity.vendorID }
  /// idProduct.
  public var productID: UInt16 { identity.productID }
  /// Its serial number, when it can be read.
  public var serialNumber: String? { identity.serialNumber }

  init(_ match: ProfileMatch, _ identity: PlayerIdentity, _ device: USBDevice) {
    id = "\(device.location.bus)-\(device.location.address)"
    name = identity.product ?? match.profile.name
    self.identity = identity
    profile = match.profile
    reason = match.reason
    usbProtocol = match.usbProtocol
    switchingAdvice = match.switchingAdvice
    self.device = device
  }
}
