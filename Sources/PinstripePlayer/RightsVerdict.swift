public import CPinstripe

/// What rights say about playing now.
public enum RightsVerdict {
  /// It may be played, and nothing is counted.
  case allowed
  /// It may be played, and that is counted first.
  case counted
  /// Before its time.
  case early
  /// After its time.
  case late
  /// As often as it may be played it was.
  case used

  /// Judges a track's rights (TrackFormat.md, "Rights").
  ///
  /// Without the issuer's tag anybody may have written them: they are advice, and allow everything.
  ///
  /// - Parameters:
  ///   - rights: What ``TrackReader/readRights(_:allowsTest:)`` gave.
  ///   - time: ``PlayLedger/time(by:)``, or a clock that is trusted.
  ///   - plays: ``PlayLedger/plays(by:)``.
  public init(_ rights: pinstripe_rights, time: UInt64, plays: UInt32) {
    guard rights.present != 0, rights.flags & PINSTRIPE_RIGHTS_ISSUED != 0 else {
      self = .allowed
      return
    }
    if rights.not_before > time {
      self = .early
    } else if rights.not_after > 0, rights.not_after < time {
      self = .late
    } else if rights.plays == 0 {
      self = .allowed
    } else {
      self = plays < rights.plays ? .counted : .used
    }
  }
}
