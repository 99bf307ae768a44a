@testable import PinstripeUSB

/// Descriptors of an MTP player: the interface that umtp-responder offers at high speed.
enum Samples {
  static let deviceDescriptor: [UInt8] = [
    18, 1, 0x00, 0x02, 0, 0, 0, 64, 0x6B, 0x1D, 0x00, 0x01, 0x23, 0x01, 1, 2, 3, 1,
  ]

  static func endpoint(_ address: UInt8, _ attributes: UInt8, _ packetSize: Int) -> [UInt8] {
    [7, 5, address, attributes, UInt8(packetSize & 0xFF), UInt8(packetSize >> 8), 6]
  }

  static func interface(
    _ number: UInt8 = 0, alternate: UInt8 = 0, endpoints: UInt8 = 3, class code: UInt8 = 6,
    subclass: UInt8 = 1, protocol: UInt8 = 1, name: UInt8 = 5
  ) -> [UInt8] {
    [9, 4, number, alternate, endpoints, code, subclass, `protocol`, name]
  }

  static func mtpEndpoints(_ packetSize: Int = 512) -> [UInt8] {
    endpoint(0x81, 2, packetSize) + endpoint(0x02, 2, packetSize) + endpoint(0x83, 3, 28)
  }

  static func configuration(_ body: [UInt8], value: UInt8 = 1, interfaces: UInt8 = 1) -> [UInt8] {
    let total = 9 + body.count
    return [9, 2, UInt8(total & 0xFF), UInt8(total >> 8), interfaces, value, 0, 0x80, 50] + body
  }

  static let player = configuration(interface() + mtpEndpoints())
  static let vendorPlayer = configuration(
    interface(class: 255, subclass: 0, protocol: 0) + mtpEndpoints())

  /// The sysfs attribute: device descriptor and configurations.
  static func attribute(_ configurations: [UInt8]...) -> [UInt8] {
    deviceDescriptor + configurations.flatMap { $0 }
  }

  static func string(_ text: String) -> [UInt8] {
    let units = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    return [UInt8(2 + units.count), 3] + units
  }

  /// `count` bytes that are different at every place within 251.
  static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 % 251) } }
}

/// Attributes from a table.
struct FakeAttributes: DeviceAttributes {
  var values: [String: [UInt8]]

  init(_ values: [String: [UInt8]]) { self.values = values }

  init(descriptors: [UInt8]) { self.init(["descriptors": descriptors]) }

  func read(_ name: String, of location: USBLocation, limit: Int) -> [UInt8]? {
    values[name].map { [UInt8]($0.prefix(limit)) }
  }
}
