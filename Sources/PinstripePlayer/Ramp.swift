/// Changes of loudness: a volume, and fades where sound was lost.
public enum Ramp {
  /// Sound as it is.
  public static var unity: Int32 { 65536 }

  /// Multiplies interleaved signed 16-bit samples by a factor that goes evenly from one value to
  /// another, so that no step is heard.
  ///
  /// - Parameters:
  ///   - pcm: Whole frames in the machine's byte order. With both factors ``unity`` it is not touched.
  ///   - frames: How many of them are changed, from the first on; no more than there are.
  ///   - channels: Samples in a frame, not 0.
  ///   - from: The factor of the first frame, 0 to ``unity``.
  ///   - to: The factor behind the last frame, 0 to ``unity``.
  public static func apply(
    to pcm: inout MutableSpan<UInt8>, frames: Int, channels: UInt32, from: Int32, to: Int32
  ) {
    guard from != unity || to != unity, channels > 0 else { return }
    let width = Int(truncatingIfNeeded: channels)
    let frames = min(frames, pcm.count / (2 &* width))
    let step = Int64(to &- from)
    unsafe pcm.withUnsafeMutableBytes { bytes in
      for frame in 0..<frames {
        // Frames of a portion and factors are small: nothing here overflows 64 bits.
        let factor = Int64(from) &+ step &* Int64(frame) / Int64(frames)
        for channel in 0..<width {
          let place = 2 &* (frame &* width &+ channel)
          let sample = unsafe Int64(bytes.loadUnaligned(fromByteOffset: place, as: Int16.self))
          unsafe bytes.storeBytes(
            of: Int16(truncatingIfNeeded: (sample &* factor) >> 16), toByteOffset: place,
            as: Int16.self)
        }
      }
    }
  }
}
