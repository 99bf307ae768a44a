import CPinstripe

/// The rule by which a run of framed content is encrypted.
public struct RunRule: Sendable {
  /// The number in a frame map: `PINSTRIPE_RUN_FULL`, `PINSTRIPE_RUN_STRIPED` or
  /// `PINSTRIPE_RUN_CLEAR`.
  public let number: UInt8

  /// All bytes are encrypted.
  public static var full: RunRule { RunRule(number: UInt8(PINSTRIPE_RUN_FULL)) }
  /// The pattern's head, and every Nth byte behind it.
  public static var striped: RunRule { RunRule(number: UInt8(PINSTRIPE_RUN_STRIPED)) }
  /// No byte is: for what a player must find before it has a key.
  public static var clear: RunRule { RunRule(number: UInt8(PINSTRIPE_RUN_CLEAR)) }
}

/// A run: content bytes that are encrypted by one rule (TrackFormat.md, "Pattern").
public struct FrameRun: Sendable {
  /// Content offset of its first byte.
  public var start: UInt64
  /// Content offset behind its last byte; more than ``start``.
  public var end: UInt64
  /// Encrypted bytes of the content before it.
  public var encryptedBefore: UInt64
  /// Its rule.
  public var rule: RunRule

  /// Creates a run.
  public init(start: UInt64, end: UInt64, rule: RunRule, encryptedBefore: UInt64) {
    self.start = start
    self.end = end
    self.rule = rule
    self.encryptedBefore = encryptedBefore
  }

  /// Becomes an empty run behind this one.
  mutating func moveOn(under pattern: StripePattern) {
    encryptedBefore = encryptedCount(before: end, under: pattern)
    start = end
  }

  /// How many encrypted bytes of the content lie before `offset`, which is in the run or at its end.
  ///
  /// Of the first n bytes of a striped run min(n, H) + ⌊(n − H) / N⌋.
  @inline(never)
  public func encryptedCount(before offset: UInt64, under pattern: StripePattern) -> UInt64 {
    let passed = offset &- start
    switch UInt32(rule.number) {
    case PINSTRIPE_RUN_FULL: return encryptedBefore &+ passed
    case PINSTRIPE_RUN_STRIPED:
      let head = min(passed, UInt64(pattern.head))
      return encryptedBefore &+ head &+ Stripe.quotient(passed &- head, UInt64(pattern.stride))
    default: return encryptedBefore
    }
  }

  /// The bytes that are all encrypted: the whole of a full run, the head of a striped one.
  func dense(_ pattern: StripePattern) -> Stripe {
    let length =
      switch UInt32(rule.number) {
      case PINSTRIPE_RUN_FULL: end &- start
      case PINSTRIPE_RUN_STRIPED: min(end &- start, UInt64(pattern.head))
      default: UInt64(0)
      }
    return Stripe(first: start, end: start &+ length, stride: 1, index: encryptedBefore)
  }

  /// The bytes behind a striped run's head of which every Nth is encrypted, the last of each N.
  func sparse(_ pattern: StripePattern) -> Stripe {
    let head = UInt64(pattern.head)
    let stride = UInt64(pattern.stride)
    return Stripe(
      first: start &+ head &+ stride &- 1,
      end: UInt32(rule.number) == PINSTRIPE_RUN_STRIPED ? end : 0,
      stride: stride, index: encryptedBefore &+ head)
  }
}

extension StripeCipher {
  /// Encrypts or decrypts in place content bytes that lie within one run.
  ///
  /// - Parameters:
  ///   - run: The run; at most 2^56 is its end.
  ///   - offset: Where in the content the bytes lie.
  ///   - limit: The count of encrypted bytes, as far as it is known, up to which keystream will be of
  ///     use: more is then made at once than this run needs.
  ///   - scratch: As for ``apply(at:to:scratch:)``.
  /// - Throws: ``TrackError/range`` when the bytes are not within the run, otherwise as
  ///   ``apply(at:to:scratch:)`` does, and the bytes are zeros then.
  public mutating func apply(
    _ run: FrameRun, at offset: UInt64, to bytes: inout MutableSpan<UInt8>,
    preparing limit: UInt64, scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    try unsafe bytes.withUnsafeMutableBufferPointer { bytes throws(TrackError) in
      try unsafe scratch.withUnsafeMutableBufferPointer { scratch throws(TrackError) in
        guard let target = bytes.baseAddress else { return }
        do throws(TrackError) {
          guard offset >= run.start, offset <= run.end,
            run.end <= TrackLayout.maximumContentLength,
            UInt64(bytes: bytes.count) <= run.end &- offset
          else { throw .range }
          let stream = try unsafe Self.judge(scratch)
          var run = run
          var piece = unsafe StripePiece(
            offset: offset, source: target, target: target, count: bytes.count,
            limit: min(limit, TrackLayout.maximumEncryptedBytes), stream: stream,
            room: scratch.count)
          try apply(&run, to: &piece)
        } catch {
          unsafe wipe(target, bytes.count)
          throw error
        }
      }
    }
  }

  /// Encrypts or decrypts what a run has of content bytes that lie within it, and copies the others;
  /// without a promise of what the target is after an error.
  ///
  /// Not inlined: its stripes are off the stack while a page is read. The run stays as it is; `inout`,
  /// it travels as an address, and not as seven words of 32 bits. The piece's source may change.
  @inline(never)
  mutating func apply(_ run: inout FrameRun, to piece: inout StripePiece) throws(TrackError) {
    var stripe = run.dense(pattern)
    // One pass where one is enough: the first pass copies, and a copy is worth doing by the piece.
    var isSparse = stripe.end == stripe.first
    if isSparse { stripe = run.sparse(pattern) }
    while true {
      try apply(stripe, to: &piece)
      if isSparse { return }
      unsafe piece.source = UnsafePointer(piece.target)
      stripe = run.sparse(pattern)
      isSparse = true
    }
  }
}
