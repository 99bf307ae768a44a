import TestTools

/// Builds FLAC frames from the fields of RFC 9639 §9.1.
struct FLACFrame {
  var isVariable = false
  var blockSizeCode = 12
  var sampleRateCode = 9
  var channelCode = 8
  var sampleSizeCode = 4
  var number: UInt64 = 0
  var length = 500
  var isDamaged = false

  func bytes(_ random: inout Random) -> [UInt8] {
    var header: [UInt8] = [
      0xFF, isVariable ? 0xF9 : 0xF8, UInt8(blockSizeCode << 4 | sampleRateCode),
      UInt8(channelCode << 4 | sampleSizeCode << 1),
    ]
    header += Self.coded(number)
    if blockSizeCode == 6 { header += [99] }
    if blockSizeCode == 7 { header += [0x0F, 0xFF] }
    if sampleRateCode == 12 { header += [44] }
    if sampleRateCode > 12 { header += [0xAC, 0x44] }
    header.append(Self.crc(header) ^ (isDamaged ? 1 : 0))
    return header + random.quietBytes(max(0, length - header.count))
  }

  /// UTF-8 carried on to 36 bits.
  static func coded(_ number: UInt64) -> [UInt8] {
    if number < 0x80 { return [UInt8(number)] }
    var count = 2
    while number >> UInt64(5 * count + 1) != 0 { count += 1 }
    return (0..<count).map { index in
      let bits = UInt8(number >> UInt64(6 * (count - 1 - index)) & 0x3F)
      return index > 0 ? 0x80 | bits : UInt8(truncatingIfNeeded: 0xFF00 >> count) | bits
    }
  }

  /// The remainder of a division, bit by bit.
  static func crc(_ bytes: [UInt8]) -> UInt8 {
    var remainder: UInt16 = 0
    for byte in bytes + [0] {
      for bit in (0..<8).reversed() {
        remainder = remainder << 1 | UInt16(byte >> bit & 1)
        if remainder & 0x100 != 0 { remainder ^= 0x107 }
      }
    }
    return UInt8(remainder)
  }

  /// The marker, STREAMINFO and blocks of other types.
  static func head(longest: Int = 0, blocks: [Int] = []) -> [UInt8] {
    var info = [UInt8](repeating: 0, count: 34)
    info.replaceSubrange(0..<4, with: [0x10, 0, 0x10, 0])
    info.replaceSubrange(
      7..<10, with: [longest >> 16, longest >> 8, longest].map { UInt8($0 & 255) })
    info.replaceSubrange(10..<14, with: [0x0A, 0xC4, 0x42, 0xF0])
    func block(_ type: UInt8, _ body: [UInt8], last: Bool) -> [UInt8] {
      [type | (last ? 0x80 : 0)] + [16, 8, 0].map { UInt8(body.count >> $0 & 255) } + body
    }
    var head = Array("fLaC".utf8) + block(0, info, last: blocks.isEmpty)
    for (index, count) in blocks.enumerated() {
      // A picture may hold anything, even a header.
      let body = [UInt8](repeating: 0xFF, count: count)
      head += block(6, body, last: index == blocks.count - 1)
    }
    return head
  }
}

extension Built {
  /// A frame; FLAC's are striped runs however short, because their length is not told.
  mutating func flac(_ frame: FLACFrame) {
    starts.append("S \(bytes.count)")
    bytes += frame.bytes(&random)
  }
}
