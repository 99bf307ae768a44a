import CPinstripe

/// The positional cipher of a track's payload.
///
/// Host and device call this one function: encrypting *is* decrypting, and any byte range can be done
/// at any time, in any order and any pieces, with the same result.
public struct StripeCipher {
  /// Which bytes are covered.
  public internal(set) var pattern: StripePattern
  let provider: CryptoProvider
  /// Whose keystream.
  public internal(set) var suite: CipherSuite
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
  /// - Throws: ``TrackError/provider`` or ``TrackError/workSize``, and `bytes` are zeros then, so that
  ///   nothing unencrypted can be sent by mistake; ``TrackError/tooLarge`` beyond 2^38 encrypted bytes;
  ///   ``TrackError/range`` beyond 2^56; ``TrackError/argument`` for a framed pattern, which needs
  ///   ``apply(_:at:to:preparing:scratch:)`` or a ``ContentCipher``.
  public mutating func apply(
    at offset: UInt64, to bytes: inout MutableSpan<UInt8>, scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    try unsafe bytes.withUnsafeMutableBufferPointer { bytes throws(TrackError) in
      try unsafe scratch.withUnsafeMutableBufferPointer { scratch throws(TrackError) in
        guard let target = bytes.baseAddress else { return }
        try unsafe apply(at: offset, from: target, to: target, bytes.count, scratch: scratch)
      }
    }
  }

  /// Encrypts or decrypts content bytes from one buffer to another.
  ///
  /// - Parameters:
  ///   - source: The bytes of the content from `offset` on.
  ///   - target: Receives as many bytes; must have room for them.
  /// - Throws: As ``apply(at:to:scratch:)`` does; ``TrackError/argument`` when `target` is too small.
  public mutating func apply(
    at offset: UInt64, from source: Span<UInt8>, to target: inout MutableSpan<UInt8>,
    scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    guard target.count >= source.count else { throw .argument }
    try unsafe source.withUnsafeBufferPointer { source throws(TrackError) in
      try unsafe target.withUnsafeMutableBufferPointer { target throws(TrackError) in
        try unsafe scratch.withUnsafeMutableBufferPointer { scratch throws(TrackError) in
          guard let from = source.baseAddress, let to = target.baseAddress else { return }
          try unsafe apply(at: offset, from: from, to: to, source.count, scratch: scratch)
        }
      }
    }
  }

  /// What both do; the buffers are the same, or do not overlap.
  mutating func apply(
    at offset: UInt64, from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>,
    _ count: Int, scratch: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) {
    let size = UInt64(truncatingIfNeeded: count)
    guard offset <= TrackLayout.maximumContentLength,
      size <= TrackLayout.maximumContentLength &- offset
    else { throw .range }
    let stripe = pattern.whole
    // A framed pattern alone names no byte: without its map nothing would be encrypted, silently.
    guard !pattern.isFramed else { throw .argument }
    let limit = stripe.count(before: offset &+ size)
    guard limit <= TrackLayout.maximumEncryptedBytes else { throw .tooLarge }
    do throws(TrackError) {
      try unsafe apply(
        stripe, at: offset, from: source, to: target, count, preparing: limit, scratch: scratch)
    } catch {
      unsafe wipe(target, count)
      throw error
    }
  }

  /// Encrypts or decrypts what a stripe has of content bytes, and copies the others.
  ///
  /// - Parameters:
  ///   - offset: Where in the content the bytes lie; not beyond 2^56, nor is their end.
  ///   - source, target: The same, or not overlapping.
  ///   - limit: The keystream index up to which keystream will be of use, also behind these bytes.
  /// - Throws: As the public functions, with `target` in an undefined state.
  @inline(never)
  mutating func apply(
    _ stripe: Stripe, at offset: UInt64, from source: UnsafePointer<UInt8>,
    to target: UnsafeMutablePointer<UInt8>, _ count: Int, preparing limit: UInt64,
    scratch: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) {
    guard scratch.count >= Self.minimumScratch, let stream = scratch.baseAddress
    else { throw .workSize }
    let passed = stripe.count(before: offset)
    var index = stripe.index &+ passed
    let end = stripe.index &+ stripe.count(before: offset &+ UInt64(truncatingIfNeeded: count))
    guard end <= TrackLayout.maximumEncryptedBytes else { throw .tooLarge }

    // 0 only where there is no byte: reaches no loop, but a division.
    let stride = max(1, Int(truncatingIfNeeded: stripe.stride))
    let isInPlace = unsafe source == UnsafePointer(target)
    var done = 0
    // Position of keystream byte `index`, relative to the buffers; below `count` while index < end.
    var position = Int(truncatingIfNeeded: stripe.first &+ passed &* stripe.stride &- offset)
    while index < end {
      let block = index >> suite.blockShift
      if block &- window.firstBlock >= window.blocks {
        try unsafe fill(from: index, to: max(end, limit), scratch)
      }
      // Less than the scratch buffer's size.
      let start = Int(truncatingIfNeeded: index &- window.firstBlock << suite.blockShift)
      let held = Int(truncatingIfNeeded: window.blocks << suite.blockShift) &- start
      var piece = Int(truncatingIfNeeded: min(UInt64(truncatingIfNeeded: held), end &- index))
      let isAccelerated = provider.hasStripe
      if !isInPlace, !isAccelerated {
        // Copied and striped piece by piece, while a piece is in the first-level cache.
        piece = min(piece, max(1, Self.copiedPiece / stride))
      }
      let next = min(count, position &+ piece &* stride)
      if isAccelerated {
        unsafe provider.stripe(
          target + done, source + done, next &- done, position &- done, stride, stream + start,
          count >= Self.large ? PINSTRIPE_STRIPE_LARGE : 0)
      } else {
        if !isInPlace { unsafe copy(source + done, to: target + done, next &- done) }
        unsafe StripeKernel.xor(target + position, every: stride, with: stream + start, piece)
      }
      done = next
      position &+= piece &* stride
      index &+= UInt64(truncatingIfNeeded: piece)
    }
    if !isInPlace { unsafe copy(source + done, to: target + done, count &- done) }
  }

  /// Copies from this size on do not fit into caches.
  private static var large: Int { 8 << 20 }

  /// Bytes that are copied before they are striped.
  private static var copiedPiece: Int { 16384 }

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
  func blocks(_ start: UInt64, _ end: UInt64) -> (first: UInt64, count: UInt64) {
    guard start < end else { return (0, 0) }
    let first = start >> suite.blockShift
    return (first, ((end &- 1) >> suite.blockShift) &- first &+ 1)
  }

  /// Fills `scratch` with the keystream blocks of the keystream bytes `index ..< end`, as far as it
  /// has room.
  private mutating func fill(
    from index: UInt64, to end: UInt64, _ scratch: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) {
    let needed = blocks(index, end)
    let room = UInt64(truncatingIfNeeded: scratch.count) >> suite.blockShift
    // Whatever happens, the former blocks are gone.
    window = KeystreamWindow()
    let count = min(needed.count, min(room, UInt64(Int32.max)))
    guard let stream = scratch.baseAddress else { throw .workSize }
    try unsafe provider.keystream(
      suite, key: key, firstBlock: needed.first, blocks: UInt32(truncatingIfNeeded: count),
      into: stream)
    window = KeystreamWindow(firstBlock: needed.first, blocks: count)
  }
}

/// Which keystream blocks a scratch buffer holds, from its start on.
struct KeystreamWindow {
  var firstBlock: UInt64 = 0
  var blocks: UInt64 = 0
}
