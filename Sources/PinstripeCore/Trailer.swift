// Trailer, 1024 bytes, little-endian: the end of a file that was packed from a pipe. Everything not
// named is zero or the track is refused.
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'E' 0D 0A 1A 0A
//        8     8  content length in bytes
//       16     2  number of sections, 0 to 12
//       64    64·s section directory
//      992    32  trailer tag, over the header tag and the 992 bytes before it

/// The fixed part of a trailer.
public struct Trailer: Sendable {
  /// Bytes of content, and so of payload.
  public var contentLength: UInt64
  /// How many entries its directory has: 0 to 12.
  public var sectionCount: Int

  /// Creates a trailer.
  public init(contentLength: UInt64, sectionCount: Int) {
    self.contentLength = contentLength
    self.sectionCount = sectionCount
  }

  static var magic: UInt64 { 0x0A1A_0A0D_4553_5089 }

  /// Writes the fixed part to the start of `bytes`.
  public func encode(into bytes: inout MutableSpan<UInt8>) {
    bytes.storeLittleEndian(Self.magic, at: 0)
    bytes.storeLittleEndian(contentLength, at: 8)
    bytes.storeLittleEndian(UInt16(truncatingIfNeeded: sectionCount), at: 16)
  }

  /// Reads and judges a trailer of 1024 bytes.
  ///
  /// - Throws: ``TrackError/truncated`` when it is not there: the pipe broke off;
  ///   ``TrackError/malformed``.
  public init(decoding bytes: Span<UInt8>) throws(TrackError) {
    guard bytes.count == TrackLayout.trailerSize else { throw .truncated }
    try unsafe bytes.withUnsafeBufferPointer { bytes throws(TrackError) in
      guard let base = bytes.baseAddress else { throw .truncated }
      try unsafe Self.judge(base)
    }
    contentLength = unsafe bytes.littleEndian64(at: Self.contentLengthOffset)
    sectionCount = Int(unsafe bytes.littleEndian16(at: Self.sectionCountOffset))
  }

  static var contentLengthOffset: Int { 8 }
  static var sectionCountOffset: Int { 16 }

  /// Judges the 1024 bytes at `bytes`; ``init(decoding:)`` has the errors.
  @unsafe
  static func judge(_ bytes: UnsafePointer<UInt8>) throws(TrackError) {
    guard unsafe bytes.littleEndian64(at: 0) == magic else { throw .truncated }
    // The count and the six zeros behind it, as one number.
    let count = unsafe bytes.littleEndian64(at: sectionCountOffset)
    guard count <= UInt64(TrackLayout.maximumSections),
      unsafe bytes.isZero(from: 24, to: TrackLayout.trailerDirectoryOffset),
      unsafe bytes.isZero(
        from: TrackLayout.trailerDirectoryOffset
          &+ Int(truncatingIfNeeded: count) &* TrackLayout.sectionEntrySize,
        to: TrackLayout.trailerTagOffset)
    else { throw .malformed }
  }
}
