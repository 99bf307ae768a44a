import CTagLib

/// How fast a file's sound has to be played; what is nil is not known.
public struct SoundRates: Sendable, Equatable {
  /// In hertz.
  public var sampleRate: UInt32?
  /// In bits per second, the mean of the whole file; TagLib rounds it to thousands, and counts in a
  /// first frame without sound, which adds some per cent to a file of seconds.
  public var bitRate: UInt32?

  /// Knows nothing.
  public init() {}

  /// What TagLib finds in a file; nothing where it finds no sound.
  public init(path: String) {
    guard let file = TagLibFile(path: path),
      let audio = taglib_file_audioproperties(file.handle)
    else { return }
    sampleRate = UInt32(exactly: taglib_audioproperties_samplerate(audio)).flatMap {
      $0 > 0 ? $0 : nil
    }
    bitRate = UInt32(exactly: taglib_audioproperties_bitrate(audio))
      .flatMap { $0 > 0 ? UInt32(exactly: UInt64($0) * 1000) : nil }
  }
}
