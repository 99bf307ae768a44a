import PinstripeMTP
import PinstripePipe
import PinstripeUSB

extension PinstripeError {
  /// Tells why MTP failed, in a sentence that names the player.
  init(_ error: MTPError, player: String) {
    let code: Code =
      switch (error.code, error.transfer, error.response) {
      case (.cancelled, _, _), (_, .cancelled, _): .cancelled
      case (_, .disconnected, _), (.sessionLost, _, _), (.sessionClosed, _, _): .playerGone
      case (_, _, .storeFull): .playerFull
      case (_, _, .deviceBusy): .playerBusy
      default: .playerRefused
      }
    let message =
      switch code {
      case .cancelled: "Cancelled."
      case .playerGone where error.transfer == .disconnected:
        "\(player) was unplugged; plug it in and try again."
      case .playerGone:
        "The connection to \(player) was lost; unplug it, plug it in again and try again."
      case .playerFull: "\(player) is full; remove something first."
      case .playerBusy: "\(player) is busy; wait until it is idle and try again."
      default: "\(player): \(error.description)"
      }
    self.init(code, message, underlying: error)
  }

  /// Tells why USB failed; the sentence is USB's own.
  init(_ failure: USBFailure) {
    let code: Code =
      switch failure.code {
      case .access: .noPermission
      case .busy: .playerBusy
      case .noDevice: .playerGone
      case .notFound: .noPlayer
      default: .playerRefused
      }
    self.init(code, Self.sentence(failure.description), underlying: failure)
  }
}
