/// An audio format as profiles name it: what a file is coded with, and in which container.
public enum AudioFormat: String, Sendable, CaseIterable {
  /// MPEG-1/2 audio, Layer I to III.
  case mp3
  /// RIFF/WAVE.
  case wav
  /// Windows Media Audio in ASF.
  case wma
  /// Vorbis in Ogg.
  case ogg
  /// Native FLAC.
  case flac
  /// AAC in ADTS frames.
  case aac
  /// AAC in MP4 (.m4a).
  case mp4
  /// Audible's format.
  case audible
  /// Opus in Ogg.
  case opus
  /// Apple Lossless in MP4.
  case alac
  /// Monkey's Audio.
  case ape
  /// AIFF.
  case aiff

  /// Whether what comes out is what went in.
  public var isLossless: Bool {
    switch self {
    case .wav, .flac, .alac, .ape, .aiff: true
    case .mp3, .wma, .ogg, .aac, .mp4, .audible, .opus: false
    }
  }
}

/// What a player can do with a format; what is nil is not known.
public struct FormatLimits: Sendable, Equatable {
  /// Sample rates in hertz.
  public var sampleRates: Rates?
  /// Bit rates in bits per second.
  public var bitRates: Rates?

  /// Creates limits of which nothing is known.
  public init() {}

  /// Why sound cannot be played; nil when nothing is known against it.
  ///
  /// - Parameters:
  ///   - sampleRate: In hertz; nil when it is not known.
  ///   - bitRate: The mean in bits per second; nil when it is not known. Up to 5 % above the limit is no
  ///     reason, for short files' headers are counted in; nor is one below the limits, for silence takes
  ///     few bits anywhere.
  public func complaint(sampleRate: UInt32?, bitRate: UInt32?) -> String? {
    if let sampleRate, let sampleRates, !sampleRates.contains(sampleRate) {
      return "at \(sampleRate) Hz, only at \(sampleRates)"
    }
    if let bitRate, let highest = bitRates?.highest, bitRate > UInt64(highest) * 105 / 100 {
      return "at \(bitRate) bits a second, only up to \(highest)"
    }
    return nil
  }
}

/// The rates that a player takes.
public enum Rates: Sendable, Equatable {
  /// These only, ascending.
  case values([UInt32])
  /// Any between two.
  case range(ClosedRange<UInt32>)

  /// Whether a rate is among them.
  public func contains(_ rate: UInt32) -> Bool {
    switch self {
    case .values(let values): values.contains(rate)
    case .range(let range): range.contains(rate)
    }
  }

  /// The highest of them; nil when there is none.
  public var highest: UInt32? {
    switch self {
    case .values(let values): values.max()
    case .range(let range): range.upperBound
    }
  }
}

extension Rates: CustomStringConvertible {
  /// "44100, 48000", or "8000 to 48000".
  public var description: String {
    switch self {
    case .values(let values): values.map { "\($0)" }.joined(separator: ", ")
    case .range(let range): "\(range.lowerBound) to \(range.upperBound)"
    }
  }
}
