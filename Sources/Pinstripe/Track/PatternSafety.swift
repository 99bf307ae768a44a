import CPinstripe
import PinstripeCore
import PinstripeFrames

/// Which pattern suits a content, and which are unsafe for it.
///
/// The limits are those of the leakage benchmark (`Tests/Benchmarks/run.sh leak`; README, "What leaks,
/// measured"): up to them, what somebody without the key and with every stock decoder can make of a
/// track is at best *obscured*. The benchmark fails when one of them measures *unsafe*.
enum PatternSafety {
  /// The pattern for content whose frames are known.
  ///
  /// The head covers an MPEG frame's side information, which is 32 bytes behind the header, or the
  /// start of any other codec's packet; a decoder without it has nothing to begin with. Sealed for
  /// every codec, rate and encoder measured: LI 0.11 at most, as full encryption. A head of 16 leaves
  /// MP3 at 0.43.
  static func framed() throws(TrackError) -> StripePattern {
    try StripePattern(framedHead: 32, every: 64)
  }

  /// The pattern that a format gets when nobody asks for another.
  ///
  /// - Parameter fallback: For content of an unknown format.
  static func automatic(
    for format: ContentFormat, fallback: StripePattern
  ) throws(TrackError) -> StripePattern {
    switch format {
    case .wav, .aiff: try StripePattern(every: 1)
    case .unknown: fallback
    case .mp3, .adts, .flac, .ogg, .mp4: try framed()
    }
  }

  /// Why a pattern is unsafe for a format, as the rest of a sentence; nil when it is not.
  static func objection(to pattern: StripePattern, for format: ContentFormat) -> String? {
    switch UInt32(pattern.kind) {
    case PINSTRIPE_PATTERN_EVERY:
      guard pattern.stride > largestStride(for: format) else { return nil }
      switch largestStride(for: format) {
      case 1 where isPCM(format):
        return "one clear byte in two samples is enough to hear all of it"
      case 1:
        return "most packets can be decoded with two guessed bytes"
      case let limit:
        return "beyond every \(limit)th byte, whole frames stay readable"
      }
    case PINSTRIPE_PATTERN_FRAMED:
      guard !isPCM(format), pattern.head < 32 || pattern.stride > 64, pattern.stride > 1
      else { return nil }
      return
        "a head of less than 32 bytes, or less than every 64th behind it, leaves frames readable"
    default:
      return nil
    }
  }

  private static func isPCM(_ format: ContentFormat) -> Bool {
    format == .wav || format == .aiff
  }

  /// The largest stride that is not unsafe, by the largest LI over all sounds of the benchmark.
  ///
  /// - PCM: every 4th byte gives 0.99 or more; with every 2nd, one byte of each sample is clear.
  /// - Opus: every 4th gives 0.24, every 10th 0.51; but with two guessed bytes a packet 0.88.
  /// - MP3: every 10th gives 0.55 at most for LAME at any rate, every 32nd 0.89. Shine's, which has no
  ///   bit reservoir, is unsafe from the 7th on (every 10th 0.77); what encoder a file is of cannot be
  ///   told, and every 10th is the classic that always works.
  /// - Vorbis: every 10th gives 0.15. Every 32nd gives 0.31, but with two guessed bytes a packet 0.99,
  ///   where every 10th gives 0.50.
  /// - AAC 0.07 and FLAC 0.08 with every 32nd. They are as low because stock decoders refuse damaged
  ///   frames, so nothing speaks for more; FLAC read without a decoder gives 0.47 with every 32nd.
  private static func largestStride(for format: ContentFormat) -> UInt16 {
    switch format {
    case .wav, .aiff, .ogg(.opus), .mp4(.opus): 1
    case .adts, .flac, .mp4(.aac), .mp4(.alac), .mp4(.flac), .ogg(.flac): 32
    // What is known of a codec that was not measured is that it may be like the worst of these.
    case .mp3, .ogg, .mp4: 10
    case .unknown: .max
    }
  }
}
