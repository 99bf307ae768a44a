/// Where sound goes: a sound card, a file, a pipe.
public protocol PCMOutput: ~Copyable {
  /// Prepares for sound of a format.
  ///
  /// - Throws: ``PlayerError/output(_:)``, as the other two do.
  mutating func begin(_ format: PCMFormat) throws(PlayerError)

  /// Takes all of `pcm`, whole frames, waiting as long as that takes.
  mutating func write(_ pcm: Span<UInt8>) throws(PlayerError)

  /// Lets what was written sound to its end.
  mutating func finish() throws(PlayerError)
}
