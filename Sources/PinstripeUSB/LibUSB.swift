/// The part of libusb that this library uses, as a seam: ``SystemLibUSB`` makes the calls, tests
/// put a recorder in its place that forces errors.
///
/// Pointers of libusb cross the seam as tokens, plain numbers that only the implementation turns back
/// into pointers.
protocol LibUSB: Sendable {
  // The context and its events.
  func makeContext() -> Result<ContextToken, USBError>
  func destroyContext(_ context: ContextToken)
  /// Handles what happens, waiting up to `milliseconds` for it; completions are reported from here.
  func handleEvents(_ context: ContextToken, milliseconds: Int) -> Result<Void, USBError>
  /// Makes ``handleEvents(_:milliseconds:)`` return, or the next call of it.
  func interruptEvents(_ context: ContextToken)

  /// Has `changed` called, from ``handleEvents(_:milliseconds:)``, whenever a device has come or gone;
  /// at most once for a context. It ends with the context, and then the token is to be given back.
  func watch(
    _ context: ContextToken, _ changed: @escaping @Sendable () -> Void
  ) -> Result<WatchToken, USBError>
  /// Lets go of `changed`, whose context is destroyed.
  func endWatch(_ watch: WatchToken)

  /// Microseconds between two questions whether a device is still there.
  var vanishingPause: UInt32 { get }

  // Devices. Each token in the list is held until it is released.
  func listDevices(_ context: ContextToken) -> Result<[DeviceToken], USBError>
  func releaseDevice(_ device: DeviceToken)
  func location(of device: DeviceToken) -> USBLocation
  /// The 18 bytes of the device descriptor, as on the wire.
  func deviceDescriptor(of device: DeviceToken) -> Result<[UInt8], USBError>

  // An open device.
  func open(_ device: DeviceToken) -> Result<HandleToken, USBError>
  func close(_ handle: HandleToken)
  /// The value of the active configuration; 0 when there is none.
  func configuration(of handle: HandleToken) -> Result<UInt8, USBError>
  func setConfiguration(_ value: UInt8, of handle: HandleToken) -> Result<Void, USBError>
  func isDriverActive(_ handle: HandleToken, interface: UInt8) -> Result<Bool, USBError>
  func detachDriver(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError>
  func attachDriver(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError>
  func claim(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError>
  func release(_ handle: HandleToken, interface: UInt8) -> Result<Void, USBError>
  func setAlternate(
    _ setting: UInt8, of interface: UInt8, on handle: HandleToken
  ) -> Result<Void, USBError>
  func clearHalt(_ handle: HandleToken, endpoint: UInt8) -> Result<Void, USBError>
  /// Resets the device's port: only for `Quirk.resetOnClose`, because the next session of other players
  /// times out after it.
  func reset(_ handle: HandleToken) -> Result<Void, USBError>

  // Transfers.
  /// Memory that the kernel moves to the wire without a copy; nil where that is not supported.
  func makeDeviceMemory(_ handle: HandleToken, count: Int) -> UnsafeMutableRawBufferPointer?
  func freeDeviceMemory(_ memory: UnsafeMutableRawBufferPointer, of handle: HandleToken)
  func makeTransfer() -> TransferToken?
  func destroyTransfer(_ transfer: TransferToken)
  /// Starts a transfer. On success, ``Transfer/complete(_:)`` is called exactly once, from
  /// ``handleEvents(_:milliseconds:)`` and never from here; until then the implementation keeps
  /// `transfer`, and by it the buffer, alive. On failure it is not called.
  func submit(_ transfer: Transfer) -> Result<Void, USBError>
  /// Asks for the end of a transfer; its completion still comes.
  func cancel(_ transfer: TransferToken) -> Result<Void, USBError>
}

/// A `libusb_context *`.
struct ContextToken: Hashable, Sendable {
  let bits: UInt
}

/// A `libusb_device *` that is held (`libusb_ref_device`).
struct DeviceToken: Hashable, Sendable {
  let bits: UInt
}

/// A `libusb_device_handle *`.
struct HandleToken: Hashable, Sendable {
  let bits: UInt
}

/// A `struct libusb_transfer *`.
struct TransferToken: Hashable, Sendable {
  let bits: UInt
}

/// What ``LibUSB/watch(_:_:)`` holds.
struct WatchToken: Hashable, Sendable {
  let bits: UInt
}

extension LibUSB {
  var vanishingPause: UInt32 { 25_000 }
}
