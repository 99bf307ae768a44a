import CPinstripe

/// The positional cipher of a track's payload.
///
/// Host and device call this one function: encrypting *is* decrypting, and any byte range can be done
/// at any time, in any order and any pieces, with the same result.
public struct StripeCipher {
  /// Which bytes are covered.
  public let pattern: StripePattern
  /// Whose keystream.
  public let suite: CipherSuite
  let provider: CryptoProvider
  private let key: KeyPlace
  private var window = KeystreamWindow()

  /// The smallest scratch buffer, in bytes: a block of any suite, several times over.
  public static var minimumScratch: Int { 256 }

  /// Makes a cipher whose keystream comes from the key at `key` of `provider`.
  public init(
    pattern: StripePattern, suite: CipherSuite, provider: CryptoProvider, key: KeyPlace = .stripe
  ) {
    self.pattern = pattern
    self.suite = suite
    self.provider = provider
    self.key = key
  }

  /// Encrypts or decrypts content bytes in place.
  ///
  /// - Parameters:
  ///   - bytes: The bytes of the content from `offset` on.
  ///   - offset: Where in the content they lie; at most 2^56.
  ///   - scratch: At least ``minimumScratch`` bytes for keystream, the same buffer for every call of
  ///     this cipher: what is left in it is used again. Larger pieces are faster up to about 16 KiB.
  /// - Throws: ``TrackError/provider``, after which `bytes` is unusable; ``TrackError/workSize``;
  ///   ``TrackError/tooLarge`` beyond 2^38 encrypted bytes; ``TrackError/range`` beyond 2^56.
  public mutating func apply(
    at offset: UInt64, to bytes: inout MutableSpan<UInt8>, scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    try unsafe bytes.withUnsafeMutableBufferPointer { buffer throws(TrackError) in
      guard let base = buffer.baseAddress else { return }
      try unsafe apply(
        at: offset, from: UnsafePointer(base), to: base, count: buffer.count, scratch: &scratch)
    }
  }

  /// Encrypts or decrypts `count` content bytes on their way from one buffer to another, which are
  /// the same or do not overlap.
  @unsafe
  mutating func apply(
    at offset: UInt64, from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>,
    count: Int, scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    guard count > 0 else { return }
    guard scratch.count >= Self.minimumScratch else { throw .workSize }
    guard offset <= TrackLayout.maximumContentLength,
      UInt64(truncatingIfNeeded: count) <= TrackLayout.maximumContentLength &- offset
    else { throw .range }

    let stride = Int(pattern.stride)
    var index = pattern.encryptedCount(before: offset)
    let end = pattern.encryptedCount(before: offset &+ UInt64(truncatingIfNeeded: count))
    guard end <= TrackLayout.maximumEncryptedBytes else { throw .tooLarge }

    // Position of keystream byte `index`, relative to the buffers; below `count` while index < end.
    var position = Int(
      truncatingIfNeeded: UInt64(pattern.phase) &+ index &* UInt64(stride) &- offset)
    var done = 0
    let shift = suite.blockShift
    while index < end {
      if !window.holds(index >> shift) { try fill(from: index, to: end, &scratch) }
      // Less than the scratch buffer's size.
      let start = Int(truncatingIfNeeded: index &- window.firstBlock << shift)
      let left = Int(truncatingIfNeeded: window.blocks << shift) &- start
      let bytes = Int(truncatingIfNeeded: min(UInt64(truncatingIfNeeded: left), end &- index))
      index &+= UInt64(truncatingIfNeeded: bytes)
      // A piece reaches to the byte that the next keystream is for.
      let first = position &- done
      position &+= bytes &* stride
      let length = (index < end ? position : count) &- done
      unsafe scratch.withUnsafeMutableBufferPointer { keystream in
        guard let base = keystream.baseAddress else { return }
        unsafe stripe(
          target + done, source + done, length, first, base + start, isLarge: count >= Self.large)
      }
      done &+= length
    }
    if done < count, unsafe UnsafePointer(target) != source {
      unsafe UnsafeMutableRawPointer(target + done).copyMemory(
        from: source + done, byteCount: count &- done)
    }
  }

  /// The keystream blocks that cover the content bytes `start ..< end`.
  public func keystreamBlocks(
    from start: UInt64, to end: UInt64
  ) -> (first: UInt64, count: UInt64) {
    blocks(pattern.encryptedCount(before: start), pattern.encryptedCount(before: end))
  }

  /// Says that the scratch buffer is another one from now on.
  mutating func forgetKeystream() {
    window = KeystreamWindow()
  }

  /// The keystream blocks that hold the keystream bytes `start ..< end`.
  private func blocks(_ start: UInt64, _ end: UInt64) -> (first: UInt64, count: UInt64) {
    guard start < end else { return (0, 0) }
    let first = start >> suite.blockShift
    return (first, ((end &- 1) >> suite.blockShift) &- first &+ 1)
  }

  /// Fills `scratch` with the keystream blocks of the keystream bytes `index ..< end`, as far as it
  /// has room.
  private mutating func fill(
    from index: UInt64, to end: UInt64, _ scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    let needed = blocks(index, end)
    let room = UInt64(truncatingIfNeeded: scratch.count) >> suite.blockShift
    let count = min(needed.count, room)
    // Whatever happens, the former blocks are gone.
    window = KeystreamWindow()
    try provider.keystream(
      suite, key: key, firstBlock: needed.first, blocks: Int(truncatingIfNeeded: count),
      into: &scratch)
    window = KeystreamWindow(firstBlock: needed.first, blocks: count)
  }

  /// Copies from this size on do not fit into caches.
  private static var large: Int { 8 << 20 }

  /// Copies a piece and XORs keystream into every `stride`-th of its bytes from `first` on, by the
  /// provider's vectors where it has such.
  @unsafe
  private func stripe(
    _ target: UnsafeMutablePointer<UInt8>, _ source: UnsafePointer<UInt8>, _ length: Int,
    _ first: Int, _ keystream: UnsafePointer<UInt8>, isLarge: Bool
  ) {
    let stride = Int(pattern.stride)
    if unsafe provider.stripe(
      target, source, length, first, stride, keystream, isLarge ? PINSTRIPE_STRIPE_LARGE : 0)
    {
      return
    }
    if unsafe UnsafePointer(target) != source {
      unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: length)
    }
    var byte = unsafe target + first
    var key = unsafe keystream
    var left = (length &- first &+ stride &- 1) / stride
    // Four at a time, because one load, XOR and store each would wait for the one before.
    while left >= 4 {
      unsafe byte[0] ^= key[0]
      unsafe byte[stride] ^= key[1]
      unsafe byte[2 &* stride] ^= key[2]
      unsafe byte[3 &* stride] ^= key[3]
      unsafe byte += 4 &* stride
      unsafe key += 4
      left &-= 4
    }
    while left > 0 {
      unsafe byte[0] ^= key[0]
      unsafe byte += stride
      unsafe key += 1
      left &-= 1
    }
  }
}

/// Which keystream blocks a scratch buffer holds, from its start on.
struct KeystreamWindow {
  var firstBlock: UInt64 = 0
  var blocks: UInt64 = 0

  func holds(_ block: UInt64) -> Bool {
    block &- firstBlock < blocks
  }
}
