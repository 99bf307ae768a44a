/// Where a device is plugged in, for as long as it stays there.
public struct USBLocation: Sendable, Hashable {
  /// The bus number, 1 to 255. `libusb_get_bus_number`
  public var bus: UInt8
  /// The device's address on the bus, 1 to 127; a new one at every connection.
  /// `libusb_get_device_address`
  public var address: UInt8
  /// The port of each hub on the way from the root to the device, 0 to 7 numbers; empty for a root
  /// hub.
  ///
  /// It stays the same when the player is plugged into the same socket again.
  /// `libusb_get_port_numbers`
  public var ports: [UInt8]

  /// Creates a location.
  public init(bus: UInt8, address: UInt8, ports: [UInt8]) {
    self.bus = bus
    self.address = address
    self.ports = ports
  }

  /// The device node, as udev makes it: `/dev/bus/usb/BBB/DDD`.
  public var node: String { "/dev/bus/usb/\(padded(bus))/\(padded(address))" }

  /// The kernel's name of the device in sysfs: `1-4.2`, or `usb1` for a root hub.
  public var kernelName: String {
    ports.isEmpty ? "usb\(bus)" : "\(bus)-" + ports.map { "\($0)" }.joined(separator: ".")
  }

  private func padded(_ number: UInt8) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: 3 - digits.count) + digits
  }
}

/// What an error says about the device it concerns: its place and its ids.
public struct USBIdentity: Sendable, Hashable {
  /// Where it is.
  public var location: USBLocation
  /// idVendor of the device descriptor.
  public var vendorID: UInt16
  /// idProduct of the device descriptor.
  public var productID: UInt16

  /// Creates an identity.
  public init(location: USBLocation, vendorID: UInt16, productID: UInt16) {
    self.location = location
    self.vendorID = vendorID
    self.productID = productID
  }

  /// A udev rule that gives the user who sits at the computer access to this model.
  public var udevRule: String {
    "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"\(hexadecimal(vendorID))\", "
      + "ATTR{idProduct}==\"\(hexadecimal(productID))\", TAG+=\"uaccess\""
  }
}

extension USBIdentity: CustomStringConvertible {
  /// The ids and the place: `041e:4133 (bus 1, device 5)`.
  public var description: String {
    "\(hexadecimal(vendorID)):\(hexadecimal(productID)) "
      + "(bus \(location.bus), device \(location.address))"
  }
}

/// Four lower-case hexadecimal digits, as lsusb and udev write ids.
private func hexadecimal(_ id: UInt16) -> String {
  let digits = String(id, radix: 16)
  return String(repeating: "0", count: 4 - digits.count) + digits
}
