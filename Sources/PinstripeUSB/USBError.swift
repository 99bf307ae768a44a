/// An error code of libusb.
///
/// It is open: a code that a later libusb adds survives with its number. What was tried and on which
/// device is in ``USBFailure``.
public struct USBError: RawRepresentable, Hashable, Sendable, Error {
  /// libusb's number, negative. `enum libusb_error`
  public let rawValue: Int32

  /// Creates a code from libusb's number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The bus or the device failed in a way that has no better name.
  ///
  /// `LIBUSB_ERROR_IO`
  public static let inputOutput = USBError(rawValue: -1)

  /// The kernel or libusb did not accept what it was asked to do.
  ///
  /// `LIBUSB_ERROR_INVALID_PARAM`
  public static let invalidParameter = USBError(rawValue: -2)

  /// This user may not open the device.
  ///
  /// `LIBUSB_ERROR_ACCESS`
  public static let access = USBError(rawValue: -3)

  /// The device is gone.
  ///
  /// `LIBUSB_ERROR_NO_DEVICE`
  public static let noDevice = USBError(rawValue: -4)

  /// There is no such configuration, interface, endpoint or descriptor.
  ///
  /// `LIBUSB_ERROR_NOT_FOUND`
  public static let notFound = USBError(rawValue: -5)

  /// Another program or a kernel driver holds the interface.
  ///
  /// `LIBUSB_ERROR_BUSY`
  public static let busy = USBError(rawValue: -6)

  /// The device did not answer in time.
  ///
  /// `LIBUSB_ERROR_TIMEOUT`
  public static let timeout = USBError(rawValue: -7)

  /// The device sent more than was asked for.
  ///
  /// `LIBUSB_ERROR_OVERFLOW`
  public static let overflow = USBError(rawValue: -8)

  /// The endpoint is halted, or the device refused a control request.
  ///
  /// `LIBUSB_ERROR_PIPE`
  public static let pipe = USBError(rawValue: -9)

  /// A signal interrupted the call, or the operation was cancelled.
  ///
  /// `LIBUSB_ERROR_INTERRUPTED`
  public static let interrupted = USBError(rawValue: -10)

  /// There is no memory, or the kernel's limit for USB buffers is reached
  /// (`/sys/module/usbcore/parameters/usbfs_memory_mb`, 16 MiB for all programs together).
  ///
  /// `LIBUSB_ERROR_NO_MEM`
  public static let noMemory = USBError(rawValue: -11)

  /// The platform or the kernel cannot do this.
  ///
  /// `LIBUSB_ERROR_NOT_SUPPORTED`
  public static let notSupported = USBError(rawValue: -12)

  /// Anything else.
  ///
  /// `LIBUSB_ERROR_OTHER`
  public static let other = USBError(rawValue: -99)
}

extension USBError: CustomStringConvertible {
  /// The reason as part of a sentence, in lower case and without a full stop.
  public var description: String {
    switch self {
    case .inputOutput: "the USB connection failed"
    case .invalidParameter: "the request was not accepted"
    case .access: "permission denied"
    case .noDevice: "the player was unplugged"
    case .notFound: "there is no such thing on the player"
    case .busy: "it is in use"
    case .timeout: "the player did not answer in time"
    case .overflow: "the player sent more than it was asked for"
    case .pipe: "the player refused the request"
    case .interrupted: "it was interrupted"
    case .noMemory: "there is no memory left for USB transfers"
    case .notSupported: "this system cannot do that"
    case .other: "an unknown USB error occurred"
    default: "USB error \(rawValue) occurred"
    }
  }
}
