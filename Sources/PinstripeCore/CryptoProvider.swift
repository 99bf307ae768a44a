public import CPinstripe

/// A provider table, checked once, whose every answer is judged.
///
/// The core computes nothing secret itself: it names ``KeyPlace``s in the table that the integrator
/// (or the host) supplies, so a key may live where no code can read it.
@safe
public struct CryptoProvider {
  private let table: UnsafePointer<pinstripe_provider>

  /// Wraps a table, which must outlive this value and everything made with it.
  ///
  /// - Throws: ``TrackError/abi`` when the table was built for another version of the header.
  public init(_ table: UnsafePointer<pinstripe_provider>) throws(TrackError) {
    guard unsafe isOfThisABI(table, MemoryLayout<pinstripe_provider>.size) else { throw .abi }
    unsafe self.table = unsafe table
  }

  /// HKDF-SHA256 (RFC 5869) from one place into another.
  ///
  /// - Parameters:
  ///   - salt: 32 bytes; without it they are zero.
  ///   - fields: The info string's fields, as many bytes as the label has.
  @inline(never) @unsafe
  func derive(
    _ child: KeyPlace, from parent: KeyPlace, _ salt: UnsafePointer<UInt8>?, _ label: KeyLabel,
    _ fields: UnsafePointer<UInt8>?
  ) throws(TrackError) {
    var room = InlineArray<8, UInt64>(repeating: 0)
    let status = unsafe withUnsafeMutableBytes(of: &room) { info in
      guard let base = unsafe info.assumingMemoryBound(to: UInt8.self).baseAddress
      else { return TrackError.provider.status }
      let count = unsafe InfoString.write(label, fields, to: base)
      return unsafe table.pointee.derive(
        table.pointee.state, parent.number, salt, salt == nil ? 0 : 32, base,
        UInt32(truncatingIfNeeded: count), child.number)
    }
    guard status == PINSTRIPE_OK else { throw .provider }
  }

  /// AES-KW (RFC 3394 §2.2.2) of a 40-byte wrap into a place.
  ///
  /// - Throws: ``TrackError/unwrap`` when the integrity check fails, ``TrackError/provider`` when the
  ///   provider does.
  public func unwrap(
    _ wrapped: Span<UInt8>, under wrapping: KeyPlace, into child: KeyPlace
  ) throws(TrackError) {
    guard wrapped.count == TrackLayout.wrapSize else { throw .argument }
    try unsafe wrapped.withUnsafeBufferPointer { bytes throws(TrackError) in
      guard let base = bytes.baseAddress else { throw .argument }
      try unsafe unwrap(base, under: wrapping, into: child)
    }
  }

  /// The same, of the 40 bytes at `wrapped`.
  @inline(never) @unsafe
  func unwrap(
    _ wrapped: UnsafePointer<UInt8>, under wrapping: KeyPlace, into child: KeyPlace
  ) throws(TrackError) {
    let status = unsafe table.pointee.unwrap(
      table.pointee.state, wrapping.number, wrapped, child.number)
    if status == PINSTRIPE_E_UNWRAP { throw .unwrap }
    guard status == PINSTRIPE_OK else { throw .provider }
  }

  /// HMAC-SHA256 (RFC 2104) over the concatenation of two pieces.
  ///
  /// - Throws: ``TrackError/provider``.
  public func mac(
    _ first: Span<UInt8>, _ second: Span<UInt8>, under key: KeyPlace
  ) throws(TrackError) -> InlineArray<32, UInt8> {
    try macBegin(key)
    for piece in 0..<2 {
      try unsafe (piece == 0 ? first : second).withUnsafeBufferPointer { bytes throws(TrackError) in
        guard let base = bytes.baseAddress, bytes.count > 0 else { return }
        try unsafe macUpdate(base, bytes.count)
      }
    }
    let tag = try macFinish()
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    for index in tag.indices {
      span.storeLittleEndian(UInt64(littleEndian: tag[index]), at: 8 &* index)
    }
    return bytes
  }

  /// Holds the 32 bytes at `tag` against the tag of `count` bytes, in constant time.
  ///
  /// - Throws: ``TrackError/tag``, ``TrackError/provider``.
  @inline(never) @unsafe
  func check(
    _ tag: UnsafePointer<UInt8>, of bytes: UnsafePointer<UInt8>, _ count: Int, under key: KeyPlace
  ) throws(TrackError) {
    try macBegin(key)
    try unsafe macUpdate(bytes, count)
    try unsafe macCheck(tag)
  }

  /// Begins a message that comes in pieces.
  func macBegin(_ key: KeyPlace) throws(TrackError) {
    guard unsafe table.pointee.mac_begin(table.pointee.state, key.number) == PINSTRIPE_OK
    else { throw .provider }
  }

  /// Ends a message, and holds the 32 bytes at `tag` against its tag, in constant time.
  ///
  /// - Throws: ``TrackError/tag``, ``TrackError/provider``.
  @inline(never) @unsafe
  func macCheck(_ tag: UnsafePointer<UInt8>) throws(TrackError) {
    let expected = try macFinish()
    var difference: UInt64 = 0
    for index in 0..<4 {
      difference |=
        unsafe expected[unchecked: index]
        ^ UnsafeRawPointer(tag).loadUnaligned(fromByteOffset: 8 &* index, as: UInt64.self)
    }
    guard difference == 0 else { throw .tag }
  }

  /// The tag as four words in the order of its bytes: an array of 32 would travel byte by byte.
  @inline(__always)
  func macFinish() throws(TrackError) -> InlineArray<4, UInt64> {
    var tag = InlineArray<4, UInt64>(repeating: 0)
    let status = unsafe withUnsafeMutableBytes(of: &tag) { out in
      guard let base = unsafe out.assumingMemoryBound(to: UInt8.self).baseAddress
      else { return TrackError.provider.status }
      return unsafe table.pointee.mac_finish(table.pointee.state, base)
    }
    guard status == PINSTRIPE_OK else { throw .provider }
    return tag
  }

  /// Adds a piece to a message.
  @unsafe
  func macUpdate(_ bytes: UnsafePointer<UInt8>, _ count: Int) throws(TrackError) {
    guard unsafe table.pointee.mac_update(table.pointee.state, bytes, count) == PINSTRIPE_OK
    else { throw .provider }
  }

  /// Whole keystream blocks into the start of `out`, which must have room for them.
  ///
  /// - Parameter blocks: Below 2^31: a provider returns the number, which is one of int32_t.
  /// - Throws: ``TrackError/provider`` when fewer or more blocks were written than asked for.
  @unsafe
  func keystream(
    _ suite: CipherSuite, key: KeyPlace, firstBlock: UInt64, blocks: UInt32,
    into out: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    let written = unsafe table.pointee.keystream(
      table.pointee.state, key.number, UInt32(suite.number), firstBlock, out, blocks)
    guard written == Int32(truncatingIfNeeded: blocks) else { throw .provider }
  }

  /// Bytes of a ChaCha20 block, or of four of AES.
  static var scratchSize: Int { 64 }

  /// Decrypts bytes that are encrypted in full.
  ///
  /// - Parameters:
  ///   - bytes, count: The bytes; they change.
  ///   - offset: Which keystream byte covers the first.
  ///   - scratch: ``scratchSize`` bytes; zeros afterwards, or something that failed.
  /// - Throws: ``TrackError/provider``.
  @inline(never) @unsafe
  func decrypt(
    _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, at offset: UInt64, suite: CipherSuite,
    key: KeyPlace, scratch: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    let size = Self.scratchSize
    let shift = 6 &- suite.blockShift
    var done = 0
    while done < count {
      let place = offset &+ UInt64(bytes: done)
      let skew = Int(truncatingIfNeeded: place) & (size &- 1)
      let piece = min(count &- done, size &- skew)
      try unsafe keystream(
        suite, key: key, firstBlock: (place >> 6) &<< shift, blocks: 1 &<< UInt32(shift),
        into: scratch)
      unsafe StripeKernel.xor(bytes + done, every: 1, with: scratch + skew, piece)
      done &+= piece
    }
    unsafe wipe(scratch, size)
  }

  /// The same, for those who have no scratch memory.
  @inline(__always) @unsafe
  func decrypt(
    _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, at offset: UInt64, suite: CipherSuite,
    key: KeyPlace
  ) throws(TrackError) {
    var room = InlineArray<64, UInt8>(repeating: 0)
    try unsafe withUnsafeMutablePointer(to: &room) { room throws(TrackError) in
      try unsafe decrypt(
        bytes, count, at: offset, suite: suite, key: key,
        scratch: UnsafeMutableRawPointer(room).assumingMemoryBound(to: UInt8.self))
    }
  }

  /// Whether the provider has a stripe function of its own.
  var hasStripe: Bool { unsafe table.pointee.stripe != nil }

  /// Runs the provider's own stripe function, if it has one.
  @unsafe
  func stripe(
    _ target: UnsafeMutablePointer<UInt8>, _ source: UnsafePointer<UInt8>, _ length: Int,
    _ first: Int, _ stride: Int, _ keystream: UnsafePointer<UInt8>, _ flags: UInt32
  ) {
    unsafe table.pointee.stripe?(target, source, length, first, stride, keystream, flags)
  }

  /// Forgets a key.
  public func discard(_ key: KeyPlace) {
    unsafe table.pointee.discard(table.pointee.state, key.number)
  }
}
