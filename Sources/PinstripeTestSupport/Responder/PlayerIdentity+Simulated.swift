import PinstripeMTP
public import PinstripeProfile
public import PinstripeProfiles

extension PlayerIdentity {
  /// What a player of a profile says of itself on USB, in its first mode of a protocol, and in MTP; nil
  /// when it has no such mode.
  ///
  /// ``MemoryResponder`` says the same in its DeviceInfo.
  public init?(simulating profile: DeviceProfile, in usbProtocol: USBProtocol = .mtp) {
    guard let mode = profile.modes.first(where: { $0.usbProtocol == usbProtocol }) else {
      return nil
    }
    self.init(vendorID: mode.vendorID, productID: mode.productID)
    release = mode.release?.lowerBound
    manufacturer = mode.manufacturer
    product = mode.product
    serialNumber = mode.serialPattern.map { String($0.map { $0 == "*" || $0 == "?" ? "1" : $0 }) }
    guard usbProtocol == .mtp else { return }
    hasMTPInterface = true
    let info = MemoryResponder.selfDescription(of: profile)
    deviceInfo = DeviceInfoIdentity(
      manufacturer: info.manufacturer, model: info.model, version: info.deviceVersion)
  }
}
