package import PinstripeProfile

extension ObjectFormat {
  /// The code of an audio format (MTP 1.1 appendix A); nil where MTP has none.
  ///
  /// Opus shares Ogg's, and Apple Lossless MP4's.
  package init?(_ format: AudioFormat) {
    switch format {
    case .mp3: self = .mp3
    case .wav: self = .wav
    case .aiff: self = .aiff
    case .wma: self = .wma
    case .ogg, .opus: self = .ogg
    case .flac: self = .flac
    case .aac: self = .aac
    case .mp4, .alac: self = .mp4
    case .audible: self = .audible
    case .ape: return nil
    }
  }

  /// The audio format that a code tells: of two that share one, the commoner.
  package var audio: AudioFormat? {
    AudioFormat.allCases.first { ![.opus, .alac].contains($0) && ObjectFormat($0) == self }
  }
}

extension ObjectFormat {
  /// The code of a picture's format.
  package init(_ format: ArtFormat) {
    switch format {
    case .jpeg: self = .jpeg
    case .png: self = .png
    case .bmp: self = .bmp
    case .gif: self = .gif
    }
  }
}
