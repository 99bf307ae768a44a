/// The header of an Ogg page (RFC 3533 §6).
///
/// ```
/// 0 "OggS"  4 version 0  5 flags: 1 continued, 2 first, 4 last  6 granule position (8)
/// 14 serial number  18 page number  22 CRC  26 segments  27 lacing values
/// ```
struct OggPage {
  let isContinued: Bool
  let isFirst: Bool
  let isLast: Bool
  let serial: UInt32
  /// Bytes of the header.
  let headerLength: Int
  /// Bytes of all segments, at most 255 × 255.
  let bodyLength: Int

  /// Reads a header, nil when the bytes are none.
  init?(_ view: ContentView, at index: Int = 0) {
    guard view.has("OggS", at: index), view[index + 4] == 0, view[index + 5] & 0xF8 == 0 else {
      return nil
    }
    let segments = Int(view[index + 26])
    guard view.count - index >= 27 + segments else { return nil }
    isContinued = view[index + 5] & 1 != 0
    isFirst = view[index + 5] & 2 != 0
    isLast = view[index + 5] & 4 != 0
    serial = view.little32(index + 14)
    headerLength = 27 + segments
    var length = 0
    for segment in 0..<segments { length += Int(view[index + 27 + segment]) }
    bodyLength = length
  }

  /// The codec of the first page's packet in view.
  func codec(_ view: ContentView, at index: Int = 0) -> ContentCodec {
    ContentCodec(oggPacket: view, at: index + headerLength)
  }
}

extension ContentCodec {
  /// The codec that a stream's first packet names (Vorbis I §4.2.1, RFC 7845 §5.1, RFC 9639 §10.1).
  init(oggPacket view: ContentView, at index: Int) {
    if view[index] == 1, view.has("vorbis", at: index + 1) {
      self = .vorbis
    } else if view.has("OpusHead", at: index) {
      self = .opus
    } else if view[index] == 0x7F, view.has("FLAC", at: index + 1) {
      self = .flac
    } else {
      self = .other
    }
  }
}
