// Vorbis comments (xiph.org, "Ogg Vorbis I format specification: comment field"), little-endian:
//
//   length, vendor; number of comments; for each: length, "KEY=value" in UTF-8
//
// FLAC picture (RFC 9639 §8.8), big-endian:
//
//   kind; length, media type; length, description; width, height, depth, colours; length, image
enum VorbisComments {
  /// Takes what the comments say.
  static func fill(_ tags: inout EmbeddedTags, _ bytes: some Collection<UInt8>) {
    var reader = ByteReader(bytes)
    guard let vendor = reader.littleEndian(4), reader.bytes(vendor) != nil,
      let count = reader.littleEndian(4)
    else { return }
    var artists: [String] = []
    // A comment takes at least four bytes, so this ends with them.
    for _ in 0..<count {
      guard let length = reader.littleEndian(4), let comment = reader.bytes(length) else { break }
      guard let sign = comment.firstIndex(of: UInt8(ascii: "=")), sign - comment.startIndex <= 64
      else { continue }
      let key = String(decoding: comment[..<sign], as: UTF8.self).uppercased()
      let value = comment[(sign + 1)...]
      let text = { String(decoding: value, as: UTF8.self) }
      switch key {
      case "TITLE": tags.take(text(), as: \.title)
      case "ARTIST": if artists.count < 64, !value.isEmpty { artists.append(text()) }
      case "ALBUM": tags.take(text(), as: \.album)
      case "LYRICS", "UNSYNCEDLYRICS": tags.take(text(), as: \.lyrics)
      case "URL", "WEBSITE", "WWW": tags.take(link: text())
      case "METADATA_BLOCK_PICTURE":
        if let picture = Base64.decode(value) { fillPicture(&tags, picture) }
      default: continue
      }
    }
    tags.take(artists.joined(separator: " / "), as: \.artist)
  }

  /// Takes a FLAC picture.
  static func fillPicture(_ tags: inout EmbeddedTags, _ bytes: some Collection<UInt8>) {
    var reader = ByteReader(bytes)
    guard reader.bytes(4) != nil, let typeLength = reader.bigEndian(4),
      let type = reader.bytes(typeLength), let description = reader.bigEndian(4),
      reader.bytes(description) != nil, reader.bytes(16) != nil, let size = reader.bigEndian(4),
      let image = reader.bytes(size), !type.elementsEqual("-->".utf8)
    else { return }
    tags.take(picture: image, mediaType: String(decoding: type, as: UTF8.self))
  }
}

/// RFC 4648 §4, without line breaks.
enum Base64 {
  static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var digits = text
    while digits.last == UInt8(ascii: "="), text.count - digits.count < 2 { digits.removeLast() }
    guard digits.count % 4 != 1 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3 + 2)
    var held: UInt32 = 0
    var bits: UInt32 = 0
    for digit in digits {
      guard let value = value(of: digit) else { return nil }
      held = held << 6 | value
      bits += 6
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: held >> bits))
        held &= 1 << bits - 1
      }
    }
    return bytes
  }

  private static func value(of digit: UInt8) -> UInt32? {
    switch digit {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
