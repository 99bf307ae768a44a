import CPinstripe

// Key slot, 64 bytes, little-endian. Everything not named is zero.
//
//   offset  size  field
//        0     1  recipient: 1 device, 2 user, 3 group (4 is reserved for HPKE)
//        4     4  epoch of a device, generation of a user or group
//        8     8  key id
//       16    40  the content key, wrapped by AES-KW under the recipient's wrapping key

/// One recipient's way to a track's content key.
public struct KeySlot: Sendable {
  /// The kind of recipient, `PINSTRIPE_RECIPIENT_…`.
  public var recipient: UInt8
  /// A device's epoch, or the generation of a user's or group's key.
  public var generation: UInt32
  /// Names the wrapping key without telling whose it is.
  public var keyID: InlineArray<8, UInt8>
  /// The wrapped content key (RFC 3394).
  public var wrap: InlineArray<40, UInt8>

  /// Creates a slot.
  public init(
    recipient: UInt8, generation: UInt32,
    keyID: InlineArray<8, UInt8>, wrap: InlineArray<40, UInt8>
  ) {
    self.recipient = recipient
    self.generation = generation
    self.keyID = keyID
    self.wrap = wrap
  }

  /// Where slot `index` stands in the header area.
  public static func offset(of index: Int) -> Int {
    TrackLayout.mainHeaderSize &+ index &* TrackLayout.slotSize
  }

  /// Writes the slot as number `index` of `area`.
  public func encode(into area: inout MutableSpan<UInt8>, index: Int) {
    let offset = Self.offset(of: index)
    area.storeByte(recipient, at: offset)
    area.storeLittleEndian(generation, at: offset &+ 4)
    area.store(keyID.span, at: offset &+ 8)
    area.store(wrap.span, at: offset &+ 16)
  }

  /// Reads slot `index` of `area`.
  ///
  /// - Throws: ``TrackError/malformed`` for an unknown recipient or set padding.
  public init(decoding area: Span<UInt8>, index: Int) throws(TrackError) {
    let offset = Self.offset(of: index)
    guard area.count >= TrackLayout.headerAreaSize, (0..<TrackLayout.maximumSlots).contains(index),
      unsafe area.withUnsafeBufferPointer({ bytes in
        unsafe bytes.baseAddress.map { unsafe Self.isWellFormed($0 + offset) } ?? false
      })
    else { throw .malformed }
    recipient = unsafe UInt8(truncatingIfNeeded: area.littleEndian32(at: offset))
    generation = unsafe area.littleEndian32(at: offset &+ 4)
    keyID = InlineArray(copying: area, at: offset &+ 8)
    wrap = InlineArray(copying: area, at: offset &+ 16)
  }
}

// The opener judges slots where they stand: no copies, so that firmware pays for none. At `slot`
// there are 64 bytes.
extension KeySlot {
  /// Where in a slot the wrapped content key stands.
  static var wrapOffset: Int { 16 }

  /// Whether a slot has a known recipient and no padding set.
  @unsafe
  static func isWellFormed(_ slot: UnsafePointer<UInt8>) -> Bool {
    // The recipient's byte and three of padding, as one number.
    unsafe slot.littleEndian32(at: 0) &- 1 < 3 && slot.littleEndian64(at: 56) == 0
  }

  /// Whether a slot is for this recipient.
  @unsafe
  static func isFor(
    _ recipient: pinstripe_recipient, _ slot: UnsafePointer<UInt8>
  ) -> Bool {
    unsafe slot.littleEndian32(at: 0) == recipient.kind
      && slot.littleEndian32(at: 4) == recipient.generation
      && slot.littleEndian64(at: 8) == recipient.id
  }
}
