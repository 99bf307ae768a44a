/// What a player says of itself: a device descriptor and one configuration (USB 2.0 §9.6).
struct NodeDescriptors {
  var vendorID: UInt16 = 0x1209
  var productID: UInt16 = 0x0002
  /// wMaxPacketSize of the bulk endpoints: 64, 512 or 1024.
  var packetSize = 512
  /// bInterfaceClass, subclass and protocol: still image, or another that is no player's.
  var interfaceClass: [UInt8] = [6, 1, 1]

  /// Mbit/s, as sysfs has it.
  var speed: String { packetSize == 1024 ? "5000" : packetSize == 512 ? "480" : "12" }

  var bytes: [UInt8] {
    func word(_ value: UInt16) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
    let packet = word(UInt16(packetSize))
    let device: [UInt8] =
      [18, 1, 0, 2, 0, 0, 0, 64] + word(vendorID) + word(productID) + [0, 1, 1, 2, 3, 1]
    let endpoints: [UInt8] =
      [7, 5, 0x81, 2] + packet + [0] + [7, 5, 0x02, 2] + packet + [0] + [7, 5, 0x83, 3, 64, 0, 6]
    let interface: [UInt8] = [9, 4, 0, 0, 3] + interfaceClass + [0]
    let length = UInt16(9 + interface.count + endpoints.count)
    return device + [9, 2] + word(length) + [1, 1, 0, 0x80, 50] + interface + endpoints
  }
}
