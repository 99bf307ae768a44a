import CPinstripe
import CSystem

/// Says why rights forbid playing now; nil when they do not.
///
/// Not-before and not-after are held against the system's clock: whoever can set it can cheat, so a
/// product takes a clock that it trusts. Counting plays takes memory that cannot be set back, which
/// this example has not.
func forbid(_ rights: pinstripe_rights, file: UnsafePointer<CChar>) -> ExitCode? {
  guard rights.present != 0 else { return nil }
  let now = system_time()
  if rights.plays > 0 {
    say("error: ", file, " may be played a limited number of times, and this player cannot count")
    say(" plays; use one that can.\n")
  } else if rights.not_before > now {
    say("error: ", file, " may not be played yet; check this player's clock, or wait.\n")
  } else if rights.not_after > 0, rights.not_after < now {
    say("error: ", file, " may not be played any more; check this player's clock, or buy again.\n")
  } else {
    return nil
  }
  return .refused
}
