/// A device on the bus: where it is, what it says it is.
///
/// Holding it opens nothing.
public final class USBDevice: Sendable {
  /// Where it is plugged in.
  public let location: USBLocation
  /// Its device descriptor.
  public let descriptor: DeviceDescriptor
  let context: USBContext
  let token: DeviceToken

  /// Takes over the hold on `token`; nil, and the hold dropped, when it has no proper descriptor.
  init?(_ token: DeviceToken, _ context: USBContext) {
    guard case .success(let bytes) = context.usb.deviceDescriptor(of: token),
      let descriptor = try? DeviceDescriptor(parsing: bytes)
    else {
      context.usb.releaseDevice(token)
      return nil
    }
    self.token = token
    self.context = context
    self.descriptor = descriptor
    location = context.usb.location(of: token)
  }

  deinit { context.usb.releaseDevice(token) }

  /// idVendor.
  public var vendorID: UInt16 { descriptor.vendorID }
  /// idProduct.
  public var productID: UInt16 { descriptor.productID }
  /// bcdDevice, in binary-coded decimals: 0x0123 is 1.23.
  public var release: UInt16 { descriptor.release }
  /// What errors say about it.
  public var identity: USBIdentity {
    USBIdentity(location: location, vendorID: vendorID, productID: productID)
  }

  /// Its configurations, as the kernel has read them; the device is neither opened nor woken.
  ///
  /// - Returns: Nil when the kernel does not show them (no sysfs).
  /// - Throws: ``USBFailure`` when they are malformed.
  public func configurations() throws(USBFailure) -> [ConfigurationDescriptor]? {
    guard
      let bytes = context.attributes.read(
        "descriptors", of: location, limit: ConfigurationDescriptor.attributeLimit)
    else { return nil }
    do throws(DescriptorError) {
      return try ConfigurationDescriptor.all(inAttribute: bytes)
    } catch {
      throw failure(.inputOutput, .describe, detail: "\(error)")
    }
  }

  /// Its names.
  ///
  /// The kernel is asked first, then the device, which needs the permission to open it.
  ///
  /// - Throws: ``USBFailure``.
  public func strings() async throws(USBFailure) -> USBStrings {
    if let strings = systemStrings() { return strings }
    return try await withConnection { connection throws(USBFailure) in
      try await connection.strings()
    }
  }

  /// The MTP interface, or nil when it has none.
  ///
  /// The device is opened only when it must be asked: when an interface has the right endpoints but
  /// a vendor-specific class.
  ///
  /// - Throws: ``USBFailure``.
  public func mtpInterface() async throws(USBFailure) -> MTPInterface? {
    let active = context.attributes.text("bConfigurationValue", of: location).flatMap { UInt8($0) }
    if let configurations = try configurations() {
      let candidates = MTPInterface.candidates(in: configurations, active: active)
      if let found = candidates.first(where: \.isStillImage) { return found.interface }
      if candidates.isEmpty { return nil }
    }
    return try await withConnection { connection throws(USBFailure) in
      try await connection.findMTPInterface()
    }
  }

  private func withConnection<Value: Sendable>(
    _ body: (DeviceConnection) async throws(USBFailure) -> Value
  ) async throws(USBFailure) -> Value {
    let connection = try await DeviceConnection.open(self)
    let result: Result<Value, USBFailure>
    do throws(USBFailure) {
      result = .success(try await body(connection))
    } catch {
      result = .failure(error)
    }
    await connection.drain()
    await connection.closeHandle()
    return try result.get()
  }

  /// The strings that the kernel holds; nil when it lacks one that the descriptor announces.
  private func systemStrings() -> USBStrings? {
    func text(_ name: String, _ index: UInt8) -> String?? {
      if index == 0 { return .some(nil) }
      return context.attributes.text(name, of: location).map { .some($0) }
    }
    guard let manufacturer = text("manufacturer", descriptor.manufacturerIndex),
      let product = text("product", descriptor.productIndex),
      let serial = text("serial", descriptor.serialNumberIndex)
    else { return nil }
    return USBStrings(manufacturer: manufacturer, product: product, serialNumber: serial)
  }

  func failure(
    _ code: USBError, _ attempt: USBFailure.Attempt, detail: String? = nil
  ) -> USBFailure {
    USBFailure(code: code, attempt: attempt, device: identity, detail: detail)
  }
}

extension USBDevice: CustomStringConvertible {
  /// Its ids and its place.
  public var description: String { "\(identity)" }
}

/// The names a device gives itself; any may be missing.
public struct USBStrings: Sendable, Equatable {
  /// iManufacturer.
  public var manufacturer: String?
  /// iProduct.
  public var product: String?
  /// iSerialNumber.
  ///
  /// Some models give every specimen the same.
  public var serialNumber: String?

  /// Creates a set of names.
  public init(manufacturer: String? = nil, product: String? = nil, serialNumber: String? = nil) {
    self.manufacturer = manufacturer
    self.product = product
    self.serialNumber = serialNumber
  }
}

extension DeviceConnection {
  /// The device's names, from the device.
  func strings() async throws(USBFailure) -> USBStrings {
    USBStrings(
      manufacturer: try await string(device.descriptor.manufacturerIndex),
      product: try await string(device.descriptor.productIndex),
      serialNumber: try await string(device.descriptor.serialNumberIndex))
  }

  /// Finds the MTP interface in the configurations that the kernel shows, or else the device's own.
  func findMTPInterface() async throws(USBFailure) -> MTPInterface? {
    let shown = try device.configurations()
    let configurations: [ConfigurationDescriptor]
    if let shown {
      configurations = shown
    } else {
      configurations = try await self.configurations()
    }
    return try await findMTPInterface(in: configurations, active: await activeConfiguration())
  }

  /// The value of the active configuration; nil when there is none or it cannot be told.
  /// `libusb_get_configuration`
  func activeConfiguration() async -> UInt8? {
    let (usb, handle) = (usb, handle)
    guard case .success(let value) = await blocking({ usb.configuration(of: handle) }) else {
      return nil
    }
    return value == 0 ? nil : value
  }
}
