/// A configuration with its interfaces and their endpoints (USB 2.0 §9.6.3).
///
/// ```
/// little-endian                      5  bConfigurationValue  1
/// 0  bLength             1 (9)       6  iConfiguration       1
/// 1  bDescriptorType     1 (2)       7  bmAttributes         1
/// 2  wTotalLength        2           8  bMaxPower            1
/// 4  bNumInterfaces      1           then interfaces, endpoints and class descriptors, in order
/// ```
///
/// libusb up to 1.0.27 mis-reads descriptors whose lengths are not the usual ones (libusb #1813), so
/// the bytes are read here. Descriptors that are longer than the standard says are read as far as it
/// goes; descriptors of unknown types are skipped. bNumInterfaces and bNumEndpoints are not believed:
/// what is there counts.
public struct ConfigurationDescriptor: Sendable, Equatable {
  /// bConfigurationValue, which chooses this configuration.
  public var value: UInt8
  /// The alternate settings of all interfaces, in the device's order.
  public var interfaces: [InterfaceDescriptor]

  /// The bytes that the descriptor itself takes.
  static let size = 9
  /// 32 interfaces are the kernel's limit (USB_MAXINTERFACES); 8 settings of each are generous.
  static let interfaceLimit = 256
  /// Two directions of 15 endpoints (USB 2.0 §8.3.2.2).
  static let endpointLimit = 30

  /// Reads a configuration from its bytes, as they come from the device.
  ///
  /// - Parameter bytes: wTotalLength bytes; more is ignored.
  /// - Throws: ``DescriptorError``.
  public init(parsing bytes: [UInt8]) throws(DescriptorError) {
    try self.init(parsing: bytes[...])
  }

  init(parsing bytes: ArraySlice<UInt8>) throws(DescriptorError) {
    let total = try Self.totalLength(of: bytes)
    guard total <= bytes.count else {
      throw .truncated(
        type: DescriptorReader.Kind.configuration, needed: total, available: bytes.count)
    }
    var reader = DescriptorReader(bytes.prefix(total))
    value = 0
    interfaces = []
    if let own = try reader.next() { value = own.byte(5) }
    while let found = try reader.next() {
      switch found.type {
      case DescriptorReader.Kind.interface:
        guard interfaces.count < Self.interfaceLimit else {
          throw .tooMany("interfaces", limit: Self.interfaceLimit)
        }
        interfaces.append(try InterfaceDescriptor(found))
      case DescriptorReader.Kind.endpoint:
        let endpoint = try EndpointDescriptor(found)
        guard let last = interfaces.indices.last else { throw .strayEndpoint }
        guard interfaces[last].endpoints.count < Self.endpointLimit else {
          throw .tooMany("endpoints", limit: Self.endpointLimit)
        }
        interfaces[last].endpoints.append(endpoint)
      default: continue
      }
    }
  }

  /// wTotalLength, after the descriptor itself has been checked: 9 to 65,535.
  static func totalLength(of bytes: ArraySlice<UInt8>) throws(DescriptorError) -> Int {
    let kind = DescriptorReader.Kind.configuration
    var reader = DescriptorReader(bytes)
    guard let own = try reader.next() else {
      throw .truncated(type: kind, needed: size, available: 0)
    }
    try own.require(kind, minimum: size)
    let total = Int(own.word(2))
    guard total >= own.bytes.count else {
      throw .tooShort(type: kind, length: total, minimum: own.bytes.count)
    }
    return total
  }

  /// Reads the kernel's `descriptors` attribute: the device descriptor, then each configuration.
  ///
  /// - Parameter bytes: At most ``attributeLimit`` bytes.
  static func all(
    inAttribute bytes: [UInt8]
  ) throws(DescriptorError) -> [ConfigurationDescriptor] {
    var rest = bytes[...]
    var first = DescriptorReader(rest)
    guard let device = try first.next() else { return [] }
    try device.require(DescriptorReader.Kind.device, minimum: DeviceDescriptor.size)
    rest = rest.dropFirst(device.bytes.count)
    var found: [ConfigurationDescriptor] = []
    while !rest.isEmpty {
      guard found.count < configurationLimit else {
        throw .tooMany("configurations", limit: configurationLimit)
      }
      let total = try totalLength(of: rest)
      found.append(try ConfigurationDescriptor(parsing: rest))
      rest = rest.dropFirst(total)
    }
    return found
  }

  /// The kernel reads no more configurations of a device (USB_MAXCONFIG).
  static let configurationLimit = 8
  /// The most that eight configurations of 64 KiB and a device descriptor can take.
  static let attributeLimit = 18 + configurationLimit * 65_535
}
