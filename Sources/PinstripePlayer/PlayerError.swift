import CPinstripe

/// Why playing stopped.
///
/// Each case carries its source's own number, so that the program can name the cause and the way out.
public enum PlayerError: Error {
  /// The decoder refused: a `PINSTRIPE_E_...` status of `pinstripe_decoder.h`.
  case track(Int32)
  /// The content was changed after it was packed: its chunk that starts at this byte does not have its
  /// tag (TrackFormat.md, "Chunk tags").
  case changed(at: UInt64)
  /// The storage failed: its own code, such as an `errno`.
  case storage(Int32)
  /// The codec failed: its own code.
  case codec(Int32)
  /// The output failed: its own code, such as an `errno`.
  case output(Int32)
}

extension PlayerError {
  static var truncated: PlayerError { .track(PINSTRIPE_E_TRUNCATED) }
}
