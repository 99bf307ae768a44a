import PinstripePlayer

/// An output that a player can work with while it listens to somebody else too.
protocol DeviceOutput: PCMOutput, ~Copyable {
  /// Frames that were written and have not sounded.
  var pending: UInt32 { get }

  /// What to wait for before a portion of 4 KiB can be written at once.
  mutating func readiness() throws(PlayerError) -> Readiness

  /// Stops the sound where it is.
  ///
  /// - Returns: Frames that were pending and are lost, because the output can only forget them.
  mutating func pause() throws(PlayerError) -> UInt32

  /// Goes on after ``pause()``.
  mutating func resume() throws(PlayerError)

  /// Forgets what is pending.
  mutating func discard() throws(PlayerError)
}

enum Readiness {
  /// A portion can be written.
  case ready
  /// When this descriptor can be written to.
  case descriptor(Int32)
  /// Not before so many milliseconds.
  case milliseconds(Int32)
}
