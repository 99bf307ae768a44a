internal import CLibUSB
internal import Glibc

/// libusb 1.0 itself.
///
/// Every call into it is in this file.
///
/// A token's bits are the pointer that libusb returned; whoever holds a token keeps to libusb's
/// lifetimes: devices are released once, handles closed once and before their context goes.
struct SystemLibUSB: LibUSB {
  func makeContext() -> Result<ContextToken, USBError> {
    var context: OpaquePointer?
    return unsafe nothingOrError(libusb_init(&context)).flatMap {
      unsafe token(context, ContextToken.init)
    }
  }

  func destroyContext(_ context: ContextToken) {
    unsafe libusb_exit(pointer(context.bits))
  }

  func handleEvents(_ context: ContextToken, milliseconds: Int) -> Result<Void, USBError> {
    var limit = timeval(
      tv_sec: milliseconds / 1000, tv_usec: (milliseconds % 1000) * 1000)
    return unsafe nothingOrError(
      libusb_handle_events_timeout_completed(pointer(context.bits), &limit, nil))
  }

  func interruptEvents(_ context: ContextToken) {
    unsafe libusb_interrupt_event_handler(pointer(context.bits))
  }

  func watch(
    _ context: ContextToken, _ changed: @escaping @Sendable () -> Void
  ) -> Result<WatchToken, USBError> {
    guard libusb_has_capability(UInt32(LIBUSB_CAP_HAS_HOTPLUG.rawValue)) != 0 else {
      return .failure(.notSupported)
    }
    let held = unsafe Unmanaged.passRetained(Watch(changed))
    let events =
      LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue
      | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
    let any = Int32(LIBUSB_HOTPLUG_MATCH_ANY)
    let code = unsafe libusb_hotplug_register_callback(
      pointer(context.bits), Int32(events), 0, any, any, any, tellChange, held.toOpaque(), nil)
    guard code == 0 else {
      unsafe held.release()
      return .failure(USBError(rawValue: code))
    }
    return .success(unsafe WatchToken(bits: UInt(bitPattern: held.toOpaque())))
  }

  func endWatch(_ watch: WatchToken) {
    guard let held = unsafe UnsafeRawPointer(bitPattern: watch.bits) else { return }
    unsafe Unmanaged<Watch>.fromOpaque(held).release()
  }

  func listDevices(_ context: ContextToken) -> Result<[DeviceToken], USBError> {
    var list: UnsafeMutablePointer<OpaquePointer?>?
    let count = unsafe libusb_get_device_list(pointer(context.bits), &list)
    guard count >= 0 else { return .failure(USBError(rawValue: Int32(truncatingIfNeeded: count))) }
    // The list gives up its hold on the devices (1): each is held for the token it becomes.
    defer { unsafe libusb_free_device_list(list, 1) }
    var tokens: [DeviceToken] = []
    for index in 0..<count {
      guard let device = unsafe list?[index] else { break }
      unsafe tokens.append(DeviceToken(bits: UInt(bitPattern: libusb_ref_device(device))))
    }
    return .success(tokens)
  }

  func releaseDevice(_ device: DeviceToken) {
    unsafe libusb_unref_device(pointer(device.bits))
  }

  func location(of device: DeviceToken) -> USBLocation {
    let pointer = unsafe pointer(device.bits)
    var ports = [UInt8](repeating: 0, count: 7)  // USB 3.2 §10.1: at most 7 tiers
    let count = unsafe libusb_get_port_numbers(pointer, &ports, Int32(ports.count))
    return unsafe USBLocation(
      bus: libusb_get_bus_number(pointer), address: libusb_get_device_address(pointer),
      ports: Array(ports.prefix(max(0, Int(count)))))
  }

  func deviceDescriptor(of device: DeviceToken) -> Result<[UInt8], USBError> {
    var found = libusb_device_descriptor()
    return unsafe nothingOrError(libusb_get_device_descriptor(pointer(device.bits), &found)).map {
      // libusb has turned the words into the host's order; the reader wants them as on the wire.
      func wire(_ word: UInt16) -> [UInt8] { [UInt8(word & 0xFF), UInt8(word >> 8)] }
      return [found.bLength, found.bDescriptorType] + wire(found.bcdUSB)
        + [found.bDeviceClass, found.bDeviceSubClass, found.bDeviceProtocol, found.bMaxPacketSize0]
        + wire(found.idVendor) + wire(found.idProduct) + wire(found.bcdDevice)
        + [found.iManufacturer, found.iProduct, found.iSerialNumber, found.bNumConfigurations]
    }
  }

  func open(_ device: DeviceToken) -> Result<HandleToken, USBError> {
    var handle: OpaquePointer?
    return unsafe nothingOrError(libusb_open(pointer(device.bits), &handle)).flatMap {
      unsafe token(handle, HandleToken.init)
    }
  }

  func close(_ handle: HandleToken) {
    unsafe libusb_close(pointer(handle.bits))
  }

  func configuration(of handle: HandleToken) -> Result<UInt8, USBError> {
    var value: Int32 = 0
    return unsafe nothingOrError(libusb_get_configuration(pointer(handle.bits), &value)).map {
      UInt8(truncatingIfNeeded: value)
    }
  }

  func setConfiguration(_ value: UInt8, of handle: HandleToken) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_set_configuration(pointer(handle.bits), Int32(value)))
  }

  func isDriverActive(_ handle: HandleToken, interface: UInt8) -> Result<Bool, USBError> {
    unsafe valueOrError(libusb_kernel_driver_active(pointer(handle.bits), Int32(interface)))
      .map { $0 == 1 }
  }

  func detachDriver(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_detach_kernel_driver(pointer(handle.bits), Int32(interface)))
  }

  func attachDriver(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_attach_kernel_driver(pointer(handle.bits), Int32(interface)))
  }

  func claim(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_claim_interface(pointer(handle.bits), Int32(interface)))
  }

  func release(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_release_interface(pointer(handle.bits), Int32(interface)))
  }

  func setAlternate(
    _ setting: UInt8, of interface: UInt8, on handle: HandleToken
  ) -> Result<Void, USBError> {
    unsafe nothingOrError(
      libusb_set_interface_alt_setting(pointer(handle.bits), Int32(interface), Int32(setting)))
  }

  func clearHalt(_ handle: HandleToken, endpoint: UInt8) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_clear_halt(pointer(handle.bits), endpoint))
  }

  func reset(_ handle: HandleToken) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_reset_device(pointer(handle.bits)))
  }

  func makeDeviceMemory(_ handle: HandleToken, count: Int) -> UnsafeMutableRawBufferPointer? {
    guard let start = unsafe libusb_dev_mem_alloc(pointer(handle.bits), count) else { return nil }
    return unsafe UnsafeMutableRawBufferPointer(start: start, count: count)
  }

  func freeDeviceMemory(_ memory: UnsafeMutableRawBufferPointer, of handle: HandleToken) {
    let start = unsafe memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
    _ = unsafe libusb_dev_mem_free(pointer(handle.bits), start, memory.count)
  }

  func makeTransfer() -> TransferToken? {
    guard let transfer = unsafe libusb_alloc_transfer(0) else { return nil }
    return TransferToken(bits: UInt(bitPattern: transfer))
  }

  func destroyTransfer(_ transfer: TransferToken) {
    unsafe libusb_free_transfer(transferPointer(transfer))
  }

  func submit(_ transfer: Transfer) -> Result<Void, USBError> {
    guard let raw = unsafe transferPointer(transfer.token) else {
      return .failure(.invalidParameter)
    }
    unsafe raw.pointee.dev_handle = pointer(transfer.handle.bits)
    unsafe raw.pointee.flags = 0
    unsafe raw.pointee.endpoint = transfer.endpoint
    unsafe raw.pointee.type = transfer.kind.rawValue
    unsafe raw.pointee.timeout = 0  // time is kept by the queue: it must outlast a waiter
    unsafe raw.pointee.length = Int32(transfer.length)
    unsafe raw.pointee.buffer =
      transfer.memory.baseAddress?.assumingMemoryBound(to: UInt8.self)
    unsafe raw.pointee.callback = transferDidComplete
    // The transfer in flight holds the object once; transferDidComplete lets go of it.
    let held = unsafe Unmanaged.passRetained(transfer)
    unsafe raw.pointee.user_data = held.toOpaque()
    let result = unsafe nothingOrError(libusb_submit_transfer(raw))
    if case .failure = result { unsafe held.release() }
    return result
  }

  func cancel(_ transfer: TransferToken) -> Result<Void, USBError> {
    unsafe nothingOrError(libusb_cancel_transfer(transferPointer(transfer)))
  }
}

/// What libusb calls when a transfer has ended, on the thread that handles events.
///
/// `user_data` is the ``Transfer`` that ``SystemLibUSB/submit(_:)`` retained; this takes that hold
/// over and drops it on return. By then the queue may submit the same `libusb_transfer` again, so
/// nothing of it is touched after ``Transfer/complete(_:)``.
private func transferDidComplete(_ raw: UnsafeMutablePointer<libusb_transfer>?) {
  guard let raw = unsafe raw, let data = unsafe raw.pointee.user_data else { return }
  let transfer = unsafe Unmanaged<Transfer>.fromOpaque(data).takeRetainedValue()
  let completion = unsafe Completion(
    status: Completion.Status(rawValue: raw.pointee.status.rawValue),
    count: max(0, Int(raw.pointee.actual_length)))
  transfer.complete(completion)
}

private func valueOrError(_ code: Int32) -> Result<Int32, USBError> {
  code < 0 ? .failure(USBError(rawValue: code)) : .success(code)
}

private func nothingOrError(_ code: Int32) -> Result<Void, USBError> {
  valueOrError(code).map { _ in }
}

private func token<Token>(
  _ pointer: OpaquePointer?, _ make: (UInt) -> Token
) -> Result<Token, USBError> {
  let bits = UInt(bitPattern: pointer)
  return bits == 0 ? .failure(.other) : .success(make(bits))
}

private func pointer(_ bits: UInt) -> OpaquePointer? {
  unsafe OpaquePointer(bitPattern: bits)
}

private func transferPointer(_ token: TransferToken) -> UnsafeMutablePointer<libusb_transfer>? {
  unsafe UnsafeMutablePointer(bitPattern: token.bits)
}

/// What a hot-plug callback is given.
private final class Watch: Sendable {
  let changed: @Sendable () -> Void

  init(_ changed: @escaping @Sendable () -> Void) {
    self.changed = changed
  }
}

/// `libusb_hotplug_callback_fn`; 0 keeps it registered.
private func tellChange(
  _ context: OpaquePointer?, _ device: OpaquePointer?, _ event: libusb_hotplug_event,
  _ held: UnsafeMutableRawPointer?
) -> Int32 {
  if let held = unsafe held {
    unsafe Unmanaged<Watch>.fromOpaque(held).takeUnretainedValue().changed()
  }
  return 0
}
