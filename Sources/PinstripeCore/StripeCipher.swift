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
      let stream = try unsafe Self.judge(scratch)
      var piece = unsafe StripePiece(
        offset: offset, source: source, target: target, count: count, limit: limit,
        stream: stream, room: scratch.count)
      try apply(stripe, to: &piece)
    } catch {
      unsafe wipe(target, count)
      throw error
    }
  }

  /// Encrypts or decrypts what a stripe has of content bytes, and copies the others.
  ///
  /// - Throws: As the public functions, with the target in an undefined state.
  @inline(never)
  mutating func apply(_ stripe: Stripe, to piece: inout StripePiece) throws(TrackError) {
    let offset = piece.offset
    let count = piece.count
    let source = unsafe piece.source
    let target = unsafe piece.target
    let stream = unsafe piece.stream
    let passed = stripe.count(before: offset)
    var index = stripe.index &+ passed
    let end = stripe.index &+ stripe.count(before: offset &+ UInt64(bytes: count))
    guard end <= TrackLayout.maximumEncryptedBytes else { throw .tooLarge }

    let stride = Int(truncatingIfNeeded: stripe.stride)
    var done = 0
    // Position of keystream byte `index`, relative to the buffers; below `count` while index < end.
    var position = Int(truncatingIfNeeded: stripe.first &+ passed &* stripe.stride &- offset)
    while index < end {
      if index &- window.first >= UInt64(window.count) {
        try unsafe fill(from: index, to: max(end, piece.limit), stream, piece.room)
      }
      // Less than the scratch buffer's size.
      let start = Int(truncatingIfNeeded: index &- window.first)
      let held = UInt64(window.count &- UInt32(truncatingIfNeeded: start))
      let piece = Int(truncatingIfNeeded: min(held, end &- index))
      let span = piece &* stride
      let next = min(count, position &+ span)
      if provider.hasStripe {
        unsafe provider.stripe(
          target + done, source + done, next &- done, position &- done, stride, stream + start,
          count >= Self.large ? PINSTRIPE_STRIPE_LARGE : 0)
      } else {
        unsafe copy(source + done, to: target + done, next &- done)
        unsafe StripeKernel.xor(target + position, every: stride, with: stream + start, piece)
      }
      done = next
      position &+= span
      index &+= UInt64(bytes: piece)
    }
    unsafe copy(source + done, to: target + done, count &- done)
  }

  /// The start of a scratch buffer that is large enough.
  ///
  /// - Throws: ``TrackError/workSize``.
  static func judge(
    _ scratch: UnsafeMutableBufferPointer<UInt8>
  ) throws(TrackError) -> UnsafeMutablePointer<UInt8> {
    guard scratch.count >= minimumScratch, let stream = scratch.baseAddress
    else { throw .workSize }
    return unsafe stream
  }

  /// Copies from this size on do not fit into caches.
  private static var large: Int { 8 << 20 }

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

  /// Fills the scratch buffer with the keystream blocks of the keystream bytes `index ..< end`, as
  /// far as it has room.
  @inline(__always)
  private mutating func fill(
    from index: UInt64, to end: UInt64, _ stream: UnsafeMutablePointer<UInt8>, _ room: Int
  ) throws(TrackError) {
    let partial = UInt32(truncatingIfNeeded: suite.blockSize) &- 1
    let first = index & ~UInt64(partial)
    // In whole blocks: as many bytes as there is room for, or rounded up.
    let whole = UInt32(truncatingIfNeeded: min(room, Self.mostKeystream)) & ~partial
    let wanted = UInt32(truncatingIfNeeded: min(end &- first, UInt64(whole)))
    let count = (wanted &+ partial) & ~partial
    // Whatever happens, the former blocks are gone.
    window = KeystreamWindow()
    try unsafe provider.keystream(
      suite, key: key, firstBlock: first >> suite.blockShift,
      blocks: count >> UInt32(suite.blockShift), into: stream)
    window = KeystreamWindow(first: first, count: count)
  }

  /// Keystream bytes that are made at once, however large the scratch buffer is.
  private static var mostKeystream: Int { 1 << 30 }
}

/// Content bytes that a cipher is applied to.
///
/// Functions take the address of one, because so many arguments would be on the stack once for each.
@safe
struct StripePiece {
  /// Where in the content the bytes lie; not beyond 2^56, nor is their end.
  var offset: UInt64
  /// `count` bytes each, the same or not overlapping.
  var source: UnsafePointer<UInt8>
  var target: UnsafeMutablePointer<UInt8>
  var count: Int
  /// The keystream index up to which keystream will be of use, also behind these bytes.
  var limit: UInt64
  /// The scratch buffer, and its size, at least ``StripeCipher/minimumScratch``.
  let stream: UnsafeMutablePointer<UInt8>
  let room: Int
}

/// Which keystream bytes, in whole blocks, a scratch buffer holds, from its start on.
struct KeystreamWindow {
  var first: UInt64 = 0
  var count: UInt32 = 0
}
