/// The device descriptor (USB 2.0 §9.6.1).
///
/// ```
/// little-endian                     8  idVendor           2
/// 0  bLength            1 (18)     10  idProduct          2
/// 1  bDescriptorType    1 (1)      12  bcdDevice          2
/// 2  bcdUSB             2          14  iManufacturer      1
/// 4  bDeviceClass       1          15  iProduct           1
/// 5  bDeviceSubClass    1          16  iSerialNumber      1
/// 6  bDeviceProtocol    1          17  bNumConfigurations 1
/// 7  bMaxPacketSize0    1
/// ```
public struct DeviceDescriptor: Sendable, Equatable {
  /// The USB version the device keeps to, in binary-coded decimals: 0x0200 is 2.0.
  public var usbVersion: UInt16
  /// bDeviceClass; 0 when the interfaces have classes of their own.
  public var deviceClass: UInt8
  /// idVendor.
  public var vendorID: UInt16
  /// idProduct.
  public var productID: UInt16
  /// bcdDevice: the device's version, often the firmware's, in binary-coded decimals.
  public var release: UInt16
  /// Index of the manufacturer's string; 0 when there is none.
  public var manufacturerIndex: UInt8
  /// Index of the product's string; 0 when there is none.
  public var productIndex: UInt8
  /// Index of the serial number's string; 0 when there is none.
  public var serialNumberIndex: UInt8
  /// How many configurations there are.
  public var configurationCount: UInt8

  /// The bytes that the descriptor takes.
  static let size = 18

  /// Reads the descriptor from its bytes, as they come from the device; what follows is ignored.
  ///
  /// - Throws: ``DescriptorError``.
  public init(parsing bytes: [UInt8]) throws(DescriptorError) {
    var reader = DescriptorReader(bytes[...])
    guard let found = try reader.next() else {
      throw .truncated(type: DescriptorReader.Kind.device, needed: Self.size, available: 0)
    }
    try found.require(DescriptorReader.Kind.device, minimum: Self.size)
    usbVersion = found.word(2)
    deviceClass = found.byte(4)
    vendorID = found.word(8)
    productID = found.word(10)
    release = found.word(12)
    manufacturerIndex = found.byte(14)
    productIndex = found.byte(15)
    serialNumberIndex = found.byte(16)
    configurationCount = found.byte(17)
  }
}
