/// A track being played: storage → decryptor → codec → output, pulled from the output's end.
///
/// ```swift
/// var playback = try Playback(codec: codec)
/// try output.begin(playback.format)
/// while try playback.step(into: &output) {}
/// try output.finish()
/// ```
/// The program's own loop stands around ``step(into:)``, so pausing is not calling it, and the next
/// track's playback goes on with the same output. Two portions of sound are in memory, 8 KiB: the
/// last one is held back, so that it can be faded out when nothing fit to hear follows.
public struct Playback<Codec: FrameDecoder & ~Copyable>: ~Copyable {
  /// What the codec delivers.
  public let format: PCMFormat
  /// The frame that is written next, counted from the track's start.
  public private(set) var position: UInt64 = 0
  /// How often the codec met sound that it could not decode, and playing went on behind it.
  public private(set) var gaps: UInt32 = 0
  /// Loudness of what is decoded from now on, 0 to ``Ramp/unity``.
  public var volume = Ramp.unity

  /// The most pieces in a row that are given up before the track is.
  private static var mostFailures: UInt32 { 40 }

  private var codec: Codec
  private var held = InlineArray<4096, UInt8>(repeating: 0)
  private var heldCount = 0
  /// Frames that were decoded or lost.
  private var decoded: UInt64 = 0
  /// Frames of silence in place of what was lost, still to be written.
  private var silence: UInt64 = 0
  /// Frames that the last decoding gave up before it found some.
  private var lost: UInt64 = 0
  private var isAtEnd = false
  private var lastVolume = Ramp.unity

  /// Starts at the track's first frame.
  ///
  /// - Throws: ``PlayerError/codec(_:)`` with 0 when the codec names a format that has no frames.
  public init(codec: consuming Codec) throws(PlayerError) {
    let format = codec.format
    guard format.rate > 0, format.channels > 0, format.channels <= 64 else { throw .codec(0) }
    self.format = format
    self.codec = codec
  }

  /// Writes one portion, at most 4 KiB of sound; false at the track's end, when all is written.
  ///
  /// Where the codec fails, the sound before is faded out, silence stands for what is lost, and what
  /// comes behind is faded in.
  ///
  /// - Throws: What the codec's source or the output threw; ``PlayerError/codec(_:)`` when the codec
  ///   finds nothing fit any more. What was decoded before is written then, faded out.
  public mutating func step(
    into output: inout some PCMOutput & ~Copyable
  ) throws(PlayerError) -> Bool {
    if silence > 0 {
      try writeSilence(to: &output)
      return true
    }
    guard !isAtEnd else { return false }
    var portion = InlineArray<4096, UInt8>(repeating: 0)
    var pcm = portion.mutableSpan
    var count = 0
    do throws(PlayerError) {
      count = try decode(into: &pcm)
    } catch {
      try fadeOut(to: &output)
      isAtEnd = true
      throw error
    }
    if lost > 0 { try fadeOut(to: &output) } else { try writeHeld(to: &output) }
    if count > 0 { silence = lost }
    isAtEnd = count == 0
    for index in 0..<count { held[index] = pcm[index] }
    heldCount = count
    shape(from: lost > 0 ? 0 : lastVolume, to: volume)
    lastVolume = volume
    return !isAtEnd
  }

  /// Goes on at another frame, and drops the sound that is held back.
  public mutating func seek(toFrame frame: UInt64) throws(PlayerError) {
    try codec.seek(toFrame: frame)
    heldCount = 0
    silence = 0
    isAtEnd = false
    decoded = frame
    position = frame
  }

  /// Decodes the next portion, if need be behind sound that cannot be decoded.
  private mutating func decode(into pcm: inout MutableSpan<UInt8>) throws(PlayerError) -> Int {
    lost = 0
    var failure = PlayerError.codec(0)
    for _ in 0..<Self.mostFailures {
      do throws(PlayerError) {
        let count = try codec.decode(into: &pcm)
        guard count >= 0, count <= pcm.count else { throw .codec(0) }
        if lost > 0 { gaps &+= 1 }
        decoded &+= UInt64(UInt32(truncatingIfNeeded: count) / format.frameSize)
        return count
      } catch {
        guard case .codec = error else { throw error }
        failure = error
        // A twentieth of a second is about a frame of every codec. A codec that cannot get there says
        // so by failing once more.
        let step = UInt64(format.rate / 20 &+ 1)
        lost &+= step
        decoded &+= step
        do throws(PlayerError) {
          try codec.seek(toFrame: decoded)
        } catch {
          guard case .codec = error else { throw error }
        }
      }
    }
    throw failure
  }

  private mutating func shape(from: Int32, to: Int32) {
    var pcm = held.mutableSpan
    Ramp.apply(
      to: &pcm, frames: heldCount / Int(format.frameSize), channels: format.channels, from: from,
      to: to)
  }

  private mutating func fadeOut(
    to output: inout some PCMOutput & ~Copyable
  ) throws(PlayerError) {
    shape(from: Ramp.unity, to: 0)
    try writeHeld(to: &output)
  }

  private mutating func writeHeld(
    to output: inout some PCMOutput & ~Copyable
  ) throws(PlayerError) {
    guard heldCount > 0 else { return }
    let count = heldCount
    heldCount = 0
    try output.write(held.span.extracting(first: count))
    position &+= UInt64(UInt32(truncatingIfNeeded: count) / format.frameSize)
  }

  private mutating func writeSilence(
    to output: inout some PCMOutput & ~Copyable
  ) throws(PlayerError) {
    let zeros = InlineArray<1024, UInt8>(repeating: 0)
    let frames = min(silence, UInt64(1024 / format.frameSize))
    try output.write(
      zeros.span.extracting(first: Int(truncatingIfNeeded: frames) &* Int(format.frameSize)))
    silence &-= frames
    position &+= frames
  }
}
