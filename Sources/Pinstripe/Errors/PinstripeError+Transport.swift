extension PinstripeError {
  static func exists(_ name: String, _ player: String) -> PinstripeError {
    PinstripeError(
      .alreadyOnPlayer,
      "\(player) holds \"\(name)\" already; use --replace, or another name with --name.")
  }

  static func absent(_ name: String, _ player: String) -> PinstripeError {
    PinstripeError(
      .notOnPlayer, "\(player) holds no \"\(name)\"; 'pinstripe ls' shows what it holds.")
  }

  static func unusable(
    _ name: String, _ player: String, _ complaint: String
  ) -> PinstripeError {
    PinstripeError(
      .usage, "\(player) cannot hold the name \"\(name)\": \(complaint); use --name.")
  }

  static func mtpzOnly(_ player: String) -> PinstripeError {
    PinstripeError(
      .playerRefused,
      "\(player) takes files only from programs that Microsoft licensed (MTPZ), and Pinstripe is none; "
        + "use the maker's own program.")
  }

  static func misplaced(_ name: String, _ player: String) -> PinstripeError {
    PinstripeError(
      .playerRefused,
      "\(player) puts files of unknown formats into its root folder and cannot move them, so it cannot "
        + "hold \"\(name)\"; send it in a format that the player knows.")
  }

  static func noPlaylists(_ player: String) -> PinstripeError {
    PinstripeError(
      .playerRefused, "\(player) has no playlists that Pinstripe could write; leave them out.")
  }

  static func full(
    _ name: String, _ player: String, _ needed: UInt64, _ free: UInt64
  ) -> PinstripeError {
    PinstripeError(
      .playerFull,
      "\"\(name)\" needs \(needed) bytes and \(player) has \(free) left; remove something first.")
  }

  static func tooLarge(for player: String, limit: UInt64) -> PinstripeError {
    PinstripeError(.playerFull, "\(player) holds no files larger than \(limit) bytes.")
  }

  static func filledUp(
    _ name: String, _ player: String, underlying: (any Error)? = nil
  ) -> PinstripeError {
    PinstripeError(
      .playerFull,
      "\(player) became full before all of \"\(name)\" was stored; remove something first.",
      underlying: underlying)
  }

  static func storedOtherwise(_ player: String) -> PinstripeError {
    PinstripeError(
      .playerRefused, "\(player) stored other bytes than were sent; is its memory failing?")
  }

  static func silent(_ player: String, underlying: (any Error)?) -> PinstripeError {
    PinstripeError(
      .playerGone,
      "\(player) does not answer any more; unplug it, plug it in again and try again.",
      underlying: underlying)
  }

  /// For loops that ask nobody else who would notice.
  static func throwIfCancelled() throws(PinstripeError) {
    if Task.isCancelled { throw PinstripeError(.cancelled, "Cancelled.") }
  }

  static func cancelled(_ name: String) -> PinstripeError {
    PinstripeError(.cancelled, "Cancelled; what was sent of \"\(name)\" was removed again.")
  }

  static func cancelledInSilence(_ name: String, _ player: String) -> PinstripeError {
    PinstripeError(
      .cancelled,
      "Cancelled; \(player) does not answer, so a part of \"\(name)\" may be left on it: plug it in again, "
        + "and send or remove it.")
  }
}
