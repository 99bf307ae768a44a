public import PinstripeProfile
import PinstripeUSB

/// A player that is plugged in.
public struct AttachedPlayer: Sendable {
  /// Where it is plugged in, "BUS-ADDRESS" in decimal: what a person names it by when there are
  /// several.
  public let id: String
  /// Its name: what it calls itself, or its profile's.
  public let name: String
  /// idVendor.
  public let vendorID: UInt16
  /// idProduct.
  public let productID: UInt16
  /// Its serial number, when it can be read.
  public let serialNumber: String?
  /// What it is and needs.
  public var profile: DeviceProfile
  /// Why it has that profile, as a clause.
  public let reason: String
  let device: USBDevice
}
