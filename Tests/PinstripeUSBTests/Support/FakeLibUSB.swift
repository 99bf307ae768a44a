import Dispatch
import PinstripePipe
import Synchronization

@testable import PinstripeUSB

/// libusb without USB: records every call, forces errors, and plays the device's endpoints.
///
/// Completions are reported from ``handleEvents(_:milliseconds:)``, on the event loop's thread, as
/// libusb does. What libusb would crash on is noted in ``violations``.
final class FakeLibUSB: LibUSB, @unchecked Sendable {
  static let device = DeviceToken(bits: 0xD0)
  static let handle = HandleToken(bits: 0xA0)

  /// Whether a device is there, it knows at once.
  let vanishingPause: UInt32 = 0

  private let lock = Mutex(())
  private let wake = DispatchSemaphore(value: 0)

  private var state = FakeState()

  /// Runs `body` with exclusive access to the state.
  func with<Value>(_ body: (inout FakeState) throws -> Value) rethrows -> Value {
    try lock.withLock { _ in
      defer { if !state.ready.isEmpty { wake.signal() } }
      return try body(&state)
    }
  }

  private func record(_ name: String, _ arguments: [Int] = []) -> Result<Void, USBError> {
    with { $0.record(name, arguments) }
  }

  // MARK: Context

  func makeContext() -> Result<ContextToken, USBError> {
    record("init").map { ContextToken(bits: 0xC0) }
  }

  func destroyContext(_ context: ContextToken) {
    _ = record("exit")
    with { state in
      if state.isOpen || !state.devices.isEmpty { state.violations.append("exit while in use") }
    }
  }

  func handleEvents(_ context: ContextToken, milliseconds: Int) -> Result<Void, USBError> {
    _ = wake.wait(timeout: .now() + .milliseconds(milliseconds))
    let ready = with { state in
      defer { state.ready = [] }
      return state.ready
    }
    for (transfer, completion) in ready { transfer.complete(completion) }
    return with { $0.eventError }.map { .failure($0) } ?? .success(())
  }

  func interruptEvents(_ context: ContextToken) {
    with { $0.interruptions += 1 }
    wake.signal()
  }

  func watch(
    _ context: ContextToken, _ changed: @escaping @Sendable () -> Void
  ) -> Result<WatchToken, USBError> {
    record("watch").map {
      with { $0.changed = changed }
      return WatchToken(bits: 0xB0)
    }
  }

  func endWatch(_ watch: WatchToken) {
    _ = record("endWatch")
    with { $0.changed = nil }
  }

  // MARK: Devices

  func listDevices(_ context: ContextToken) -> Result<[DeviceToken], USBError> {
    record("list").map {
      with { _ = $0.devices.insert(Self.device) }
      return [Self.device]
    }
  }

  func releaseDevice(_ device: DeviceToken) {
    _ = record("unref")
    with { state in
      if state.devices.remove(device) == nil { state.violations.append("unref twice") }
    }
  }

  func location(of device: DeviceToken) -> USBLocation {
    USBLocation(bus: 1, address: 5, ports: [4])
  }

  func deviceDescriptor(of device: DeviceToken) -> Result<[UInt8], USBError> {
    .success(with { $0.deviceDescriptor })
  }

  // MARK: Open devices

  func open(_ device: DeviceToken) -> Result<HandleToken, USBError> {
    record("open").map {
      with { $0.isOpen = true }
      return Self.handle
    }
  }

  func close(_ handle: HandleToken) {
    _ = record("close")
    with { state in
      if !state.isOpen { state.violations.append("close twice") }
      if !state.inFlight.isEmpty { state.violations.append("close with transfers in flight") }
      if !state.transfers.isEmpty { state.violations.append("close before transfers are freed") }
      if !state.memory.isEmpty { state.violations.append("close before memory is freed") }
      state.isOpen = false
    }
  }

  func configuration(of handle: HandleToken) -> Result<UInt8, USBError> {
    record("get_configuration").map { with { $0.configuration } }
  }

  func setConfiguration(_ value: UInt8, of handle: HandleToken) -> Result<Void, USBError> {
    record("set_configuration", [Int(value)])
  }

  func isDriverActive(_ handle: HandleToken, interface: UInt8) -> Result<Bool, USBError> {
    record("driver_active", [Int(interface)]).map { with { $0.hasDriver } }
  }

  func detachDriver(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    record("detach", [Int(interface)]).map { with { $0.hasDriver = false } }
  }

  func attachDriver(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    record("attach", [Int(interface)]).map { with { $0.hasDriver = true } }
  }

  func claim(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    record("claim", [Int(interface)]).flatMap {
      with { $0.hasDriver } ? .failure(.busy) : .success(())
    }
  }

  func release(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    with { state in
      let open = state.inFlight.values.contains { $0.endpoint != 0 }
      if open { state.violations.append("release with transfers in flight") }
    }
    return record("release", [Int(interface)])
  }

  func setAlternate(
    _ setting: UInt8, of interface: UInt8, on handle: HandleToken
  ) -> Result<Void, USBError> {
    record("set_alternate", [Int(interface), Int(setting)])
  }

  func clearHalt(_ handle: HandleToken, endpoint: UInt8) -> Result<Void, USBError> {
    with { state in
      let busy = state.inFlight.values.contains { $0.endpoint == endpoint }
      if busy { state.violations.append("clear_halt with transfers in flight") }
      state.halted.remove(endpoint)
    }
    return record("clear_halt", [Int(endpoint)])
  }

  func reset(_ handle: HandleToken) -> Result<Void, USBError> {
    record("reset")
  }

  // MARK: Transfers

  func makeDeviceMemory(_ handle: HandleToken, count: Int) -> UnsafeMutableRawBufferPointer? {
    with { state in
      guard state.hasDeviceMemory else { return nil }
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 64)
      state.memory.insert(UInt(bitPattern: memory.baseAddress))
      return memory
    }
  }

  func freeDeviceMemory(_ memory: UnsafeMutableRawBufferPointer, of handle: HandleToken) {
    with { state in
      if state.memory.remove(UInt(bitPattern: memory.baseAddress)) == nil {
        state.violations.append("freed memory that was not device memory")
      }
    }
    memory.deallocate()
  }

  func makeTransfer() -> TransferToken? {
    with { state in
      _ = state.record("alloc_transfer", [])
      if state.lastTransfer == state.allocations { return nil }
      state.lastTransfer += 1
      let token = TransferToken(bits: state.lastTransfer)
      state.transfers.insert(token)
      return token
    }
  }

  func destroyTransfer(_ transfer: TransferToken) {
    with { state in
      if state.inFlight[transfer] != nil { state.violations.append("freed while in flight") }
      if state.transfers.remove(transfer) == nil { state.violations.append("freed twice") }
    }
  }

  func submit(_ transfer: Transfer) -> Result<Void, USBError> {
    with { $0.submit(transfer) }
  }

  func cancel(_ transfer: TransferToken) -> Result<Void, USBError> {
    with { $0.cancel(transfer) }
  }
}
