import PinstripeCore
import PinstripeFrames
import CPinstripe

/// Which pattern suits a content, and which are unsafe for it.
///
/// The limits are those of the leakage benchmark (README, "Threat model"): up to them, what somebody
/// without the key can make of a track is at best *obscured*.
enum PatternSafety {
  /// The pattern for content whose frames are known.
  ///
  /// The head covers an MPEG frame's side information, which is 32 bytes, or the start of any other
  /// codec's packet; a decoder without it has nothing to begin with.
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
      return "a head of less than 32 bytes, or less than every 64th behind it, leaves frames readable"
    default:
      return nil
    }
  }

  private static func isPCM(_ format: ContentFormat) -> Bool {
    format == .wav || format == .aiff
  }

  private static func largestStride(for format: ContentFormat) -> UInt16 {
    switch format {
    case .wav, .aiff, .ogg(.opus), .mp4(.opus): 1
    case .mp3, .mp4(.mp3): 10
    case .adts, .flac, .ogg, .mp4: 32
    case .unknown: .max
    }
  }
}
