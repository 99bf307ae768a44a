import PinstripeTags
import Testing

/// What a picture says of itself.
struct PictureHeaderTests {
  private static func png(_ width: UInt32, _ height: UInt32) -> [UInt8] {
    func number(_ number: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) }
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + Array("IHDR".utf8)
      + number(width) + number(height) + [8, 2, 0, 0, 0]
  }

  /// SOI, a comment, tables, a frame of 300 by 200, and scans with stuffing and restarts in them.
  private static func jpeg(scans: Int, marker: UInt8 = 0xC0) -> [UInt8] {
    let scan: [UInt8] = [0xFF, 0xDA, 0, 3, 1, 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56]
    return [
      0xFF, 0xD8, 0xFF, 0xFE, 0, 4, 0xFF, 0xC0, 0xFF, 0xC4, 0, 3, 0, 0xFF, 0xFF, marker, 0, 8,
    ]
      + [8, 0, 200, 1, 44, 0] + (0..<scans).flatMap { _ in scan } + [0xFF, 0xD9]
  }

  @Test func sizes() throws {
    let picture = try #require(PictureHeader(Self.png(640, 480)))
    #expect(picture.format == .png && picture.width == 640 && picture.height == 480)
    for marker in [0xC0, 0xC1, 0xC2, 0xC9] as [UInt8] {
      let picture = try #require(PictureHeader(Self.jpeg(scans: 3, marker: marker)))
      #expect(picture.format == .jpeg && picture.width == 300 && picture.height == 200)
      #expect(picture.scans == 3 && picture.hasEnd)
    }
    #expect(PictureHeader(Self.jpeg(scans: 5000))?.scans == 5000)
    #expect(PictureHeader(Self.png(60_000, 60_000))?.width == 60_000)
  }

  @Test func whatIsNone() {
    for bytes in [
      [], [0xFF], Array("GIF89a".utf8), Self.png(0, 1), Self.png(1, 0), Self.png(1, 1 << 31),
      Self.jpeg(scans: 1, marker: 0xC4), [0xFF, 0xD8, 0xFF, 0xD9],
      [0xFF, 0xD8, 0xFF, 0xE0, 0, 0], [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xC0, 0, 8],
    ] {
      #expect(PictureHeader(bytes) == nil, "\(bytes)")
    }
  }

  @Test func truncatedAnywhere() {
    for picture in [Self.png(640, 480), Self.jpeg(scans: 2)] {
      for count in 0..<picture.count {
        let header = PictureHeader(Array(picture.prefix(count)))
        if let header, header.format == .jpeg { #expect(!header.hasEnd, "\(count) bytes") }
      }
    }
  }
}
