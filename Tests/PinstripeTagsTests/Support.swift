import PinstripeTags

/// Builds the containers of tags, after the documents of their formats.
enum Build {
  static func big(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
  }

  static func little(_ number: Int, _ count: Int) -> [UInt8] { big(number, count).reversed() }

  static func synchsafe(_ number: Int) -> [UInt8] {
    (0..<4).map { UInt8(number >> (7 * (3 - $0)) & 0x7F) }
  }

  /// An ID3v2 tag with what is in front of and behind it.
  static func id3(
    _ version: UInt8, _ frames: [UInt8], flags: UInt8 = 0, padding: Int = 20
  ) -> [UInt8] {
    let body = frames + [UInt8](repeating: 0, count: padding)
    return Array("ID3".utf8) + [version, 0, flags] + synchsafe(body.count) + body
  }

  static func frame(
    _ id: String, _ content: [UInt8], version: UInt8, format: UInt8 = 0
  ) -> [UInt8] {
    switch version {
    case 2: Array(id.utf8) + big(content.count, 3) + content
    case 3: Array(id.utf8) + big(content.count, 4) + [0, format] + content
    default: Array(id.utf8) + synchsafe(content.count) + [0, format] + content
    }
  }

  /// A zero behind each FF that what follows would be taken for.
  static func unsynchronised(_ bytes: [UInt8]) -> [UInt8] {
    bytes.enumerated().flatMap { index, byte -> [UInt8] in
      guard byte == 0xFF else { return [byte] }
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      return next == 0 || next >= 0xE0 ? [0xFF, 0] : [0xFF]
    }
  }

  static func utf16(_ text: String, mark: Bool = true, big: Bool = false) -> [UInt8] {
    let units = (mark ? [0xFEFF] : []) + Array(text.utf16)
    return units.flatMap { unit in
      let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
      return big ? pair : pair.reversed()
    }
  }

  static func comments(_ pairs: [String], vendor: String = "v") -> [UInt8] {
    little(vendor.utf8.count, 4) + Array(vendor.utf8) + little(pairs.count, 4)
      + pairs.flatMap { little($0.utf8.count, 4) + Array($0.utf8) }
  }

  static func flacPicture(_ image: [UInt8], type: String = "image/png") -> [UInt8] {
    big(3, 4) + big(type.utf8.count, 4) + Array(type.utf8) + big(1, 4) + [0x64]
      + [UInt8](repeating: 0, count: 16) + big(image.count, 4) + image
  }

  static func flac(_ blocks: [(UInt8, [UInt8])]) -> [UInt8] {
    Array("fLaC".utf8)
      + blocks.enumerated().flatMap { index, block in
        [block.0 | (index == blocks.count - 1 ? 0x80 : 0)] + big(block.1.count, 3) + block.1
      }
  }

  /// Pages of at most so many segments.
  static func ogg(_ packets: [[UInt8]], serial: Int = 7, segments most: Int = 255) -> [UInt8] {
    var lacing: [UInt8] = []
    for packet in packets {
      lacing += [UInt8](repeating: 255, count: packet.count / 255) + [UInt8(packet.count % 255)]
    }
    var body = packets.flatMap { $0 }[...]
    var bytes: [UInt8] = []
    while !lacing.isEmpty {
      let part = lacing.prefix(most)
      let size = part.reduce(0) { $0 + Int($1) }
      bytes +=
        Array("OggS".utf8) + [0, 0] + [UInt8](repeating: 0, count: 8) + little(serial, 4)
        + [UInt8](repeating: 0, count: 8) + [UInt8(part.count)] + part + body.prefix(size)
      body = body.dropFirst(size)
      lacing.removeFirst(part.count)
    }
    return bytes
  }

  static func box(_ type: [UInt8], _ content: [UInt8]) -> [UInt8] {
    big(8 + content.count, 4) + type + content
  }

  static func box(_ type: String, _ content: [UInt8]) -> [UInt8] { box(Array(type.utf8), content) }

  static func item(_ type: [UInt8], kind: Int, _ value: [UInt8]) -> [UInt8] {
    box(type, box("data", big(kind, 4) + big(0, 4) + value))
  }

  static func mp4(_ items: [UInt8], full: Bool = true, moovLast: Bool = false) -> [UInt8] {
    let handler = box("hdlr", [UInt8](repeating: 0, count: 24))
    let meta = box("meta", (full ? [0, 0, 0, 0] : []) + handler + box("ilst", items))
    let movie = box("moov", box("mvhd", [1, 2]) + box("udta", meta))
    let media = box("mdat", [UInt8](repeating: 9, count: 300))
    return box("ftyp", Array("M4A ".utf8)) + (moovLast ? media + movie : movie + media)
  }

  static func id3v1(_ title: String, _ artist: String, _ album: String) -> [UInt8] {
    func field(_ text: String) -> [UInt8] {
      let bytes = Array(text.utf8.prefix(30))
      return bytes + [UInt8](repeating: 0x20, count: 30 - bytes.count)
    }
    return Array("TAG".utf8) + field(title) + field(artist) + field(album)
      + [UInt8](repeating: 0, count: 35)
  }
}

/// Reads tags of bytes in memory, and refuses what a reader must not ask.
func tags(of bytes: [UInt8]) -> EmbeddedTags {
  EmbeddedTags.read(length: UInt64(bytes.count)) { offset, count in
    precondition(count >= 0 && count <= EmbeddedTags.maximumSize, "asks for \(count) bytes")
    guard offset < UInt64(bytes.count) else { return [] }
    return Array(bytes[Int(offset)...].prefix(count))
  }
}
