/// What a container's packets or samples are coded with.
public enum ContentCodec: Equatable, Sendable {
  /// AAC in any profile (ISO 14496-3).
  case aac
  /// Apple Lossless.
  case alac
  /// AC-3 or E-AC-3 (ETSI TS 102 366).
  case ac3
  /// FLAC (RFC 9639).
  case flac
  /// MPEG-1/2 audio, Layer I to III (ISO 11172-3, ISO 13818-3).
  case mp3
  /// Opus (RFC 6716).
  case opus
  /// Vorbis I.
  case vorbis
  /// One whose frames this library does not know; its bytes become full runs.
  case other
  /// Not seen yet: the tables of a piped MP4 have still to come.
  case unknown
}

/// What a content is, seen in its bytes and not in its name.
public enum ContentFormat: Equatable, Sendable {
  /// MPEG-1, MPEG-2 or MPEG-2.5 audio, Layer I to III (ISO 11172-3, ISO 13818-3).
  case mp3
  /// AAC in ADTS frames (ISO 14496-3 §1.A.3).
  case adts
  /// Native FLAC (RFC 9639).
  case flac
  /// Ogg (RFC 3533), with the codec of its first stream that has a known one.
  case ogg(ContentCodec)
  /// MP4, M4A or QuickTime (ISO 14496-12), with the codec of its first audio track.
  case mp4(ContentCodec)
  /// RIFF/WAVE, RF64, BW64 or Wave64.
  case wav
  /// AIFF or AIFF-C.
  case aiff
  /// Something else.
  case unknown
}
