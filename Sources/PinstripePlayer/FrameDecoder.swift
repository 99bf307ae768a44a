/// What a codec's output is: interleaved signed 16-bit samples in the machine's byte order.
public struct PCMFormat: Sendable {
  /// Frames a second, a frame being one sample of every channel.
  public var rate: UInt32
  /// Samples in a frame.
  public var channels: UInt32

  /// Describes an output.
  public init(rate: UInt32, channels: UInt32) {
    self.rate = rate
    self.channels = channels
  }

  /// Bytes in a frame.
  public var frameSize: UInt32 { channels &* 2 }
}

/// A codec that pulls its input from a ``ContentSource`` it owns, as codec libraries with read and seek
/// callbacks do, so that what it has not asked for is not decrypted (US 2001/0016836 ¶48).
public protocol FrameDecoder: ~Copyable {
  /// What ``decode(into:)`` delivers. It stays the same for the whole track.
  var format: PCMFormat { get }

  /// Decodes into the start of `pcm` and returns how many bytes that are: whole frames, 0 at the end.
  ///
  /// - Throws: ``PlayerError/codec(_:)``, or what its source threw.
  mutating func decode(into pcm: inout MutableSpan<UInt8>) throws(PlayerError) -> Int

  /// Makes `frame`, counted from the track's start, the next to be decoded. Beyond the end, the next
  /// ``decode(into:)`` returns 0.
  mutating func seek(toFrame frame: UInt64) throws(PlayerError)
}
