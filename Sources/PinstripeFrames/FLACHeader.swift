/// The header of a FLAC frame (RFC 9639 §9.1).
///
/// ```
/// 15 sync  1 variable block size  4 block size  4 sample rate  4 channels  3 sample size  1 zero
/// 1-7 bytes frame or sample number  0-2 bytes block size  0-2 bytes sample rate  1 byte CRC-8
/// ```
struct FLACHeader {
  /// The longest header there is.
  static let longest = 16

  /// Bytes that the frame has when nothing in it is compressed, generously.
  let most: UInt64

  /// Reads a header with a right CRC, nil when the bytes are none.
  ///
  /// Numbers are not compared with those of the frame before: one byte sequence in some 10^7 passes
  /// by chance and costs one head, while a rule about numbers would miss true frames in a stream
  /// that was cut.
  init?(_ view: ContentView, at index: Int) {
    guard view[index] == 0xFF, view[index + 1] & 0xFE == 0xF8 else { return nil }
    let blockSizeCode = Int(view[index + 2] >> 4)
    let sampleRateCode = view[index + 2] & 15
    let channelCode = Int(view[index + 3] >> 4)
    let sampleSizeCode = Int(view[index + 3] >> 1 & 7)
    guard blockSizeCode != 0, sampleRateCode != 15, channelCode <= 10, sampleSizeCode != 3,
      view[index + 3] & 1 == 0, let number = Self.numberLength(view[index + 4])
    else { return nil }

    var end = index + 4 + number
    // §9.1.1 to §9.1.3.
    let blockSize: Int
    switch blockSizeCode {
    case 1: blockSize = 192
    case 2...5: blockSize = 144 << blockSizeCode
    case 6:
      blockSize = Int(view[end]) + 1
      end += 1
    case 7:
      blockSize = Int(view[end]) << 8 + Int(view[end + 1]) + 1
      end += 2
    default: blockSize = 1 << blockSizeCode
    }
    end += sampleRateCode == 12 ? 1 : sampleRateCode >= 13 ? 2 : 0
    guard end < view.count, Self.crc(view, index..<end) == view[end] else { return nil }

    let channels = channelCode < 8 ? channelCode + 1 : 2
    let bits = [32, 8, 12, 32, 16, 20, 24, 32][sampleSizeCode]
    // A side channel has one bit more; each subframe has a header, the frame a CRC-16.
    most = UInt64(Self.longest + channels * (blockSize * (bits + 1) / 8 + 8) + 2)
  }

  /// Bytes of a number in the coding of RFC 9639 §9.1.5; nil when it is none.
  private static func numberLength(_ first: UInt8) -> Int? {
    let ones = (~first).leadingZeroBitCount
    return ones == 0 ? 1 : (2...7).contains(ones) ? ones : nil
  }

  /// §9.1.8: x^8 + x^2 + x + 1 from zero.
  private static func crc(_ view: ContentView, _ range: Range<Int>) -> UInt8 {
    var crc: UInt8 = 0
    for index in range {
      crc ^= view[index]
      for _ in 0..<8 { crc = crc & 0x80 != 0 ? crc << 1 ^ 7 : crc << 1 }
    }
    return crc
  }
}
