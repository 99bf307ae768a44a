/// Builds the tags of id3.org, APEv2 and Lyrics3.
enum Tags {
  static func id3v2(_ size: Int, version: UInt8 = 4, flags: UInt8 = 0) -> [UInt8] {
    let sizes = [21, 14, 7, 0].map { UInt8(size >> $0 & 0x7F) }
    var tag =
      Array("ID3".utf8) + [version, 0, flags] + sizes + [UInt8](repeating: 0x41, count: size)
    if version >= 4, flags & 0x10 != 0 { tag += Array("3DI".utf8) + [version, 0, flags] + sizes }
    return tag
  }

  static func id3v1(enhanced: Bool = false) -> [UInt8] {
    let plain = Array("TAG".utf8) + [UInt8](repeating: 0x20, count: 125)
    return (enhanced ? Array("TAG+".utf8) + [UInt8](repeating: 0x20, count: 223) : []) + plain
  }

  static func ape(_ items: Int, version: UInt32 = 2000) -> [UInt8] {
    func block(_ flags: UInt32) -> [UInt8] {
      let numbers = [version, UInt32(items + 32), 1, flags]
      return Array("APETAGEX".utf8)
        + numbers.flatMap { n in (0..<4).map { UInt8(n >> ($0 * 8) & 255) } }
        + [UInt8](repeating: 0, count: 8)
    }
    let body = [UInt8](repeating: 0x42, count: items)
    return version >= 2000 ? block(0xA000_0000) + body + block(0x8000_0000) : body + block(0)
  }

  static func lyrics1(_ count: Int) -> [UInt8] {
    Array("LYRICSBEGIN".utf8) + [UInt8](repeating: 0x61, count: count) + Array("LYRICSEND".utf8)
  }

  static func lyrics2(_ count: Int) -> [UInt8] {
    let body = Array("LYRICSBEGIN".utf8) + [UInt8](repeating: 0x61, count: count)
    let digits = String(1_000_000 + body.count).dropFirst()
    return body + Array(digits.utf8) + Array("LYRICS200".utf8)
  }
}
