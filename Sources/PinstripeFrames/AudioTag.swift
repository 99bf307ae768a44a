/// A tag that stands before, between or behind the frames.
///
/// ```
/// ID3v2      "ID3" version revision flags size(4 × 7 bits) … ["3DI" …]   id3.org ID3v2.4.0 §3.1, §3.4
/// APE        "APETAGEX" version size(LE, items and footer) count flags 0(8), a header or a footer
/// Lyrics3    "LYRICSBEGIN" … "LYRICSEND" (at most 5100 bytes), or … size(6 digits) "LYRICS200"
/// ID3v1      "TAG" … 128 bytes at the end, "TAG+" … 227 bytes before it (enhanced)
/// ```
struct AudioTag {
  /// Bytes that the tag takes, as far as that can be told from its start.
  var length: UInt64

  /// The tag that starts at an index and may stand before the first frame.
  init?(prefixing view: ContentView, at index: Int = 0) {
    if view.has("ID3", at: index) {
      // The size is that of the bytes in the file, after any unsynchronisation, less header and
      // footer. A tag whose version or size has a high bit is none (§3.1).
      guard view.count - index >= 10, view[index + 3] != 0xFF, view[index + 4] != 0xFF else {
        return nil
      }
      let size = view.big32(index + 6)
      guard size & 0x8080_8080 == 0 else { return nil }
      let footer: UInt64 = view[index + 3] >= 4 && view[index + 5] & 0x10 != 0 ? 10 : 0
      length = 10 + Self.number(ofSevenBits: size) + footer
    } else if view.has("APETAGEX", at: index), view.count - index >= 32 {
      // Bit 29 of the flags: this is the header. A footer alone ends a tag.
      let isHeader = view.little32(index + 20) & 0x2000_0000 != 0
      length = 32 + (isHeader ? UInt64(view.little32(index + 12)) : 0)
    } else if view.has("LYRICSBEGIN", at: index) {
      // Its length stands at its end. What follows is no frame, and so becomes a full run anyhow.
      length = 11
    } else {
      return nil
    }
  }

  /// The tag that starts at an index and may stand between or behind frames.
  init?(_ view: ContentView, at index: Int = 0) {
    if let tag = AudioTag(prefixing: view, at: index) {
      self = tag
    } else if view.has("TAG+", at: index) {
      length = 227
    } else if view.has("TAG", at: index) {
      length = 128
    } else if view.has("3DI", at: index) {
      length = 10
    } else {
      return nil
    }
  }

  private static func number(ofSevenBits size: UInt32) -> UInt64 {
    UInt64(
      (size >> 24 & 0x7F) << 21 | (size >> 16 & 0x7F) << 14 | (size >> 8 & 0x7F) << 7
        | size & 0x7F)
  }

  /// The index in the view where the tags at the content's end begin, 0 when it is before the view;
  /// nil when there are none, or the content's end is not in view.
  static func trailing(in view: ContentView) -> Int? {
    guard view.isEnd else { return nil }
    var end = view.count
    // One of each kind is the most that makes sense; the cap is there for the others.
    for _ in 0..<8 {
      guard let start = trailing(in: view, endingAt: end), start < end else { break }
      if start <= 0 { return 0 }
      end = start
    }
    return end < view.count ? end : nil
  }

  private static func trailing(in view: ContentView, endingAt end: Int) -> Int? {
    if view.has("TAG", at: end - 128) {
      return view.has("TAG+", at: end - 355) ? end - 355 : end - 128
    }
    if view.has("APETAGEX", at: end - 32) {
      let hasHeader = view.little32(end - 12) & 0x8000_0000 != 0
      return end - max(32, Int(view.little32(end - 20))) - (hasHeader ? 32 : 0)
    }
    if view.has("3DI", at: end - 10) {
      return end - 20 - Int(number(ofSevenBits: view.big32(end - 4)))
    }
    if view.has("LYRICS200", at: end - 9) {
      var size = 0
      for index in end - 15..<end - 9 {
        guard case 0x30...0x39 = view[index] else { return nil }
        size = size * 10 + Int(view[index] - 0x30)
      }
      return end - 15 - size
    }
    if view.has("LYRICSEND", at: end - 9) {
      return stride(from: end - 20, through: max(0, end - 5120), by: -1)
        .first { view.has("LYRICSBEGIN", at: $0) } ?? 0
    }
    return nil
  }
}
