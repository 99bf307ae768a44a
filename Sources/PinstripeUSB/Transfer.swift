internal import PinstripePipe

/// One `libusb_transfer` with the buffer it moves.
///
/// It belongs to one ``TransferQueue``, which keeps it until the queue is closed. While in flight it
/// is also held by libusb (see ``LibUSB/submit(_:)``), so the buffer outlives the kernel's use of it
/// even if everybody else lets go. `@unchecked Sendable`: ``length`` and ``completion`` are read and
/// written under the queue's lock alone, and the buffer's bytes have one user at a time, the kernel
/// while the transfer is in flight and the queue's operation otherwise.
@safe
final class Transfer: @unchecked Sendable {
  let token: TransferToken
  let handle: HandleToken
  let endpoint: UInt8
  let kind: TransferKind
  let memory: UnsafeMutableRawBufferPointer
  let isDeviceMemory: Bool
  private let queue: TransferQueue

  /// The bytes to send, or the most to receive.
  var length = 0
  /// How it ended; nil while it is in flight.
  var completion: Completion?

  init(
    token: TransferToken, handle: HandleToken, endpoint: UInt8, kind: TransferKind,
    memory: UnsafeMutableRawBufferPointer, isDeviceMemory: Bool, queue: TransferQueue
  ) {
    self.token = token
    self.handle = handle
    self.endpoint = endpoint
    self.kind = kind
    unsafe self.memory = unsafe memory
    self.isDeviceMemory = isDeviceMemory
    self.queue = queue
  }

  /// Reports the end of the transfer to its queue.
  ///
  /// Called once for every submission that succeeded.
  func complete(_ completion: Completion) {
    queue.complete(self, completion)
  }
}

/// The kinds of transfer that are used, numbered as `enum libusb_transfer_type`.
enum TransferKind: UInt8, Sendable {
  case control = 0
  case bulk = 2
  case interrupt = 3
}

/// How a transfer ended.
struct Completion: Sendable, Equatable {
  var status: Status
  /// The bytes that moved, without a control transfer's set-up packet; may be more than zero
  /// whatever the status.
  var count: Int

  /// The outcomes, numbered as `enum libusb_transfer_status`.
  struct Status: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt32

    /// Without an error, which does not mean in full: `LIBUSB_TRANSFER_COMPLETED`.
    static let completed = Status(rawValue: 0)
    /// A failure of the bus or the device: `LIBUSB_TRANSFER_ERROR`.
    static let error = Status(rawValue: 1)
    /// Not in time, which is never asked for here: `LIBUSB_TRANSFER_TIMED_OUT`.
    static let timedOut = Status(rawValue: 2)
    /// Taken back: `LIBUSB_TRANSFER_CANCELLED`.
    static let cancelled = Status(rawValue: 3)
    /// The endpoint is halted, or a control request refused: `LIBUSB_TRANSFER_STALL`.
    static let stalled = Status(rawValue: 4)
    /// The device is gone: `LIBUSB_TRANSFER_NO_DEVICE`.
    static let noDevice = Status(rawValue: 5)
    /// The device sent too much: `LIBUSB_TRANSFER_OVERFLOW`.
    static let overflow = Status(rawValue: 6)
  }

  /// The error that the status stands for; nil for a completed transfer.
  var error: TransferError? {
    switch status {
    case .completed: nil
    case .timedOut: .timedOut
    case .cancelled: .cancelled
    case .stalled: .stalled
    case .noDevice: .disconnected
    case .overflow: .overflow
    default: .fault(code: USBError.inputOutput.rawValue)
    }
  }
}

extension TransferError {
  /// The error that stands for a code of libusb.
  init(_ error: USBError) {
    switch error {
    case .timeout: self = .timedOut
    case .pipe: self = .stalled
    case .noDevice: self = .disconnected
    case .overflow: self = .overflow
    default: self = .fault(code: error.rawValue)
    }
  }
}
