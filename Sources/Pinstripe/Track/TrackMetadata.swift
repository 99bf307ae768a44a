// Metadata, TrackFormat.md: fields of
//
//   offset  size  field
//        0     2  number
//        2     2  zero
//        4     4  length n
//        8     n  value

/// What a track says of its work; encrypted in the track.
public struct TrackMetadata: Sendable, Equatable {
  /// Title of the work.
  public var title: String?
  /// Performer or author.
  public var artist: String?
  /// Album or collection.
  public var album: String?
  /// The source file's name, without folders.
  public var sourceName: String?
  /// SHA-256 of the content, 32 bytes, by which a track is known as the copy of a file.
  public var contentDigest: [UInt8]?
  /// The other fields, as they are stored: ``lyrics``, ``pictures``, ``links``, ``freeFields``, and those
  /// that this version does not know.
  public var others: [Field] = []

  /// A field as it is stored.
  public struct Field: Sendable, Equatable {
    /// The number, TrackFormat.md.
    public var number: UInt16
    /// The value's bytes.
    public var value: [UInt8]

    /// Creates a field.
    public init(number: UInt16, value: [UInt8]) {
      self.number = number
      self.value = value
    }
  }

  /// The most bytes that all fields may have together: 16 MiB.
  public static let maximumSize = 16 << 20

  /// Creates metadata without any field.
  public init() {}
}

extension TrackMetadata {
  enum Number {
    static let title: UInt16 = 1
    static let artist: UInt16 = 2
    static let album: UInt16 = 3
    static let lyrics: UInt16 = 4
    static let picture: UInt16 = 5
    static let link: UInt16 = 6
    static let free: UInt16 = 7
    static let sourceName: UInt16 = 16
    static let contentDigest: UInt16 = 17
  }

  /// The stored form.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/usage`` beyond
  ///   ``maximumSize``.
  public func encoded() throws(PinstripeError) -> [UInt8] {
    var bytes: [UInt8] = []
    func append(_ number: UInt16, _ value: [UInt8]?) {
      guard let value else { return }
      bytes += [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8), 0, 0]
      let length = UInt32(clamping: value.count)
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
      bytes += value
    }
    append(Number.title, title.map { Array($0.utf8) })
    append(Number.artist, artist.map { Array($0.utf8) })
    append(Number.album, album.map { Array($0.utf8) })
    append(Number.sourceName, sourceName.map { Array($0.utf8) })
    append(Number.contentDigest, contentDigest)
    for field in others { append(field.number, field.value) }
    guard bytes.count <= Self.maximumSize else {
      throw PinstripeError(
        .usage, "The track's metadata is larger than 16 MiB; leave pictures or lyrics out.")
    }
    return bytes
  }

  /// Reads the stored form.
  ///
  /// As TrackFormat.md has it, a text that is not UTF-8 comes with replacement characters, and a
  /// picture or free field without its zero is left out: both are for people only.
  ///
  /// - Returns: nil when the bytes are not fields from start to end, one occurs twice that may not, or
  ///   a digest has not 32 bytes.
  public init?(decoding bytes: [UInt8]) {
    var offset = 0
    while offset < bytes.count {
      guard bytes.count - offset >= 8, bytes[offset + 2] == 0, bytes[offset + 3] == 0
      else { return nil }
      let number = UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
      let length = (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 + $1]) << (8 * $1) }
      offset += 8
      guard length <= bytes.count - offset else { return nil }
      guard take(number, Array(bytes[offset..<offset + length])) else { return nil }
      offset += length
    }
  }

  private mutating func take(_ number: UInt16, _ value: [UInt8]) -> Bool {
    func set(_ text: inout String?) -> Bool {
      guard text == nil else { return false }
      text = String(decoding: value, as: UTF8.self)
      return true
    }
    switch number {
    case Number.title: return set(&title)
    case Number.artist: return set(&artist)
    case Number.album: return set(&album)
    case Number.sourceName: return set(&sourceName)
    case Number.contentDigest:
      guard contentDigest == nil, value.count == 32 else { return false }
      contentDigest = value
      return true
    case Number.lyrics where others.contains { $0.number == number }: return false
    case Number.picture where !value.contains(0), Number.free where !value.contains(0): return true
    default:
      others.append(Field(number: number, value: value))
      return true
    }
  }
}
