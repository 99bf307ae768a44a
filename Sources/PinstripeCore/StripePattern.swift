import CPinstripe

/// Which content bytes are encrypted (TrackFormat.md, "Pattern").
///
/// Keystream byte j covers the j-th encrypted byte of the content, so the keystream's position
/// follows from the content's by arithmetic and seeking replays nothing.
public struct StripePattern: Sendable {
  /// `PINSTRIPE_PATTERN_CLEAR` or `PINSTRIPE_PATTERN_EVERY`.
  public let kind: UInt8
  /// N, of whose consecutive bytes one is encrypted: 1 to 65,535; 0 for clear.
  public let stride: UInt16
  /// The offset of the first encrypted byte: 0 to N − 1; 0 for clear.
  public let phase: UInt16

  /// Encrypts the bytes `phase`, `phase + stride`, `phase + 2 · stride`, …; a stride of 1 encrypts all.
  ///
  /// A stride of 10 is the classic (US 2001/0016836 ¶30).
  ///
  /// - Throws: ``TrackError/pattern`` for a stride of 0, or a phase that is not below the stride.
  public init(every stride: UInt16, phase: UInt16 = 0) throws(TrackError) {
    guard stride > 0, phase < stride else { throw .pattern }
    self.kind = UInt8(PINSTRIPE_PATTERN_EVERY)
    self.stride = stride
    self.phase = phase
  }

  private init() {
    self.kind = UInt8(PINSTRIPE_PATTERN_CLEAR)
    self.stride = 0
    self.phase = 0
  }

  /// Encrypts nothing, for works that need no protection (US 2001/0016836 ¶46).
  public static var clear: StripePattern { StripePattern() }

  /// Whether nothing is encrypted.
  public var isClear: Bool { stride == 0 }

  /// How many encrypted bytes lie before `offset`: the index of the keystream byte that covers the
  /// first encrypted byte at or after it.
  ///
  /// With stride N and phase p: ⌈(offset − p) / N⌉, and 0 up to p.
  @inline(never)
  public func encryptedCount(before offset: UInt64) -> UInt64 {
    let phase = UInt64(self.phase)
    guard !isClear, offset > phase else { return 0 }
    return (offset &- phase &- 1) / UInt64(stride) &+ 1
  }
}

// Pattern, 16 bytes, little-endian; the one encoding of a pattern, so that equal patterns are equal
// bytes. Everything not named is zero.
//
//   offset  size  field
//        0     1  kind: 0 clear, 1 every
//        2     2  stride
//        4     2  phase
extension StripePattern {
  /// The 16 bytes that stand in the header and in K_stripe's info string.
  public var encoded: InlineArray<16, UInt8> {
    var bytes = InlineArray<16, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    span.storeLittleEndian(encodedStart, at: 0)
    return bytes
  }

  /// The first 8 bytes of the encoding as a little-endian number; the others are zero.
  var encodedStart: UInt64 {
    UInt64(kind) | UInt64(stride) << 16 | UInt64(phase) << 32
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
    // Kind and the zero behind it, stride, phase and two zeros.
    let kind = UInt32(truncatingIfNeeded: start & 0xFFFF)
    let stride = UInt16(truncatingIfNeeded: start >> 16)
    let phase = UInt16(truncatingIfNeeded: start >> 32)
    guard start >> 48 == 0, rest == 0 else { throw .pattern }
    switch kind {
    case PINSTRIPE_PATTERN_CLEAR:
      guard stride == 0, phase == 0 else { throw .pattern }
      self = .clear
    case PINSTRIPE_PATTERN_EVERY:
      try self.init(every: stride, phase: phase)
    default:
      throw .pattern
    }
  }
}
