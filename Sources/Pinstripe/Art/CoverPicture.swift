public import PinstripeProfile
import PinstripeTags

/// A picture as a player gets it.
public struct CoverPicture: Sendable, Equatable {
  /// The image file.
  public let bytes: [UInt8]
  /// Pixels.
  public let width: Int
  /// Pixels.
  public let height: Int
  /// Its format.
  public let format: ArtFormat
}

/// Why a picture cannot be used.
public struct PictureError: Error, Equatable, Sendable {
  /// The kinds.
  public enum Code: Sendable {
    /// It is neither JPEG nor PNG.
    case unknown
    /// It has more pixels, bytes or scans than are taken from a stranger.
    case tooLarge
    /// It ends early, or contradicts itself.
    case damaged
    /// However small and coarse it is made, the player has no room for it.
    case doesNotFit
  }

  /// What happened.
  public let code: Code
  /// Why, as a clause.
  public let reason: String
}

extension CoverPicture {
  /// Makes a picture that a player takes.
  ///
  /// It is always encoded anew: baseline, because old players show no progressive JPEG, and without what
  /// cameras and programs add, which is nobody's business.
  ///
  /// - Parameter source: A JPEG or PNG file, from anybody.
  /// - Throws: ``PictureError``. Nothing is decoded of what has too many pixels.
  public init(_ source: [UInt8], for limits: CoverLimits) throws(PictureError) {
    let header = try PictureHeader.checked(source)
    var (width, height) = limits.size(of: header.width, header.height)
    let image =
      switch header.format {
      case .jpeg: try Pixels(jpeg: source, header, atLeast: width, height)
      case .png: try Pixels(png: source, header)
      }
    while true {
      let small = image.scaled(to: width, height)
      for quality in Self.qualities(limits.format) {
        let bytes = try small.encoded(limits.format, quality: quality)
        guard bytes.count > limits.bytes else {
          (self.bytes, self.width, self.height, format) = (bytes, width, height, limits.format)
          return
        }
      }
      guard max(width, height) > Self.smallest else {
        throw PictureError(
          code: .doesNotFit, reason: "the player takes no more than \(limits.bytes) bytes")
      }
      (width, height) = (max(1, width * 3 / 4), max(1, height * 3 / 4))
    }
  }

  /// Below this nobody sees anything in it.
  private static let smallest = 32

  /// JPEG's qualities, of which the first is used whose result fits; PNG has none.
  private static func qualities(_ format: ArtFormat) -> [Int32] {
    format == .jpeg ? [85, 75, 60, 45] : [0]
  }
}

extension Pixels {
  fileprivate func encoded(
    _ format: ArtFormat, quality: Int32
  ) throws(PictureError) -> [UInt8] {
    switch format {
    case .jpeg: return try jpeg(quality: quality)
    case .png: return try png()
    // No player shows these alone; ``CoverLimits`` never chooses them.
    case .bmp, .gif: throw PictureError(code: .unknown, reason: "nobody here writes \(format)")
    }
  }
}

extension PictureHeader {
  /// The most pixels that are decoded, 48 MiB of memory; 60,000 by 60,000 would take 11 GB.
  static let maximumPixels = 1 << 24
  /// The most bytes of a picture's file.
  static let maximumBytes = EmbeddedTags.maximumPictureBytes
  /// The most scans of a JPEG; encoders make about ten.
  static let maximumScans = 64

  /// Reads a header, and refuses what would take too much to decode.
  static func checked(_ bytes: [UInt8]) throws(PictureError) -> PictureHeader {
    guard bytes.count <= maximumBytes else {
      throw PictureError(
        code: .tooLarge, reason: "it has more than \(maximumBytes >> 20) MiB")
    }
    guard let header = PictureHeader(bytes) else {
      throw PictureError(code: .unknown, reason: "it is neither JPEG nor PNG")
    }
    // 31 bits each at most, so the product fits into 64.
    guard header.width * header.height <= maximumPixels else {
      throw PictureError(
        code: .tooLarge,
        reason: "it has \(header.width) by \(header.height) pixels; \(maximumPixels) are the most")
    }
    guard header.scans <= maximumScans else {
      throw PictureError(
        code: .tooLarge, reason: "it has \(header.scans) scans; \(maximumScans) are the most")
    }
    guard header.hasEnd else { throw PictureError(code: .damaged, reason: "it has no end") }
    return header
  }
}

extension PictureError {
  /// It cannot be decoded.
  static let damaged = PictureError(code: .damaged, reason: "it is damaged")
  /// The system has no memory for it.
  static let noMemory = PictureError(code: .tooLarge, reason: "there is no memory for it")
}
