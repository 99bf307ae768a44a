/// What a music file says of its work: ID3v1 and ID3v2.2 to 2.4, Vorbis comments in FLAC and Ogg, and the
/// `ilst` of MP4.
///
/// Only read, never written. Debian's TagLib 1.13 would do more, but its C API gives neither lyrics nor
/// pictures, and wants a file's name. Tags are a stranger's bytes: every length is held against what is
/// there, loops end with the bytes, and memory is bounded by ``maximumSize``. What contradicts itself is
/// left out.
public struct EmbeddedTags: Equatable, Sendable {
  /// Title of the work.
  public var title: String?
  /// Performers, " / " between several.
  public var artist: String?
  /// Album.
  public var album: String?
  /// Words.
  public var lyrics: String?
  /// Cover and other pictures, at most ``maximumPictures``.
  public var pictures: [Picture] = []
  /// Web pages of artist, shop and the like.
  public var links: [String] = []

  /// A picture in the file.
  public struct Picture: Equatable, Sendable {
    /// As "image/jpeg".
    public var mediaType: String
    /// The image file.
    public var bytes: [UInt8]

    /// Creates a picture.
    public init(mediaType: String, bytes: [UInt8]) {
      self.mediaType = mediaType
      self.bytes = bytes
    }
  }

  /// The most bytes of a tag that are read, and so of memory: longer tags are read as far.
  public static let maximumSize = 16 << 20
  /// The most pictures; further ones are left out.
  public static let maximumPictures = 8
  /// The most bytes of all pictures together: tracks hold 16 MiB of metadata.
  public static let maximumPictureBytes = 8 << 20
  /// The most links.
  public static let maximumLinks = 32
  /// The most bytes of a text but lyrics, which may have 16 times as many.
  public static let maximumText = 64 << 10

  /// Tags that say nothing.
  public init() {}

  /// Reads a file's tags.
  ///
  /// - Parameters:
  ///   - length: Bytes of the file.
  ///   - read: Reads so many bytes from an offset; fewer when the file ends before.
  /// - Throws: What `read` throws.
  public static func read<Failure: Error>(
    length: UInt64, _ read: (UInt64, Int) throws(Failure) -> [UInt8]
  ) throws(Failure) -> EmbeddedTags {
    var tags = EmbeddedTags()
    let start = try read(0, 12)
    var audio: UInt64 = 0
    if let header = ID3v2.Header(start) {
      audio = header.end
      let body = try read(10, min(header.size, maximumSize))
      ID3v2(header, body).fill(&tags)
    }
    let magic = audio == 0 ? start : try read(audio, 12)
    if magic.starts(with: Array("fLaC".utf8)) {
      try fillFLAC(&tags, at: audio + 4, read)
    } else if magic.starts(with: Array("OggS".utf8)) {
      try fillOgg(&tags, length: length, read)
    } else if magic.dropFirst(4).starts(with: Array("ftyp".utf8)) {
      try fillMP4(&tags, length: length, read)
    } else if length >= 128 {
      // Behind MPEG and ADTS frames only; the others have tags of their own.
      ID3v1(try read(length - 128, 128))?.fill(&tags)
    }
    return tags
  }

  /// Takes a text where there is none yet.
  mutating func take(_ text: String, as field: WritableKeyPath<EmbeddedTags, String?>) {
    let limit = field == \EmbeddedTags.lyrics ? Self.maximumText * 16 : Self.maximumText
    guard self[keyPath: field] == nil, !text.isEmpty, text.utf8.count <= limit else { return }
    self[keyPath: field] = text
  }

  /// Takes a picture as far as there is room.
  mutating func take(picture bytes: ArraySlice<UInt8>, mediaType: String) {
    let held = pictures.reduce(0) { $0 + $1.bytes.count }
    guard !bytes.isEmpty, pictures.count < Self.maximumPictures,
      bytes.count <= Self.maximumPictureBytes - held
    else { return }
    let isPlain =
      mediaType.utf8.allSatisfy { (0x21...0x7E).contains($0) } && mediaType.contains("/")
      && mediaType.utf8.count <= 100
    pictures.append(
      Picture(
        mediaType: isPlain ? mediaType.lowercased() : Self.sniffed(bytes), bytes: Array(bytes)))
  }

  /// Takes a link.
  mutating func take(link: String) {
    guard !link.isEmpty, link.utf8.count <= Self.maximumText, links.count < Self.maximumLinks,
      !links.contains(link)
    else { return }
    links.append(link)
  }

  /// What a picture is by its first bytes.
  private static func sniffed(_ bytes: ArraySlice<UInt8>) -> String {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
    if bytes.starts(with: Array("GIF8".utf8)) { return "image/gif" }
    return "application/octet-stream"
  }
}
