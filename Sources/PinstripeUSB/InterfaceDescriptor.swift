/// One alternate setting of an interface (USB 2.0 §9.6.5).
///
/// ```
/// 0  bLength             1 (9)       5  bInterfaceClass      1
/// 1  bDescriptorType     1 (4)       6  bInterfaceSubClass   1
/// 2  bInterfaceNumber    1           7  bInterfaceProtocol   1
/// 3  bAlternateSetting   1           8  iInterface           1
/// 4  bNumEndpoints       1
/// ```
public struct InterfaceDescriptor: Sendable, Equatable {
  /// bInterfaceNumber.
  public var number: UInt8
  /// bAlternateSetting.
  public var alternateSetting: UInt8
  /// bInterfaceClass: 6 is still image, 255 vendor-specific.
  public var interfaceClass: UInt8
  /// bInterfaceSubClass.
  public var subclass: UInt8
  /// bInterfaceProtocol.
  public var protocolCode: UInt8
  /// Index of the interface's string; 0 when there is none.
  public var nameIndex: UInt8
  /// The endpoints, in the device's order; at most 30.
  public var endpoints: [EndpointDescriptor] = []

  init(_ found: Descriptor) throws(DescriptorError) {
    try found.require(DescriptorReader.Kind.interface, minimum: 9)
    number = found.byte(2)
    alternateSetting = found.byte(3)
    interfaceClass = found.byte(5)
    subclass = found.byte(6)
    protocolCode = found.byte(7)
    nameIndex = found.byte(8)
  }
}

/// An endpoint of an interface (USB 2.0 §9.6.6).
///
/// ```
/// little-endian                      3  bmAttributes         1
/// 0  bLength             1 (7, 9)    4  wMaxPacketSize       2
/// 1  bDescriptorType     1 (5)       6  bInterval            1
/// 2  bEndpointAddress    1
/// ```
public struct EndpointDescriptor: Sendable, Equatable {
  /// bEndpointAddress: the number in bits 0 to 3, bit 7 set for IN.
  public var address: UInt8
  /// How it transfers, from bmAttributes.
  public var kind: Kind
  /// The bytes of one packet: wMaxPacketSize without the bits for high-bandwidth endpoints, 0 to
  /// 2047.
  public var packetSize: Int

  /// The four ways in which an endpoint transfers.
  public enum Kind: UInt8, Sendable {
    /// Requests with a set-up stage.
    case control = 0
    /// At a fixed rate, unchecked.
    case isochronous = 1
    /// Checked, as fast as the bus allows.
    case bulk = 2
    /// Polled.
    case interrupt = 3
  }

  /// Whether bytes go from the device to the host.
  public var isIn: Bool { address & 0x80 != 0 }

  init(_ found: Descriptor) throws(DescriptorError) {
    try found.require(DescriptorReader.Kind.endpoint, minimum: 7)
    address = found.byte(2)
    // Two bits have four values, all of which are cases.
    kind = Kind(rawValue: found.byte(3) & 3) ?? .control
    packetSize = Int(found.word(4) & 0x07FF)
  }
}
