import Pinstripe

/// Exit statuses, after <sysexits.h>; `pinstripe --help` lists them.
enum ExitStatus {
  static let usage: Int32 = 64
  private static let badTrack: Int32 = 65
  private static let noInput: Int32 = 66
  private static let noPlayer: Int32 = 69
  private static let system: Int32 = 70
  private static let noOutput: Int32 = 73
  private static let onPlayer: Int32 = 74
  private static let tryAgain: Int32 = 75
  private static let refused: Int32 = 76
  private static let noPermission: Int32 = 77
  private static let configuration: Int32 = 78
  private static let wrongKey: Int32 = 79
  private static let cancelled: Int32 = 130

  static func of(_ code: PinstripeError.Code) -> Int32 {
    switch code {
    case .usage: usage
    case .badTrack: badTrack
    case .noInput: noInput
    case .noPlayer: noPlayer
    case .noOutput: noOutput
    case .notOnPlayer, .alreadyOnPlayer, .playerFull: onPlayer
    case .playerBusy, .playerGone: tryAgain
    case .playerRefused: refused
    case .noPermission: noPermission
    case .keys, .profile: configuration
    case .wrongKey: wrongKey
    case .cancelled: cancelled
    default: system
    }
  }
}
