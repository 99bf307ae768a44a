/// libusb and the thread on which it works.
///
/// A program makes one, or several that know nothing of each other; nothing is global. It lives as
/// long as anything that came from it: a ``USBDevice`` or a ``USBPipe`` keeps it alive. When the last
/// of them goes, the thread ends and libusb is shut down.
///
/// ```swift
/// let context = try USBContext()
/// for device in try context.devices() { print(device) }
/// ```
public final class USBContext: Sendable {
  let loop: EventLoop
  let attributes: any DeviceAttributes

  var usb: any LibUSB { loop.usb }

  /// Starts libusb and its thread. `libusb_init`
  ///
  /// - Throws: ``USBFailure`` when the system has no USB or no thread is to be had.
  public convenience init() throws(USBFailure) {
    try self.init(usb: SystemLibUSB(), attributes: SystemAttributes())
  }

  init(usb: any LibUSB, attributes: any DeviceAttributes) throws(USBFailure) {
    switch EventLoop.start(usb: usb) {
    case .failure(let error): throw USBFailure(code: error, attempt: .initialise)
    case .success(let loop): self.loop = loop
    }
    self.attributes = attributes
  }

  deinit { loop.stop() }

  /// The devices that are connected now, hubs included. `libusb_get_device_list`
  ///
  /// Nothing is opened and no device is woken.
  ///
  /// - Throws: ``USBFailure``.
  public func devices() throws(USBFailure) -> [USBDevice] {
    switch usb.listDevices(loop.context) {
    case .failure(let error): throw USBFailure(code: error, attempt: .list)
    case .success(let tokens):
      // A device whose descriptor cannot be read is of no use to anybody, and no reason to hide the
      // others.
      return tokens.compactMap { USBDevice($0, self) }
    }
  }
}
