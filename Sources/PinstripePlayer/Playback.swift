/// A track being played: storage → decryptor → codec → output, pulled from the output's end.
///
/// ```swift
/// var playback = try Playback(codec: codec, output: output)
/// while try playback.step() {}
/// try playback.finish()
/// ```
/// The program's own loop stands around ``step()``, so pausing is not calling it.
public struct Playback<Codec: FrameDecoder & ~Copyable, Output: PCMOutput & ~Copyable>: ~Copyable {
  private var codec: Codec
  private var output: Output
  private let format: PCMFormat
  private var nextFrame: UInt64 = 0

  /// Begins the output in the codec's format.
  ///
  /// - Throws: ``PlayerError/codec(_:)`` with 0 when the codec names a format that has no frames.
  public init(codec: consuming Codec, output: consuming Output) throws(PlayerError) {
    let format = codec.format
    guard format.rate > 0, format.channels > 0, format.channels <= 64 else { throw .codec(0) }
    try output.begin(format)
    self.codec = codec
    self.output = output
    self.format = format
  }

  /// The frame that ``step()`` plays next, counted from the track's start.
  public var position: UInt64 { nextFrame }

  /// Decodes one portion, at most 4 KiB of sound, and plays it; false at the track's end.
  public mutating func step() throws(PlayerError) -> Bool {
    var portion = InlineArray<4096, UInt8>(repeating: 0)
    var pcm = portion.mutableSpan
    let count = try codec.decode(into: &pcm)
    guard count > 0 else { return false }
    guard count <= pcm.count else { throw .codec(0) }
    try output.write(pcm.span.extracting(first: count))
    nextFrame &+= UInt64(UInt32(truncatingIfNeeded: count) / format.frameSize)
    return true
  }

  /// Goes on at another frame.
  public mutating func seek(toFrame frame: UInt64) throws(PlayerError) {
    try codec.seek(toFrame: frame)
    nextFrame = frame
  }

  /// Goes on at another second.
  public mutating func seek(toSecond second: UInt32) throws(PlayerError) {
    try seek(toFrame: UInt64(second) &* UInt64(format.rate))
  }

  /// Lets the output sound to its end.
  public mutating func finish() throws(PlayerError) {
    try output.finish()
  }
}
