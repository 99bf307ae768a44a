/// Where sound goes: a sound card, a file, a pipe.
///
/// One output serves track after track: nothing is finished between two of the same format, so their
/// sound has no gap.
public protocol PCMOutput: ~Copyable {
  /// Prepares for sound of a format; called once more when another format comes, after
  /// ``finish()``.
  ///
  /// - Throws: ``PlayerError/output(_:)``, as the others do.
  mutating func begin(_ format: PCMFormat) throws(PlayerError)

  /// Takes all of `pcm`, whole frames, waiting as long as that takes.
  mutating func write(_ pcm: Span<UInt8>) throws(PlayerError)

  /// Lets what was written sound to its end.
  mutating func finish() throws(PlayerError)
}
