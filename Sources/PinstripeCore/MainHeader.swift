// Main header, 128 bytes, little-endian. Everything not named is zero or the track is refused.
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'T' 0D 0A 1A 0A
//        8     2  major version, 1
//       10     2  minor version
//       12     2  cipher suite
//       14     2  number of key slots, 0 to 16
//       16     2  number of sections in the directory here, 0 to 12
//       20     4  flags: bit 0 TRAILER
//       24    16  pattern
//       40     8  content length in bytes; 0 with TRAILER
//       48     8  payload offset, 4096
//       56     4  codec, four printable ASCII characters, padded with spaces
//       64    16  track id
//       80    32  file nonce

/// The fixed part of a track's header area.
public struct MainHeader: Sendable {
  /// The minor version, 0 here; readers of this major version understand every one.
  public var minorVersion: UInt16 = 0
  /// Keystream, KDF, wrap and MAC.
  public var suite: CipherSuite
  /// How many key slots follow: 0 to 16; 0 only for clear tracks.
  public var slotCount = 0
  /// How many entries the directory behind the slots has: 0 to 12; 0 with a trailer.
  public var sectionCount = 0
  /// Whether lengths and directory stand in a trailer, because the track was packed from a pipe.
  public var hasTrailer = false
  /// Which bytes are encrypted.
  public var pattern: StripePattern
  /// Bytes of content, and so of payload; 0 when ``hasTrailer``.
  public var contentLength: UInt64 = 0
  /// What the content is.
  public var codec: CodecTag
  /// Identifies the track; random.
  public var trackID: InlineArray<16, UInt8>
  /// 32 random bytes, fresh for every file ever written.
  public var nonce: InlineArray<32, UInt8>

  /// Creates a header without slots, sections or content.
  public init(
    suite: CipherSuite, pattern: StripePattern, codec: CodecTag,
    trackID: InlineArray<16, UInt8>, nonce: InlineArray<32, UInt8>
  ) {
    self.suite = suite
    self.pattern = pattern
    self.codec = codec
    self.trackID = trackID
    self.nonce = nonce
  }
}

/// Four characters that name the content's format: "mp3 ", "flac", "ogg ".
public struct CodecTag: Sendable {
  /// The four characters, first one lowest.
  public let code: UInt32

  /// Takes the code of a header.
  ///
  /// - Throws: ``TrackError/malformed`` unless every character is printable ASCII.
  public init(code: UInt32) throws(TrackError) {
    // All four at once: none has its highest bit set, nor gets it by taking away 20 or adding 1.
    let highest: UInt32 = 0x8080_8080
    guard (code | (code &- 0x2020_2020) | (code &+ 0x0101_0101)) & highest == 0
    else { throw .malformed }
    self.code = code
  }

  /// Names a format by up to four printable ASCII characters; others become "?".
  public init(_ name: StaticString) {
    var code: UInt32 = 0
    name.withUTF8Buffer { text in
      for index in 0..<4 {
        let byte = unsafe index < text.count ? text[index] : 0x20
        code |= UInt32((0x20...0x7E).contains(byte) ? byte : 0x3F) << UInt32(8 * index)
      }
    }
    self.code = code
  }
}

extension MainHeader {
  /// The first 8 bytes of every track, as a little-endian number.
  public static var magic: UInt64 { 0x0A1A_0A0D_5453_5089 }
  static var trailerFlag: UInt32 { 1 }

  /// Writes the header to the first 128 bytes of `area`.
  public func encode(into area: inout MutableSpan<UInt8>) {
    area.storeLittleEndian(Self.magic, at: 0)
    area.storeLittleEndian(UInt16(1), at: 8)
    area.storeLittleEndian(minorVersion, at: 10)
    area.storeLittleEndian(suite.number, at: 12)
    area.storeLittleEndian(UInt16(truncatingIfNeeded: slotCount), at: 14)
    area.storeLittleEndian(UInt16(truncatingIfNeeded: sectionCount), at: 16)
    area.storeLittleEndian(hasTrailer ? Self.trailerFlag : 0, at: 20)
    let pattern = self.pattern.encoded
    area.store(pattern.span, at: 24)
    area.storeLittleEndian(contentLength, at: 40)
    area.storeLittleEndian(UInt64(TrackLayout.headerAreaSize), at: 48)
    area.storeLittleEndian(codec.code, at: 56)
    area.store(trackID.span, at: 64)
    area.store(nonce.span, at: 80)
  }

  /// Reads and judges the first 128 bytes of `area`.
  ///
  /// - Throws: ``TrackError/truncated``, ``TrackError/notATrack``, ``TrackError/version``,
  ///   ``TrackError/suite``, ``TrackError/pattern``, ``TrackError/malformed`` or
  ///   ``TrackError/tooLarge``, in this order of checks.
  public init(decoding area: Span<UInt8>) throws(TrackError) {
    guard area.count >= TrackLayout.mainHeaderSize else { throw .truncated }
    let header = try unsafe area.withUnsafeBufferPointer { bytes throws(TrackError) in
      guard let base = bytes.baseAddress else { throw .truncated }
      try unsafe HeaderNumbers.checkMagic(base)
      return try unsafe MainHeader(try HeaderNumbers(at: base), of: area)
    }
    self = header
  }

  /// Adds to judged numbers what only a host wants to know, from the area they are of.
  init(_ numbers: HeaderNumbers, of area: Span<UInt8>) throws(TrackError) {
    self.init(
      suite: numbers.suite, pattern: numbers.pattern, codec: try CodecTag(code: numbers.codec),
      trackID: InlineArray(copying: area, at: TrackLayout.trackIDOffset),
      nonce: InlineArray(copying: area, at: TrackLayout.nonce.lowerBound))
    minorVersion = unsafe area.littleEndian16(at: 10)
    slotCount = numbers.slotCount
    sectionCount = numbers.sectionCount
    hasTrailer = numbers.hasTrailer
    contentLength = numbers.contentLength
  }
}

extension StripePattern {
  /// Refuses content that is longer than one keystream may cover.
  ///
  /// - Returns: ``encryptedCount(before:)`` of the length.
  /// - Throws: ``TrackError/tooLarge``.
  @discardableResult
  @inline(never)
  public func checkLength(_ contentLength: UInt64) throws(TrackError) -> UInt64 {
    let encrypted = encryptedCount(before: contentLength)
    guard contentLength <= TrackLayout.maximumContentLength,
      encrypted <= TrackLayout.maximumEncryptedBytes
    else { throw .tooLarge }
    return encrypted
  }
}
