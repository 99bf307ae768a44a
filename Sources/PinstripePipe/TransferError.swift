/// How a USB transfer ended when it did not end well.
///
/// The cases are those that a caller can act upon differently; each names the libusb transfer status
/// it stands for. Equality is on the case.
public enum TransferError: Error, Sendable, Equatable {
  /// The transfer was cancelled, by the task's cancellation or because the pipe was closed.
  ///
  /// `LIBUSB_TRANSFER_CANCELLED`
  case cancelled
  /// Nothing arrived, or was taken, within the time allowed.
  ///
  /// `LIBUSB_TRANSFER_TIMED_OUT`
  case timedOut
  /// The device halted the endpoint; it needs ``BulkPipe/clearStall(_:)`` before it answers again.
  ///
  /// `LIBUSB_TRANSFER_STALL`
  case stalled
  /// The device is gone: unplugged, switched off, or rebooted.
  ///
  /// `LIBUSB_TRANSFER_NO_DEVICE`
  case disconnected
  /// The device sent more than was asked for.
  ///
  /// `LIBUSB_TRANSFER_OVERFLOW`
  case overflow
  /// Anything else: a bus error, a kernel refusal. The code is libusb's or the pipe's own.
  ///
  /// `LIBUSB_TRANSFER_ERROR`, or the `libusb_error` that submitting returned
  case fault(code: Int32)
}

extension TransferError: CustomStringConvertible {
  /// What happened, as a clause without a full stop.
  public var description: String {
    switch self {
    case .cancelled: "the transfer was cancelled"
    case .timedOut: "the player did not answer in time"
    case .stalled: "the player refused the transfer (endpoint stalled)"
    case .disconnected: "the player was unplugged"
    case .overflow: "the player sent more than it was asked for"
    case .fault(let code): "the USB transfer failed (libusb code \(code))"
    }
  }
}
