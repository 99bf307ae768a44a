import CPinstripe

/// Which content bytes are encrypted (TrackFormat.md, "Pattern").
///
/// Keystream byte j covers the j-th encrypted byte of the content, so the keystream's position
/// follows from the content's by arithmetic, or from the frame map, and seeking replays nothing.
public struct StripePattern: Sendable {
  /// The first 8 bytes of the encoding as a little-endian number; the others are zero.
  ///
  /// All there is: one number travels in one register, four fields would take four.
  let encodedStart: UInt64

  /// `PINSTRIPE_PATTERN_CLEAR`, `PINSTRIPE_PATTERN_EVERY` or `PINSTRIPE_PATTERN_FRAMED`.
  public var kind: UInt8 { UInt8(truncatingIfNeeded: encodedStart) }
  /// N, of whose consecutive bytes one is encrypted: 1 to 65,535; 0 for clear.
  public var stride: UInt16 { UInt16(truncatingIfNeeded: encodedStart >> 16) }
  /// The offset of the first encrypted byte: 0 to N − 1; 0 for clear and framed.
  public var phase: UInt16 { UInt16(truncatingIfNeeded: encodedStart >> 32) }
  /// H, the bytes at the start of each striped run that are all encrypted; 0 unless framed.
  public var head: UInt16 { UInt16(truncatingIfNeeded: encodedStart >> 48) }

  /// Encrypts the bytes `phase`, `phase + stride`, `phase + 2 · stride`, …; a stride of 1 encrypts all.
  ///
  /// A stride of 10 is the classic (US 2001/0016836 ¶30).
  ///
  /// - Throws: ``TrackError/pattern`` for a stride of 0, or a phase that is not below the stride.
  public init(every stride: UInt16, phase: UInt16 = 0) throws(TrackError) {
    guard stride > 0, phase < stride else { throw .pattern }
    self.init(PINSTRIPE_PATTERN_EVERY, stride, phase, head: 0)
  }

  /// Encrypts the first `head` bytes of each striped run and then every `stride`-th; runs are what the
  /// frame map makes of the content (TrackFormat.md, "Frame map").
  ///
  /// - Throws: ``TrackError/pattern`` for a stride of 0.
  public init(framedHead head: UInt16, every stride: UInt16) throws(TrackError) {
    guard stride > 0 else { throw .pattern }
    self.init(PINSTRIPE_PATTERN_FRAMED, stride, 0, head: head)
  }

  /// Takes the start of an encoding that was judged before.
  init(judged start: UInt64) {
    encodedStart = start
  }

  private init(_ kind: UInt32, _ stride: UInt16, _ phase: UInt16, head: UInt16) {
    encodedStart =
      UInt64(kind) | UInt64(stride) << 16 | UInt64(phase) << 32 | UInt64(head) << 48
  }

  /// Every 10th byte from the first on (US 2001/0016836 ¶30).
  public static var classic: StripePattern {
    StripePattern(PINSTRIPE_PATTERN_EVERY, 10, 0, head: 0)
  }

  /// Encrypts nothing, for works that need no protection (US 2001/0016836 ¶46).
  public static var clear: StripePattern {
    StripePattern(PINSTRIPE_PATTERN_CLEAR, 0, 0, head: 0)
  }

  /// Whether nothing is encrypted.
  public var isClear: Bool { encodedStart == 0 }

  /// Whether a frame map says where encrypted bytes lie.
  public var isFramed: Bool { Self.knowsFrames && UInt32(kind) == PINSTRIPE_PATTERN_FRAMED }

  /// How many encrypted bytes lie before `offset`: the index of the keystream byte that covers the
  /// first encrypted byte at or after it; 0 for a framed pattern, of which only the map knows.
  ///
  /// With stride N and phase p: ⌈(offset − p) / N⌉, and 0 up to p.
  public func encryptedCount(before offset: UInt64) -> UInt64 {
    whole.count(before: offset)
  }

  /// The encrypted bytes of content that is not framed: one stripe from its start to its end.
  var whole: Stripe {
    Stripe(
      first: UInt64(phase), end: UInt32(kind) == PINSTRIPE_PATTERN_EVERY ? .max : 0,
      stride: UInt64(stride), index: 0)
  }
}

// Pattern, 16 bytes, little-endian; the one encoding of a pattern, so that equal patterns are equal
// bytes. Everything not named is zero.
//
//   offset  size  field
//        0     1  kind: 0 clear, 1 every, 2 framed
//        2     2  stride
//        4     2  phase
//        6     2  head
extension StripePattern {
  /// The 16 bytes that stand in the header and in K_stripe's info string.
  public var encoded: InlineArray<16, UInt8> {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    span.storeLittleEndian(encodedStart, at: 0)
    return bytes
  }

  /// Reads the 16 bytes of an encoding.
  ///
  /// - Throws: ``TrackError/pattern`` for an unknown kind, a value out of range, or bytes that are not
  ///   the canonical encoding.
  public init(decoding bytes: Span<UInt8>) throws(TrackError) {
    guard bytes.count == 16 else { throw .pattern }
    try unsafe self.init(
      encodedStart: bytes.littleEndian64(at: 0), rest: bytes.littleEndian64(at: 8))
  }

  /// Reads an encoding as two little-endian numbers.
  init(encodedStart start: UInt64, rest: UInt64) throws(TrackError) {
    encodedStart = start
    // Kind and the zero behind it.
    let isOfKind =
      switch UInt32(truncatingIfNeeded: start & 0xFFFF) {
      case PINSTRIPE_PATTERN_EVERY: head == 0 && phase < stride
      case PINSTRIPE_PATTERN_FRAMED: Self.knowsFrames && phase == 0 && stride > 0
      default: start == 0
      }
    guard isOfKind, rest == 0 else { throw .pattern }
  }
}
