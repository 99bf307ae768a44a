import PinstripeMTP
import PinstripeProfile

extension ObjectFormat {
  /// The code that a file of a format is announced with (MTP 1.1 appendix A).
  ///
  /// A player indexes what it plays by this code, and some refuse codes that they do not know.
  ///
  /// - Parameters:
  ///   - known: The formats that the player says it plays; where it says none, all are taken.
  ///   - quirks: ``Quirk/sendOggAsUndefined`` and ``Quirk/sendFLACAsUndefined`` are obeyed.
  static func of(
    _ format: AudioFormat, known: [ObjectFormat], quirks: Set<Quirk>
  ) -> ObjectFormat {
    let isUndefined =
      switch format {
      case .ogg, .opus: quirks.contains(.sendOggAsUndefined)
      case .flac: quirks.contains(.sendFLACAsUndefined)
      default: false
      }
    let code = isUndefined ? .undefined : ObjectFormat(format) ?? .undefined
    return known.isEmpty || known.contains(code) ? code : .undefined
  }

  /// The format that a player says an object has; nil for what is no audio, or not known to be.
  ///
  /// Codecs that share a container's code are told apart by no player: Opus is Ogg, ALAC is MP4.
  var audio: AudioFormat? {
    switch self {
    case .mp3: .mp3
    case .wav: .wav
    case .aiff: .aiff
    case .wma: .wma
    case .ogg: .ogg
    case .flac: .flac
    case .aac: .aac
    case .mp4: .mp4
    case .audible: .audible
    default: nil
    }
  }
}
