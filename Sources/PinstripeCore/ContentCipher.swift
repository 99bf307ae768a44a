/// Decrypts the content of an open track, whatever its pattern: a cipher, and the frame map where
/// there is one.
///
/// Host and device read tracks through it. Any range can be decrypted at any time.
public struct ContentCipher {
  /// Which bytes are covered.
  public var pattern: StripePattern { cipher.pattern }
  /// Whose keystream.
  public var suite: CipherSuite { cipher.suite }
  /// Bytes of content.
  public internal(set) var contentLength: UInt64
  /// How many of them are encrypted.
  public internal(set) var encryptedLength: UInt64
  /// The frame map of framed content.
  public var map: FrameMap? { pattern.isFramed ? frames : nil }
  var cipher: StripeCipher
  /// Empty unless the pattern is framed.
  var frames = FrameMap()
  /// The run of framed content that was found last.
  var run: FrameRun

  /// Reads no content yet.
  init(_ provider: CryptoProvider) {
    contentLength = 0
    encryptedLength = 0
    cipher = StripeCipher(pattern: .clear, suite: .chacha20, provider: provider)
    run = FrameRun(start: 0, end: 0, rule: .full, encryptedBefore: 0)
  }

  /// Reads content that lies in a track as it is said here; of framed content the map is still to be
  /// opened.
  ///
  /// - Throws: ``TrackError/tooLarge``.
  mutating func start(
    _ pattern: StripePattern, _ suite: CipherSuite, _ contentLength: UInt64
  ) throws(TrackError) {
    encryptedLength = try pattern.checkLength(contentLength)
    cipher.pattern = pattern
    cipher.suite = suite
    self.contentLength = contentLength
  }

  /// The smallest work buffer: a page of the map, if there is one, and keystream.
  public var minimumWork: Int { keystreamStart &+ StripeCipher.minimumScratch }

  private var keystreamStart: Int { pattern.isFramed ? FrameMap.pageSize : 0 }

  /// Decrypts content bytes from one buffer to another, or in place.
  ///
  /// - Parameters:
  ///   - offset: Where in the content they lie.
  ///   - source, target: `count` bytes each, the same or not overlapping.
  ///   - storage: The track's, for pages of its map.
  ///   - work: At least ``minimumWork`` bytes, the same buffer for every call: what is left in it is
  ///     used again.
  /// - Throws: ``TrackError/range`` outside the content. After ``TrackError/provider``,
  ///   ``TrackError/workSize``, and, from the map, ``TrackError/storage``, ``TrackError/tag`` or
  ///   ``TrackError/malformed``, all bytes of `target` are zero.
  @unsafe
  public mutating func apply(
    at offset: UInt64, from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>,
    _ count: Int, _ storage: inout some TrackStorage, work: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) {
    try check(offset, UInt64(bytes: count))
    try unsafe applyInside(at: offset, from: source, to: target, count, &storage, work: work)
  }

  /// The same for a range that was checked.
  @unsafe
  mutating func applyInside(
    at offset: UInt64, from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>,
    _ count: Int, _ storage: inout some TrackStorage, work: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) {
    do throws(TrackError) {
      try unsafe xor(at: offset, from: source, to: target, count, &storage, work: work)
    } catch {
      unsafe wipe(target, count)
      throw error
    }
  }

  /// Refuses a range that is not one of the content.
  ///
  /// - Throws: ``TrackError/range``.
  func check(_ offset: UInt64, _ length: UInt64) throws(TrackError) {
    guard offset <= contentLength, length <= contentLength &- offset else { throw .range }
  }

  private mutating func xor(
    at offset: UInt64, from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>,
    _ count: Int, _ storage: inout some TrackStorage, work: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) {
    guard work.count >= minimumWork, let base = work.baseAddress else { throw .workSize }
    var piece = unsafe StripePiece(
      offset: offset, source: source, target: target, count: count,
      limit: min(encryptedLength, TrackLayout.maximumEncryptedBytes),
      stream: base + keystreamStart, room: work.count &- keystreamStart)
    // Content without a map is one stripe.
    guard pattern.isFramed else { return try cipher.apply(pattern.whole, to: &piece) }
    // Run by run: first what is encrypted in full, then every Nth byte.
    let end = offset &+ UInt64(bytes: count)
    var source = unsafe source
    while piece.offset < end {
      try unsafe findRun(piece.offset, &storage, base)
      let part = min(run.end, end) &- piece.offset
      piece.count = Int(truncatingIfNeeded: part)
      unsafe piece.source = source
      try cipher.apply(&run, to: &piece)
      unsafe source += piece.count
      unsafe piece.target += piece.count
      piece.offset &+= part
    }
  }

  /// Decrypts content bytes in place.
  ///
  /// - Throws: As ``apply(at:from:to:_:_:work:)``.
  public mutating func apply(
    at offset: UInt64, to bytes: inout MutableSpan<UInt8>, _ storage: inout some TrackStorage,
    work: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    try unsafe bytes.withUnsafeMutableBufferPointer { bytes throws(TrackError) in
      try unsafe work.withUnsafeMutableBufferPointer { work throws(TrackError) in
        guard let base = bytes.baseAddress else { return }
        try unsafe apply(at: offset, from: base, to: base, bytes.count, &storage, work: work)
      }
    }
  }

  /// The keystream blocks that cover the content bytes `start ..< end`, which are inside.
  ///
  /// - Throws: As ``apply(at:from:to:_:_:work:)``.
  mutating func keystreamBlocks(
    from start: UInt64, to end: UInt64, _ storage: inout some TrackStorage,
    work: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) -> (first: UInt64, count: UInt64) {
    guard start < end else { return (0, 0) }
    guard pattern.isFramed else {
      return cipher.blocks(
        pattern.encryptedCount(before: start), pattern.encryptedCount(before: end))
    }
    guard work.count >= minimumWork, let base = work.baseAddress else { throw .workSize }
    try unsafe findRun(start, &storage, base)
    let first = run.encryptedCount(before: start, under: pattern)
    try unsafe findRun(end &- 1, &storage, base)
    return cipher.blocks(first, run.encryptedCount(before: end, under: pattern))
  }

  /// Says that the work buffer is another one from now on.
  mutating func forgetWork() {
    cipher.forgetKeystream()
    frames.forgetPage()
  }
}
