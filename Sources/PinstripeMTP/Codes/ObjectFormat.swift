/// What kind of thing an object is (MTP 1.1 appendix A, PTP ISO 15740 §6.2).
public struct ObjectFormat: RawRepresentable, Hashable, Sendable {
  /// The code as it stands on the wire.
  public let rawValue: UInt16

  /// Wraps a code; every value is allowed, so that codes unknown to us survive.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }
}

// MARK: PTP formats
extension ObjectFormat {
  /// Anything: the format for what a player does not know.
  ///
  /// `PTP_OFC_Undefined`
  public static let undefined = ObjectFormat(rawValue: 0x3000)

  /// A folder.
  ///
  /// `PTP_OFC_Association`
  public static let association = ObjectFormat(rawValue: 0x3001)

  /// A script.
  ///
  /// `PTP_OFC_Script`
  public static let script = ObjectFormat(rawValue: 0x3002)

  /// A program.
  ///
  /// `PTP_OFC_Executable`
  public static let executable = ObjectFormat(rawValue: 0x3003)

  /// Plain text.
  ///
  /// `PTP_OFC_Text`
  public static let text = ObjectFormat(rawValue: 0x3004)

  /// A web page.
  ///
  /// `PTP_OFC_HTML`
  public static let html = ObjectFormat(rawValue: 0x3005)

  /// AIFF audio.
  ///
  /// `PTP_OFC_AIFF`
  public static let aiff = ObjectFormat(rawValue: 0x3007)

  /// RIFF WAVE audio.
  ///
  /// `PTP_OFC_WAV`
  public static let wav = ObjectFormat(rawValue: 0x3008)

  /// MPEG layer 3 audio.
  ///
  /// `PTP_OFC_MP3`
  public static let mp3 = ObjectFormat(rawValue: 0x3009)

  /// AVI video.
  ///
  /// `PTP_OFC_AVI`
  public static let avi = ObjectFormat(rawValue: 0x300A)

  /// MPEG video.
  ///
  /// `PTP_OFC_MPEG`
  public static let mpeg = ObjectFormat(rawValue: 0x300B)

  /// Advanced Systems Format.
  ///
  /// `PTP_OFC_ASF`
  public static let asf = ObjectFormat(rawValue: 0x300C)

  /// A JPEG picture.
  ///
  /// `PTP_OFC_EXIF_JPEG`
  public static let jpeg = ObjectFormat(rawValue: 0x3801)

  /// A Windows bitmap.
  ///
  /// `PTP_OFC_BMP`
  public static let bmp = ObjectFormat(rawValue: 0x3804)

  /// A GIF picture.
  ///
  /// `PTP_OFC_GIF`
  public static let gif = ObjectFormat(rawValue: 0x3807)

  /// A JPEG picture without a camera's data.
  ///
  /// `PTP_OFC_JFIF`
  public static let jfif = ObjectFormat(rawValue: 0x3808)

  /// A PNG picture.
  ///
  /// `PTP_OFC_PNG`
  public static let png = ObjectFormat(rawValue: 0x380B)
}

// MARK: MTP formats
extension ObjectFormat {
  /// Firmware.
  ///
  /// `PTP_OFC_MTP_UndefinedFirmware`
  public static let undefinedFirmware = ObjectFormat(rawValue: 0xB802)

  /// Audio of a kind without a code.
  ///
  /// `PTP_OFC_MTP_UndefinedAudio`
  public static let undefinedAudio = ObjectFormat(rawValue: 0xB900)

  /// Windows Media audio.
  ///
  /// `PTP_OFC_MTP_WMA`
  public static let wma = ObjectFormat(rawValue: 0xB901)

  /// Ogg audio.
  ///
  /// `PTP_OFC_MTP_OGG`
  public static let ogg = ObjectFormat(rawValue: 0xB902)

  /// AAC audio.
  ///
  /// `PTP_OFC_MTP_AAC`
  public static let aac = ObjectFormat(rawValue: 0xB903)

  /// Audible's audio books.
  ///
  /// `PTP_OFC_MTP_AudibleCodec`
  public static let audible = ObjectFormat(rawValue: 0xB904)

  /// FLAC audio.
  ///
  /// `PTP_OFC_MTP_FLAC`
  public static let flac = ObjectFormat(rawValue: 0xB906)

  /// Samsung's playlist (.spl); not in the standard.
  ///
  /// `PTP_OFC_MTP_SamsungPlaylist`
  public static let samsungPlaylist = ObjectFormat(rawValue: 0xB909)

  /// An MP4 file.
  ///
  /// `PTP_OFC_MTP_MP4`
  public static let mp4 = ObjectFormat(rawValue: 0xB982)

  /// An album: references to its tracks.
  ///
  /// `PTP_OFC_MTP_AbstractAudioAlbum`
  public static let abstractAudioAlbum = ObjectFormat(rawValue: 0xBA03)

  /// A playlist: references to its entries.
  ///
  /// `PTP_OFC_MTP_AbstractAudioVideoPlaylist`
  public static let abstractAudioVideoPlaylist = ObjectFormat(rawValue: 0xBA05)

  /// An M3U playlist.
  ///
  /// `PTP_OFC_MTP_M3UPlaylist`
  public static let m3uPlaylist = ObjectFormat(rawValue: 0xBA11)

  /// A PLS playlist.
  ///
  /// `PTP_OFC_MTP_PLSPlaylist`
  public static let plsPlaylist = ObjectFormat(rawValue: 0xBA14)
}

extension ObjectFormat: CustomStringConvertible {
  /// The standard's name, or the number in hexadecimal when we know none.
  public var description: String {
    Self.names[self] ?? hexadecimal(rawValue)
  }

  private static let names: [ObjectFormat: String] = [
    .undefined: "Undefined",
    .association: "Association",
    .script: "Script",
    .executable: "Executable",
    .text: "Text",
    .html: "HTML",
    .aiff: "AIFF",
    .wav: "WAV",
    .mp3: "MP3",
    .avi: "AVI",
    .mpeg: "MPEG",
    .asf: "ASF",
    .jpeg: "EXIF_JPEG",
    .bmp: "BMP",
    .gif: "GIF",
    .jfif: "JFIF",
    .png: "PNG",
    .undefinedFirmware: "UndefinedFirmware",
    .undefinedAudio: "UndefinedAudio",
    .wma: "WMA",
    .ogg: "OGG",
    .aac: "AAC",
    .flac: "FLAC",
    .samsungPlaylist: "SamsungPlaylist",
    .mp4: "MP4",
    .abstractAudioAlbum: "AbstractAudioAlbum",
    .abstractAudioVideoPlaylist: "AbstractAudioVideoPlaylist",
    .m3uPlaylist: "M3UPlaylist",
    .plsPlaylist: "PLSPlaylist",
  ]
}
