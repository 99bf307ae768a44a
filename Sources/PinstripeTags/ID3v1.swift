// ID3v1, the last 128 bytes of a file: "TAG", then title, artist and album of 30 bytes each, padded with
// zeros or spaces.
struct ID3v1 {
  private let bytes: [UInt8]

  init?(_ bytes: [UInt8]) {
    guard bytes.count == 128, bytes.starts(with: Array("TAG".utf8)) else { return nil }
    self.bytes = bytes
  }

  /// Takes what no better tag said.
  func fill(_ tags: inout EmbeddedTags) {
    tags.take(text(at: 3), as: \.title)
    tags.take(text(at: 33), as: \.artist)
    tags.take(text(at: 63), as: \.album)
  }

  private func text(at offset: Int) -> String {
    var field = bytes[offset..<offset + 30].prefix { $0 != 0 }
    while field.last == 0x20 { field.removeLast() }
    return ID3Text.latin1.string(field)
  }
}
