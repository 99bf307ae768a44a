import CPinstripe
import CSystem
import PinstripePlayer

/// Says why rights forbid playing now; nil when they do not.
///
/// - Parameter isCopied: The file itself is put out, which no one counts.
func forbid(
  _ rights: pinstripe_rights, _ state: inout StateFile, isCopied: Bool, file: UnsafePointer<CChar>
) -> ExitCode? {
  let plays = state.ledger?.plays(by: rights) ?? 0
  switch RightsVerdict(rights, time: state.time(), plays: plays) {
  case .allowed:
    // Or else who removes the state could set the clock back.
    guard state.isLost, rights.flags & PINSTRIPE_RIGHTS_ISSUED != 0, rights.not_after > 0
    else { return nil }
    say("error: ", file, " may be played for a limited time,")
    say(state.reason)
    say(".\n")
  case .counted:
    if isCopied {
      say("error: ", file, " may be played a limited number of times, and --decrypt counts none.\n")
    } else if state.ledger == nil {
      say("error: ", file, " may be played a limited number of times,")
      say(state.reason)
      say(".\n")
    } else {
      return nil
    }
  case .early:
    say("error: ", file, " may not be played yet; check this player's clock, or wait.\n")
  case .late:
    say("error: ", file, " may not be played any more; check this player's clock, or buy again.\n")
  case .used:
    say("error: ", file, " was played as often as it may be; buy it again.\n")
  }
  return .refused
}
