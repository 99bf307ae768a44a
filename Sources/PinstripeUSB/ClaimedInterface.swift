internal import Glibc
internal import PinstripePipe
internal import PinstripeProfile
internal import Synchronization

/// An open device whose MTP interface is ours, with the queues of its endpoints.
///
/// Opening goes: open, configure if another configuration is active, claim, choose the alternate
/// setting if there are several, allocate. Closing goes backwards, and so does a failure half-way.
/// Quirks of ``PinstripeProfile/Quirk`` change it: one asks for Microsoft's descriptors before the claim,
/// one takes the interface from its kernel driver, one leaves the release out, one resets at the end.
final class ClaimedInterface: Sendable {
  let connection: DeviceConnection
  let interface: MTPInterface
  let output: TransferQueue
  let input: TransferQueue
  let events: TransferQueue
  private let hadDriver: Bool
  private let quirks: Set<Quirk>
  private let closing = Mutex(Closing.open)

  private enum Closing {
    case open
    case closing([CheckedContinuation<Void, Never>])
    case closed
  }

  /// Opens the device and claims its MTP interface.
  static func open(
    _ device: USBDevice, options: QueueOptions, quirks: Set<Quirk>
  ) async throws(USBFailure) -> ClaimedInterface {
    let connection = try await DeviceConnection.open(device)
    do throws(USBFailure) {
      if quirks.contains(.probeMicrosoftDescriptor) {
        try await connection.probeMicrosoftDescriptors()
      }
      guard let interface = try await connection.findMTPInterface() else {
        throw device.failure(.notFound, .findInterface)
      }
      try await connection.configure(interface.configuration)
      let hadDriver = try await connection.claim(
        interface, detaching: quirks.contains(.detachKernelDriver))
      do throws(USBFailure) {
        try await connection.selectAlternate(interface)
        return try await ClaimedInterface(connection, interface, hadDriver, options, quirks)
      } catch {
        await connection.release(interface, hadDriver: hadDriver, quirks)
        throw error
      }
    } catch {
      await connection.drain()
      await connection.closeHandle()
      throw error
    }
  }

  private init(
    _ connection: DeviceConnection, _ interface: MTPInterface, _ hadDriver: Bool,
    _ options: QueueOptions, _ quirks: Set<Quirk>
  ) async throws(USBFailure) {
    self.connection = connection
    self.interface = interface
    self.hadDriver = hadDriver
    self.quirks = quirks
    var made: [TransferQueue] = []
    do throws(USBError) {
      output = try options.makeQueue(connection, interface.bulkOut, .bulk)
      made.append(output)
      input = try options.makeQueue(connection, interface.bulkIn, .bulk)
      made.append(input)
      events = try TransferQueue(
        loop: connection.loop, handle: connection.handle, endpoint: interface.interrupt.address,
        kind: .interrupt, depth: 1, bufferSize: interface.interrupt.packetSize, collects: true)
    } catch {
      for queue in made { await queue.close() }
      throw connection.device.failure(error, .allocate)
    }
    // A device whose events nobody fetches may answer nothing else: umtp-responder waits for that.
    events.postEarly()
  }

  /// The error, or `disconnected` when it is a bus error behind which the device has gone.
  ///
  /// A transfer that was under way when the cable was pulled ends with a bus error; the hub reports
  /// the loss somewhat later.
  func explain(_ error: any Error) async -> any Error {
    guard let fault = error as? TransferError, fault == TransferError(.inputOutput) else {
      return error
    }
    let (usb, handle) = (connection.usb, connection.handle)
    let isGone = await blocking {
      for _ in 0..<Self.vanishingChecks {
        if case .failure(let error) = usb.configuration(of: handle) { return error == .noDevice }
        usleep(usb.vanishingPause)
      }
      return false
    }
    return isGone ? TransferError.disconnected : error
  }

  /// The kernel polls a hub's status every 256 ms at the most (USB 2.0 §11.12.1, bInterval 12 at high
  /// speed), and debounces it, so a second tells a lost device from a bus error.
  private static let vanishingChecks = 40

  /// Cancels the operations under way; transfers that wait for the device's word stay.
  func cancel() {
    for queue in [output, input, events] { queue.cancel() }
    connection.cancel()
  }

  /// Reaps all transfers, frees them, releases the interface and closes the device.
  ///
  /// Calls during it wait for its end, calls after it do nothing.
  func close() async {
    let isFirst = closing.withLock { closing in
      guard case .open = closing else { return false }
      closing = .closing([])
      return true
    }
    guard isFirst else { return await waitUntilClosed() }
    // Everybody is told first, so that no operation goes on while another queue is drained.
    cancel()
    for queue in [output, input, events] { await queue.close() }
    await connection.drain()
    await connection.release(interface, hadDriver: hadDriver, quirks)
    await connection.closeHandle()
    let waiting = closing.withLock { closing -> [CheckedContinuation<Void, Never>] in
      defer { closing = .closed }
      if case .closing(let waiting) = closing { return waiting }
      return []
    }
    for continuation in waiting { continuation.resume() }
  }

  var isClosed: Bool {
    closing.withLock { closing in
      if case .closed = closing { true } else { false }
    }
  }

  private func waitUntilClosed() async {
    await withCheckedContinuation { continuation in
      let isClosed = closing.withLock { closing in
        guard case .closing(let waiting) = closing else { return true }
        closing = .closing(waiting + [continuation])
        return false
      }
      if isClosed { continuation.resume() }
    }
  }
}

/// How many buffers of which size are in flight.
struct QueueOptions: Sendable {
  var queueDepth: Int
  var chunkSize: Int
  var usesDeviceMemory: Bool

  /// A queue whose buffers hold whole packets only: one that did not would end a transfer in the
  /// middle, or overflow.
  func makeQueue(
    _ connection: DeviceConnection, _ endpoint: EndpointDescriptor, _ kind: TransferKind
  ) throws(USBError) -> TransferQueue {
    let size = chunkSize - chunkSize % endpoint.packetSize
    return try TransferQueue(
      loop: connection.loop, handle: connection.handle, endpoint: endpoint.address, kind: kind,
      depth: queueDepth, bufferSize: size, usesDeviceMemory: usesDeviceMemory)
  }
}

extension DeviceConnection {
  /// Chooses the configuration unless it is active already: choosing it again would reset what the
  /// device and its other interfaces are doing.
  fileprivate func configure(_ value: UInt8) async throws(USBFailure) {
    guard await activeConfiguration() != value else { return }
    let (usb, handle) = (usb, handle)
    let result = await blocking { usb.setConfiguration(value, of: handle) }
    try check(result, .configure)
  }

  /// Claims the interface.
  ///
  /// - Parameter detaching: Whether it is taken from a kernel driver that has it; otherwise that is
  ///   an error, because the driver may serve a mounted disk.
  /// - Returns: Whether a driver had it.
  fileprivate func claim(
    _ interface: MTPInterface, detaching: Bool
  ) async throws(USBFailure) -> Bool {
    let (usb, handle, number) = (usb, handle, interface.number)
    let (hadDriver, attempt, result) = await blocking {
      () -> (Bool, USBFailure.Attempt, Result<Void, USBError>) in
      // Where drivers cannot be asked for, there is none to detach.
      guard case .success(true) = usb.isDriverActive(handle, interface: number) else {
        return (false, .claim, usb.claim(handle, interface: number))
      }
      guard detaching else { return (true, .claimFromDriver, .failure(.busy)) }
      let detached = usb.detachDriver(handle, interface: number)
      guard case .success = detached else { return (true, .detachDriver, detached) }
      let claimed = usb.claim(handle, interface: number)
      if case .failure = claimed { _ = usb.attachDriver(handle, interface: number) }
      return (true, .claim, claimed)
    }
    if case .failure(.busy) = result {
      let device = device
      let holder = await blocking { InterfaceHolder.find(of: device.location.node) }
      throw USBFailure(code: .busy, attempt: attempt, device: device.identity, holder: holder)
    }
    try check(result, attempt)
    return hadDriver
  }

  fileprivate func selectAlternate(_ interface: MTPInterface) async throws(USBFailure) {
    guard let setting = interface.alternateSetting else { return }
    let (usb, handle) = (usb, handle)
    let result = await blocking {
      usb.setAlternate(setting, of: interface.number, on: handle)
    }
    try check(result, .selectAlternate)
  }

  /// Gives the interface up, and back to the kernel driver that had it, as far as the quirks let it.
  ///
  /// Errors are of no use: the device may be gone.
  fileprivate func release(
    _ interface: MTPInterface, hadDriver: Bool, _ quirks: Set<Quirk>
  ) async {
    let (usb, handle) = (usb, handle)
    await blocking {
      if !quirks.contains(.keepInterfaceOnClose) {
        _ = usb.release(handle, interface: interface.number)
        if hadDriver { _ = usb.attachDriver(handle, interface: interface.number) }
      }
      if quirks.contains(.resetOnClose) { _ = usb.reset(handle) }
    }
  }

  private func check(
    _ result: Result<Void, USBError>, _ attempt: USBFailure.Attempt
  ) throws(USBFailure) {
    if case .failure(let error) = result { throw device.failure(error, attempt) }
  }
}
