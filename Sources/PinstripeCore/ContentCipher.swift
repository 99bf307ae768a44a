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
  public let contentLength: UInt64
  /// The frame map of framed content.
  public var map: FrameMap?
  var cipher: StripeCipher

  /// How many bytes of content are encrypted.
  public var encryptedLength: UInt64 {
    map?.encryptedLength ?? pattern.encryptedCount(before: contentLength)
  }

  /// The smallest work buffer: a page of the map, if there is one, and keystream.
  public var minimumWork: Int { keystreamStart &+ StripeCipher.minimumScratch }

  private var keystreamStart: Int { map == nil ? 0 : FrameMap.pageSize }

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
    guard offset <= contentLength, UInt64(truncatingIfNeeded: count) <= contentLength &- offset
    else { throw .range }
    guard map != nil else {
      try unsafe cipher.apply(at: offset, from: source, to: target, count, scratch: work)
      return
    }
    do throws(TrackError) {
      if unsafe source != UnsafePointer(target) { unsafe copy(source, to: target, count) }
      var done = 0
      while done < count {
        let here = offset &+ UInt64(truncatingIfNeeded: done)
        let run = try unsafe run(at: here, &storage, work)
        let part = Int(
          truncatingIfNeeded: min(run.end &- here, UInt64(truncatingIfNeeded: count &- done)))
        try unsafe cipher.apply(
          run, at: here, to: target + done, part, preparing: encryptedLength,
          scratch: UnsafeMutableBufferPointer(rebasing: work[keystreamStart...]))
        done &+= part
      }
    } catch {
      unsafe wipe(target, count)
      throw error
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

  /// The keystream blocks that cover the content bytes `start ..< end`.
  ///
  /// - Throws: As ``apply(at:from:to:_:_:work:)``.
  mutating func keystreamBlocks(
    from start: UInt64, to end: UInt64, _ storage: inout some TrackStorage,
    work: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) -> (first: UInt64, count: UInt64) {
    guard map != nil else { return cipher.keystreamBlocks(from: start, to: end) }
    guard start < end else { return (0, 0) }
    let first = try unsafe run(at: start, &storage, work)
      .encryptedCount(before: start, under: pattern)
    let last = try unsafe run(at: end &- 1, &storage, work).encryptedCount(
      before: end, under: pattern)
    return cipher.blocks(first, last)
  }

  /// Says that the work buffer is another one from now on.
  mutating func forgetWork() {
    cipher.forgetKeystream()
    map?.forgetPage()
  }

  /// The run around an offset; its page is read over the keystream where it must be read first.
  private mutating func run(
    at offset: UInt64, _ storage: inout some TrackStorage, _ work: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) -> FrameRun {
    guard work.count >= minimumWork else { throw .workSize }
    if let map, !map.holds(offset) { cipher.forgetKeystream() }
    var span = unsafe work.mutableSpan
    guard
      let run = try map?.run(
        at: offset, of: contentLength, &storage, cipher, work: &span)
    else { throw .argument }
    return run
  }
}
