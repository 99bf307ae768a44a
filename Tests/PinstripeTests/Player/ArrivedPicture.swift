import PinstripeProfile
import PinstripeTags
import Testing

@testable import Pinstripe

/// A picture that is on a player, held against the player's profile and the picture that it is made of.
struct ArrivedPicture {
  /// Its format and size.
  let summary: String

  init(_ bytes: [UInt8], of cover: Cover, _ art: ArtRules) throws {
    let header = try #require(PictureHeader(bytes), "\(cover.place)")
    let source = try #require(cover.source, "\(cover.place)")
    let format: ArtFormat = header.format == .jpeg ? .jpeg : .png
    #expect((art.formats ?? [.jpeg]).contains(format), "\(cover.place)")
    let widest = art.maximumWidth ?? CoverLimits.careful.side
    let highest = art.maximumHeight ?? CoverLimits.careful.side
    #expect(header.width <= min(widest, source.width), "\(cover.place)")
    #expect(header.height <= min(highest, source.height), "\(cover.place)")
    // Each step towards the limits rounds down; none squeezes.
    let skew = header.width * source.height - header.height * source.width
    #expect(abs(skew) <= 4 * max(source.width, source.height), "\(cover.place)")
    #expect(bytes.count <= art.maximumBytes ?? CoverLimits.careful.bytes, "\(cover.place)")
    #expect(header.scans == 1, "old players show no progressive JPEG")
    switch header.format {
    case .jpeg: _ = try Pixels(jpeg: bytes, header, atLeast: header.width, header.height)
    case .png: _ = try Pixels(png: bytes, header)
    }
    let limits = try #require(cover.limits)
    #expect(try CoverPicture(source.load(), for: limits).bytes == bytes, "it is another picture")
    summary = "\(format.rawValue) \(header.width) × \(header.height)"
  }
}
