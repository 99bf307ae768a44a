public import PinstripeCore
public import PinstripeFrames

extension CodecTag {
  /// The tag of a format, for the player's convenience (TrackFormat.md, "Main header").
  public init(_ format: ContentFormat) {
    switch format {
    case .mp3: self = CodecTag("mp3")
    case .adts: self = CodecTag("aac")
    case .flac: self = CodecTag("flac")
    case .ogg: self = CodecTag("ogg")
    case .mp4: self = CodecTag("mp4")
    case .wav: self = CodecTag("wav")
    case .aiff: self = CodecTag("aiff")
    case .unknown: self = CodecTag("data")
    }
  }
}

extension ContentFormat {
  /// What people call it.
  var name: String {
    switch self {
    case .mp3: "MPEG audio"
    case .adts: "AAC"
    case .flac: "FLAC"
    case .ogg(.opus), .mp4(.opus): "Opus"
    case .ogg(.vorbis): "Vorbis"
    case .ogg: "Ogg"
    case .mp4: "MP4"
    case .wav, .aiff: "uncompressed audio"
    case .unknown: "of an unknown format"
    }
  }
}
