import PinstripeProfile
import PinstripeTags
import TestTools
import Testing

@testable import Pinstripe

/// Pictures for tests, made by the libraries themselves.
enum TestPicture {
  /// Red on the left, blue on the right, green from top to bottom.
  static func pixels(_ width: Int, _ height: Int) -> Pixels {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(width * height * 3)
    for y in 0..<height {
      for x in 0..<width {
        bytes += [x < width / 2 ? 255 : 0, UInt8(y * 255 / height), x < width / 2 ? 0 : 255]
      }
    }
    return Pixels(width: width, height: height, bytes: bytes)
  }

  static func jpeg(_ width: Int, _ height: Int) throws -> [UInt8] {
    try pixels(width, height).jpeg(quality: 90)
  }

  /// What nobody can compress.
  static func noise(_ side: Int) throws -> [UInt8] {
    var random = Random(seed: 5)
    return try Pixels(width: side, height: side, bytes: random.bytes(side * side * 3))
      .jpeg(quality: 90)
  }
}

/// Pictures of strangers, made small enough for players.
struct CoverPictureTests {
  private func limits(
    _ width: Int, _ height: Int, bytes: Int = 1 << 20, _ format: ArtFormat = .jpeg
  ) throws -> CoverLimits {
    var limits = try #require(CoverLimits(ArtRules()))
    (limits.width, limits.height, limits.bytes, limits.format) = (width, height, bytes, format)
    return limits
  }

  private func decoded(_ picture: CoverPicture) throws -> Pixels {
    let header = try #require(PictureHeader(picture.bytes))
    #expect(header.width == picture.width && header.height == picture.height)
    #expect(header.scans == 1, "old players show no progressive JPEG")
    return picture.format == .jpeg
      ? try Pixels(jpeg: picture.bytes, header, atLeast: header.width, header.height)
      : try Pixels(png: picture.bytes, header)
  }

  private func pixel(_ picture: Pixels, _ x: Int, _ y: Int) -> [Int] {
    (0..<3).map { Int(picture.bytes[(y * picture.width + x) * 3 + $0]) }
  }

  @Test(arguments: [ArtFormat.jpeg, .png], [true, false])
  func theyAreScaledAndEncodedAnew(_ format: ArtFormat, isPNG: Bool) throws {
    for (width, height, wanted) in [
      (900, 600, (150, 100)), (600, 900, (66, 100)), (100, 90, (100, 90)), (151, 1, (150, 1)),
      (3, 700, (1, 100)), (1201, 801, (150, 100)), (800, 1201, (66, 100)),
    ] {
      let pixels = TestPicture.pixels(width, height)
      let picture = try CoverPicture(
        isPNG ? pixels.png() : pixels.jpeg(quality: 90), for: limits(150, 100, format))
      #expect((picture.width, picture.height) == wanted, "\(width) × \(height)")
      let made = try decoded(picture)
      guard wanted.0 >= 60, wanted.1 >= 90 else { continue }
      // Red at the left, blue at the right, more green below: it is the picture, the right way up.
      let (left, right) = (pixel(made, 5, 10), pixel(made, wanted.0 - 6, 80))
      #expect(left[0] > 220 && left[2] < 40 && left[1] < 60, "\(left)")
      #expect(right[0] < 40 && right[2] > 220 && right[1] > 170, "\(right)")
    }
  }

  @Test func theMeanOfAnAreaIsExact() {
    let row = Pixels(width: 3, height: 1, bytes: [0, 0, 0, 90, 90, 90, 255, 255, 255])
    // (0 + 45) / 1.5 and (45 + 255) / 1.5.
    #expect(row.scaled(to: 2, 1).bytes == [30, 30, 30, 200, 200, 200])
    let column = Pixels(width: 1, height: 3, bytes: row.bytes)
    #expect(column.scaled(to: 1, 2).bytes == [30, 30, 30, 200, 200, 200])
    #expect(column.scaled(to: 1, 1).bytes == [115, 115, 115])
  }

  @Test func theLimitOfBytesIsKept() throws {
    let noise = try TestPicture.noise(320)
    let picture = try CoverPicture(noise, for: limits(320, 320, bytes: 24_576))
    #expect(picture.bytes.count <= 24_576 && picture.width < 320 && picture.width > 60)
    let tiny = failure { _ = try CoverPicture(noise, for: limits(320, 320, bytes: 100)) }
    #expect(tiny?.code == .doesNotFit)
  }

  /// The promise of a picture that fills all memory is refused before anything is taken for it.
  @Test func whatIsTooLargeIsRefused() throws {
    var png = try TestPicture.pixels(4, 4).png()
    png.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
    let error = failure { _ = try CoverPicture(png, for: limits(100, 100)) }
    #expect(error?.code == .tooLarge && error?.reason.contains("60000 by 60000") == true)
    // 4,096 by 4,097, by its frame header.
    var jpeg = try TestPicture.jpeg(16, 16)
    let frame = try #require(jpeg.firstRange(of: [0xFF, 0xC0])).lowerBound
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x10, 0x01, 0x10, 0x00])
    #expect(failure { _ = try CoverPicture(jpeg, for: limits(100, 100)) }?.code == .tooLarge)
    let scan: [UInt8] = [0xFF, 0xDA, 0, 3, 0]
    var busy = try TestPicture.jpeg(16, 16)
    busy.insert(contentsOf: [[UInt8]](repeating: scan, count: 100).joined(), at: busy.count - 2)
    #expect(failure { _ = try CoverPicture(busy, for: limits(100, 100)) }?.code == .tooLarge)
    let zeros = [UInt8](repeating: 0, count: PictureHeader.maximumBytes + 1)
    #expect(failure { _ = try CoverPicture(zeros, for: limits(100, 100)) }?.code == .tooLarge)
  }

  @Test func whatIsDamagedIsRefused() throws {
    for picture in [try TestPicture.jpeg(64, 64), try TestPicture.pixels(64, 64).png()] {
      // Of a PNG's end mark, 12 bytes, libpng does not care.
      for count in stride(from: 0, to: picture.count - 12, by: 7) {
        let error = failure {
          _ = try CoverPicture(Array(picture.prefix(count)), for: limits(9, 9))
        }
        #expect(error != nil, "\(count) bytes of \(picture.count)")
      }
      // Wherever a bit has fallen over, it is a picture or none, and never the end of the program.
      for offset in picture.indices.dropFirst(2) {
        var wrong = picture
        wrong[offset] ^= 0x55
        _ = failure { _ = try CoverPicture(wrong, for: limits(9, 9)) }
      }
    }
    let text = failure { _ = try CoverPicture(Array("<svg>".utf8), for: limits(9, 9)) }
    #expect(text?.code == .unknown)
  }

  @Test func limitsOfProfiles() {
    var rules = ArtRules()
    #expect(CoverLimits(rules)?.summary == "jpeg 320 320 65536")
    rules.formats = [.gif, .png, .jpeg]
    rules.maximumHeight = 7
    #expect(CoverLimits(rules)?.summary == "png 320 7 65536")
    rules.formats = [.gif, .bmp]
    #expect(CoverLimits(rules) == nil)
  }

  private func failure(_ body: () throws -> Void) -> PictureError? {
    do {
      try body()
      return nil
    } catch {
      return error as? PictureError
    }
  }
}
