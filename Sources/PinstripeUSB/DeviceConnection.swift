internal import PinstripePipe

/// An open device: its handle, and the queue for control requests.
///
/// It holds the device and so the context. ``close()`` must be called; it is what frees everything.
final class DeviceConnection: Sendable {
  let device: USBDevice
  let handle: HandleToken
  private let control: TransferQueue

  var usb: any LibUSB { device.context.usb }
  var loop: EventLoop { device.context.loop }

  /// USB 2.0 §9.2.6.4 gives a standard request five seconds at the very most; a device that has not
  /// described itself after two does not know the request.
  static let describeTimeout = Duration.seconds(2)

  /// Opens the device. `libusb_open`
  static func open(_ device: USBDevice) async throws(USBFailure) -> DeviceConnection {
    let (usb, token) = (device.context.usb, device.token)
    switch await blocking({ usb.open(token) }) {
    case .failure(let error): throw device.failure(error, .open)
    case .success(let handle):
      do throws(USBError) {
        return try DeviceConnection(device, handle)
      } catch {
        await blocking { usb.close(handle) }
        throw device.failure(error, .allocate)
      }
    }
  }

  private init(_ device: USBDevice, _ handle: HandleToken) throws(USBError) {
    self.device = device
    self.handle = handle
    control = try TransferQueue(
      loop: device.context.loop, handle: handle, endpoint: 0, kind: .control, depth: 1,
      bufferSize: ControlRequest.setupSize + ControlRequest.dataLimit)
  }

  /// Reaps what is in flight.
  ///
  /// No request is made after it.
  func drain() async { await control.close() }

  /// Closes the handle, after ``drain()``. `libusb_close`
  func closeHandle() async {
    let (usb, handle) = (usb, handle)
    await blocking { usb.close(handle) }
  }

  func cancel() { control.cancel() }

  /// Makes one control request.
  ///
  /// - Returns: The answer's bytes; empty for requests to the device.
  /// - Throws: `TransferError`; `fault` with `LIBUSB_ERROR_INVALID_PARAM` for a data stage that is
  ///   too long.
  func request(_ request: ControlRequest, timeout: Duration) async throws -> [UInt8] {
    guard let length = request.dataLength else { throw TransferError(.invalidParameter) }
    return try await control.perform {
      let bytes = request.encoded(dataLength: length)
      unsafe control.nextBuffer.copyBytes(from: bytes)
      do {
        try control.submitNext(length: ControlRequest.setupSize + length)
        let completion = try await control.waitForHead(timeout)
        if let error = completion.error { throw error }
        defer { control.discard() }
        guard request.payload.isEmpty else { return [] }
        let memory = unsafe control.headTransfer.memory.dropFirst(ControlRequest.setupSize)
        return unsafe [UInt8](memory.prefix(min(completion.count, length)))
      } catch {
        await control.cancelAndDrain()
        control.discard()
        throw error
      }
    }
  }

  // MARK: Descriptors and strings

  /// Asks the device for its configurations.
  func configurations() async throws(USBFailure) -> [ConfigurationDescriptor] {
    let kind = DescriptorReader.Kind.configuration
    let count = min(
      Int(device.descriptor.configurationCount), ConfigurationDescriptor.configurationLimit)
    var found: [ConfigurationDescriptor] = []
    for index in 0..<count {
      let bytes = try await describe(
        .descriptor(kind, index: UInt8(index), limit: ControlRequest.dataLimit))
      do throws(DescriptorError) {
        found.append(try ConfigurationDescriptor(parsing: bytes))
      } catch {
        throw device.failure(.inputOutput, .describe, detail: "\(error)")
      }
    }
    return found
  }

  /// One string of the device, in English if it has that; nil when there is none.
  ///
  /// Devices that lack a string stall or answer nonsense, so no answer is an error here but a device
  /// that has gone.
  func string(_ index: UInt8) async throws(USBFailure) -> String? {
    guard index != 0 else { return nil }
    guard let languages = try await stringDescriptor(0, language: 0),
      let language = languages.contains(0x0409) ? 0x0409 : languages.first,
      let units = try await stringDescriptor(index, language: language)
    else { return nil }
    return String(decoding: units, as: UTF16.self)
  }

  /// The 16-bit units of a string descriptor (USB 2.0 §9.6.7): at most 126.
  private func stringDescriptor(
    _ index: UInt8, language: UInt16
  ) async throws(USBFailure) -> [UInt16]? {
    let kind = DescriptorReader.Kind.string
    guard
      let bytes = try await answer(.descriptor(kind, index: index, language: language, limit: 255))
    else { return nil }
    var reader = DescriptorReader(bytes[...])
    guard let found = try? reader.next(), found.type == kind else { return nil }
    return stride(from: 2, to: found.bytes.count - 1, by: 2).map { found.word($0) }
  }

  /// The functions of the Microsoft OS descriptor; empty when there is none.
  func microsoftFunctions() async throws(USBFailure) -> [MicrosoftFunction] {
    guard let code = try await microsoftVendorCode(),
      let bytes = try await answer(MicrosoftFunction.request(code))
    else { return [] }
    return (try? MicrosoftFunction.all(parsing: bytes)) ?? []
  }

  /// Asks for all of Microsoft's descriptors, for a device that waits for it
  /// (`Quirk.probeMicrosoftDescriptor`); what they say is of no interest.
  func probeMicrosoftDescriptors() async throws(USBFailure) {
    guard let code = try await microsoftVendorCode() else { return }
    _ = try await answer(MicrosoftFunction.request(code))
    _ = try await answer(MicrosoftFunction.propertiesRequest(code))
  }

  private func microsoftVendorCode() async throws(USBFailure) -> UInt8? {
    try await answer(MicrosoftFunction.stringRequest).flatMap(MicrosoftFunction.vendorCode)
  }

  /// The answer to a request that the device need not know.
  private func answer(_ request: ControlRequest) async throws(USBFailure) -> [UInt8]? {
    do {
      return try await describe(request)
    } catch {
      if error == USBFailure(code: .noDevice, attempt: .describe) { throw error }
      if error == USBFailure(code: .interrupted, attempt: .describe) { throw error }
      return nil
    }
  }

  private func describe(_ request: ControlRequest) async throws(USBFailure) -> [UInt8] {
    do {
      return try await self.request(request, timeout: Self.describeTimeout)
    } catch let error as TransferError {
      throw device.failure(USBError(error), .describe)
    } catch {
      throw device.failure(.other, .describe)
    }
  }
}

extension USBError {
  /// The code that stands for a transfer's error.
  init(_ error: TransferError) {
    switch error {
    case .cancelled: self = .interrupted
    case .timedOut: self = .timeout
    case .stalled: self = .pipe
    case .disconnected: self = .noDevice
    case .overflow: self = .overflow
    case .fault(let code): self.init(rawValue: code)
    }
  }
}
