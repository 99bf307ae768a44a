/// What a JPEG or PNG file says of itself, read before anything of it is decoded: the file is a stranger's,
/// and a few bytes may promise a picture that fills all memory.
public struct PictureHeader: Equatable, Sendable {
  /// The formats that covers come in.
  public enum Format: Sendable {
    /// JPEG (ITU-T T.81).
    case jpeg
    /// PNG (W3C PNG, third edition).
    case png
  }

  /// The format.
  public let format: Format
  /// Pixels, from 1 on.
  public let width: Int
  /// Pixels, from 1 on.
  public let height: Int
  /// How many times a decoder goes over the picture: one that says thousands is meant to keep it busy.
  public let scans: Int
  /// Whether a JPEG has its end; a decoder makes up what is missing of one that has not.
  public let hasEnd: Bool

  /// Reads a picture's header.
  ///
  /// - Returns: nil for what is neither, or says no size.
  public init?(_ bytes: [UInt8]) {
    if bytes.starts(with: Self.signature) {
      var reader = ByteReader(bytes.dropFirst(8))
      guard reader.bigEndian(4) == 13, reader.bytes(4)?.elementsEqual("IHDR".utf8) == true,
        let width = reader.bigEndian(4), let height = reader.bigEndian(4),
        // PNG, 11.2.1: at most 2³¹ − 1.
        (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height)
      else { return nil }
      self.init(format: .png, width: width, height: height, scans: 1, hasEnd: true)
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self.init(jpeg: ByteReader(bytes.dropFirst(2)))
    } else {
      return nil
    }
  }

  private init(format: Format, width: Int, height: Int, scans: Int, hasEnd: Bool) {
    self.format = format
    self.width = width
    self.height = height
    self.scans = scans
    self.hasEnd = hasEnd
  }

  /// Goes from marker to marker (ITU-T T.81, B.1.1), and takes the size of the first frame.
  private init?(jpeg bytes: ByteReader) {
    var reader = bytes
    var size: (width: Int, height: Int)?
    var scans = 0
    var hasEnd = false
    // Entropy-coded bytes are between the markers; FF 00 is one of them, and FF FF fills.
    while reader.skip(behind: 0xFF) {
      var marker = reader.byte()
      while marker == 0xFF { marker = reader.byte() }
      guard let marker else { break }
      if marker == 0xD9 {
        hasEnd = true
        break
      }
      // These have no length: stuffing, TEM, RST, SOI.
      guard marker != 0, marker != 0x01, !(0xD0...0xD8).contains(marker) else { continue }
      guard let length = reader.bigEndian(2), let segment = reader.bytes(length - 2) else { break }
      if marker == 0xDA { scans += 1 }
      // C4, C8 and CC are tables and extensions; the others begin a frame.
      guard size == nil, (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker)
      else { continue }
      var frame = ByteReader(segment.dropFirst())
      guard let height = frame.bigEndian(2), let width = frame.bigEndian(2), width > 0, height > 0
      else { return nil }
      size = (width, height)
    }
    guard let size else { return nil }
    self.init(format: .jpeg, width: size.width, height: size.height, scans: scans, hasEnd: hasEnd)
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
}
