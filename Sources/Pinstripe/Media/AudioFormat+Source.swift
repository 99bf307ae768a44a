import PinstripeFrames
public import PinstripeProfile

extension AudioFormat {
  /// What a source is, by its bytes, or else by its name's ending where that is of a format that this
  /// library does not look into (WMA, Monkey's Audio, Audible).
  ///
  /// - Returns: nil for what is no audio that profiles know, and for a source without a length.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  public static func of(_ source: some MediaSource) throws(PinstripeError) -> AudioFormat? {
    guard source.length != nil else { return nil }
    if let format = try Content(source).format.asAudio { return format }
    return switch source.name.split(separator: ".").last?.lowercased() {
    case "wma": .wma
    case "ape": .ape
    case "aa", "aax": .audible
    default: nil
    }
  }
}

extension ContentFormat {
  /// The format as profiles name it.
  var asAudio: AudioFormat? {
    switch self {
    case .mp3: .mp3
    case .adts: .aac
    case .flac, .ogg(.flac): .flac
    case .ogg(.opus): .opus
    case .ogg: .ogg
    case .mp4(.alac): .alac
    case .mp4: .mp4
    case .wav: .wav
    case .aiff: .aiff
    case .unknown: nil
    }
  }
}
