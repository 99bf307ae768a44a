// ID3v2 (id3.org: 2.2.0, 2.3.0, 2.4.0), big-endian:
//
//   0  "ID3"   3  major version 2 to 4   4  revision   5  flags   6  size, 4 × 7 bits, without header
//
// Flags: 0x80 unsynchronised, 0x40 extended header (2.2: compressed, unreadable), 0x10 footer (2.4).
// Frames: id and size, of 3 + 3 bytes in 2.2; then 4 + 4, 2 of flags, in 2.3; the size 4 × 7 bits in 2.4.
struct ID3v2 {
  struct Header {
    let version: UInt8
    let flags: UInt8
    /// Bytes behind the header.
    let size: Int
    /// Where the tag ends in the file.
    let end: UInt64

    init?(_ start: [UInt8]) {
      var reader = ByteReader(start)
      guard reader.bytes(3)?.elementsEqual("ID3".utf8) == true, let version = reader.byte(),
        (2...4).contains(version), let revision = reader.byte(), revision != 0xFF,
        let flags = reader.byte(), let size = reader.synchsafe()
      else { return nil }
      self.version = version
      self.flags = flags
      self.size = size
      end = UInt64(size) + (version == 4 && flags & 0x10 != 0 ? 20 : 10)
    }
  }

  private let version: UInt8
  private let isUnsynchronised: Bool
  private var reader: ByteReader

  init(_ header: Header, _ body: [UInt8]) {
    version = header.version
    isUnsynchronised = header.flags & 0x80 != 0
    // In 2.4 each frame is unsynchronised by itself, so that its size counts the stored bytes.
    reader = ByteReader(
      isUnsynchronised && version < 4 ? Self.synchronised(body[...]) : body)
    guard header.flags & 0x40 != 0 else { return }
    switch version {
    case 2: reader = ByteReader([])
    case 3: _ = reader.bigEndian(4).flatMap { reader.bytes($0) }
    // Its size counts its own four bytes.
    default: _ = reader.synchsafe().flatMap { reader.bytes($0 - 4) }
    }
  }

  /// Takes what the frames say.
  consuming func fill(_ tags: inout EmbeddedTags) {
    // A frame takes at least six bytes, so this ends.
    while let (id, content) = next() {
      let isLong = id.count == 4
      switch id {
      case "TIT2", "TT2": tags.take(Self.text(content), as: \.title)
      case "TPE1", "TP1": tags.take(Self.text(content), as: \.artist)
      case "TALB", "TAL": tags.take(Self.text(content), as: \.album)
      case "USLT", "ULT": Self.fillLyrics(&tags, content)
      case "APIC", "PIC": Self.fillPicture(&tags, content, isLong: isLong)
      case "WXXX", "WXX": Self.fillLink(&tags, content)
      default:
        guard id.hasPrefix("W") else { continue }
        var reader = ByteReader(content)
        tags.take(link: reader.text(.latin1))
      }
    }
  }

  /// The next frame that can be read; nil at the padding, or at what is no frame.
  private mutating func next() -> (id: String, content: ArraySlice<UInt8>)? {
    while true {
      guard let letters = reader.bytes(version == 2 ? 3 : 4),
        letters.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
      else { return nil }
      let id = String(decoding: letters, as: UTF8.self)
      if version == 2 {
        guard let size = reader.bigEndian(3), let content = reader.bytes(size) else { return nil }
        return (id, content)
      }
      guard let size = frameSize(), let format = reader.bytes(2)?.last,
        let stored = reader.bytes(size)
      else { return nil }
      if let content = version == 3 ? Self.content3(stored, format) : content4(stored, format) {
        return (id, content)
      }
    }
  }

  private mutating func frameSize() -> Int? {
    guard version == 4 else { return reader.bigEndian(4) }
    let former = reader
    guard let size = reader.synchsafe() else {
      // A size of more than 7 bits a byte: old versions of iTunes wrote 2.3's.
      reader = former
      return reader.bigEndian(4)
    }
    return size
  }

  /// A frame's content; nil when it is compressed or encrypted.
  private static func content3(_ stored: ArraySlice<UInt8>, _ format: UInt8) -> ArraySlice<UInt8>? {
    guard format & 0xC0 == 0 else { return nil }
    return format & 0x20 != 0 ? stored.dropFirst(1) : stored
  }

  private func content4(_ stored: ArraySlice<UInt8>, _ format: UInt8) -> ArraySlice<UInt8>? {
    guard format & 0x0C == 0 else { return nil }
    var content = stored
    if format & 0x40 != 0 { content = content.dropFirst(1) }
    if format & 0x01 != 0 { content = content.dropFirst(4) }
    guard isUnsynchronised || format & 0x02 != 0 else { return content }
    return Self.synchronised(content)[...]
  }

  /// Takes out the zero behind each FF.
  private static func synchronised(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isBehind = false
    for byte in bytes {
      if !isBehind || byte != 0 { result.append(byte) }
      isBehind = byte == 0xFF
    }
    return result
  }

  private static func text(_ content: ArraySlice<UInt8>) -> String {
    guard let encoding = ID3Text(content.first) else { return "" }
    return encoding.joined(content.dropFirst())
  }

  /// Encoding, language of three letters, a description, the words.
  private static func fillLyrics(_ tags: inout EmbeddedTags, _ content: ArraySlice<UInt8>) {
    var reader = ByteReader(content)
    guard let encoding = ID3Text(reader.byte()), reader.bytes(3) != nil else { return }
    _ = reader.text(encoding)
    tags.take(reader.text(encoding), as: \.lyrics)
  }

  /// Encoding, media type (2.2: three letters), kind, a description, the image.
  private static func fillPicture(
    _ tags: inout EmbeddedTags, _ content: ArraySlice<UInt8>, isLong: Bool
  ) {
    var reader = ByteReader(content)
    guard let encoding = ID3Text(reader.byte()) else { return }
    let type: String
    if isLong {
      type = reader.text(.latin1)
    } else {
      guard let letters = reader.bytes(3) else { return }
      let short = String(decoding: letters, as: UTF8.self).lowercased()
      type = short == "-->" ? short : "image/" + (short == "jpg" ? "jpeg" : short)
    }
    // A link instead of an image.
    guard type != "-->", reader.byte() != nil else { return }
    _ = reader.text(encoding)
    tags.take(picture: reader.rest, mediaType: type)
  }

  /// Encoding, a description, the link.
  private static func fillLink(_ tags: inout EmbeddedTags, _ content: ArraySlice<UInt8>) {
    var reader = ByteReader(content)
    guard let encoding = ID3Text(reader.byte()) else { return }
    _ = reader.text(encoding)
    tags.take(link: reader.text(.latin1))
  }
}
