// MP4 (ISO/IEC 14496-12), big-endian: boxes of
//
//   0  4  size with this head; 1: the 8 bytes behind the type are it; 0: to the end   4  4  type
//
// moov / udta / meta / ilst holds an item for each tag, as '©nam', whose box 'data' has
//
//   0  4  kind of value: 1 UTF-8, 13 JPEG, 14 PNG   4  4  locale   8  value
extension EmbeddedTags {
  private static var maximumBoxes: Int { 4096 }

  private struct Box {
    let type: String
    /// Where its content starts and ends in the file.
    let start: UInt64
    let end: UInt64
  }

  /// Takes what the first `ilst` says.
  static func fillMP4<Failure: Error>(
    _ tags: inout EmbeddedTags, length: UInt64, _ read: (UInt64, Int) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    var box = Box(type: "", start: 0, end: length)
    for type in ["moov", "udta", "meta", "ilst"] {
      guard var inner = try find(type, in: box, read) else { return }
      if type == "meta" {
        // A full box, with four bytes of version and flags; QuickTime's is none.
        let head = try read(inner.start, 8)
        guard head.count == 8 else { return }
        if Array(head[4...]) != Array("hdlr".utf8) {
          inner = Box(type: type, start: inner.start + 4, end: inner.end)
        }
      }
      box = inner
    }
    guard box.end >= box.start else { return }
    let size = Int(min(box.end - box.start, UInt64(maximumSize)))
    fillItems(&tags, try read(box.start, size))
  }

  private static func find<Failure: Error>(
    _ type: String, in parent: Box, _ read: (UInt64, Int) throws(Failure) -> [UInt8]
  ) throws(Failure) -> Box? {
    var offset = parent.start
    for _ in 0..<maximumBoxes {
      guard offset < parent.end, parent.end - offset >= 8 else { return nil }
      let head = try read(offset, 16)
      guard head.count >= 8 else { return nil }
      func number(_ start: Int, _ count: Int) -> UInt64 {
        head[start..<start + count].reduce(0) { $0 << 8 | UInt64($1) }
      }
      var size = number(0, 4)
      var headSize: UInt64 = 8
      if size == 1 {
        guard head.count == 16 else { return nil }
        size = number(8, 8)
        headSize = 16
      } else if size == 0 {
        size = parent.end - offset
      }
      guard size >= headSize, size <= parent.end - offset else { return nil }
      if head[4..<8].elementsEqual(type.utf8) {
        return Box(type: type, start: offset + headSize, end: offset + size)
      }
      offset += size
    }
    return nil
  }

  private static func fillItems(_ tags: inout EmbeddedTags, _ list: [UInt8]) {
    var items = ByteReader(list)
    while let (type, content) = nextBox(&items) {
      var parts = ByteReader(content)
      var texts: [String] = []
      while let (name, data) = nextBox(&parts) {
        var value = ByteReader(data)
        guard name.elementsEqual("data".utf8), let kind = value.bigEndian(4),
          value.bytes(4) != nil
        else { continue }
        if type.elementsEqual("covr".utf8) {
          let types = [13: "image/jpeg", 14: "image/png", 27: "image/bmp"]
          tags.take(picture: value.rest, mediaType: types[kind] ?? "")
        } else if kind == 1, !value.rest.isEmpty, texts.count < 64 {
          texts.append(String(decoding: value.rest, as: UTF8.self))
        }
      }
      let text = texts.joined(separator: " / ")
      // The first byte of '©nam' is Latin-1's ©.
      switch Array(type) {
      case [0xA9] + Array("nam".utf8): tags.take(text, as: \.title)
      case [0xA9] + Array("ART".utf8): tags.take(text, as: \.artist)
      case [0xA9] + Array("alb".utf8): tags.take(text, as: \.album)
      case [0xA9] + Array("lyr".utf8): tags.take(text, as: \.lyrics)
      case [0xA9] + Array("url".utf8): tags.take(link: text)
      default: continue
      }
    }
  }

  /// The next box of those in memory; nil at the end, or at what is none.
  private static func nextBox(
    _ reader: inout ByteReader
  ) -> (type: ArraySlice<UInt8>, content: ArraySlice<UInt8>)? {
    guard let size = reader.bigEndian(4), size >= 8, let type = reader.bytes(4),
      let content = reader.bytes(size - 8)
    else { return nil }
    return (type, content)
  }
}
