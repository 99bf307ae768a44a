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
    guard
      unsafe table.pointee.struct_size == UInt32(MemoryLayout<pinstripe_provider>.size),
      unsafe table.pointee.abi_version == PINSTRIPE_ABI_VERSION
    else { throw .abi }
    unsafe self.table = unsafe table
  }

  /// HKDF-SHA256 (RFC 5869) from one place into another; an empty salt is 32 zero bytes.
  ///
  /// `info` is not changed, but lent without a copy.
  @inline(never)
  func derive(
    _ child: KeyPlace, from parent: KeyPlace, salt: Span<UInt8>, info: inout InfoString
  ) throws(TrackError) {
    let count = UInt32(truncatingIfNeeded: info.count)
    let status = unsafe salt.withUnsafeBufferPointer { salt in
      unsafe info.withBytes { info in
        guard let base = info.baseAddress else { return TrackError.provider.status }
        return unsafe table.pointee.derive(
          table.pointee.state, parent.number,
          salt.baseAddress, UInt32(truncatingIfNeeded: salt.count), base, count, child.number)
      }
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
    let status = unsafe wrapped.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return TrackError.provider.status }
      return unsafe table.pointee.unwrap(
        table.pointee.state, wrapping.number, base, child.number)
    }
    if status == PINSTRIPE_E_UNWRAP { throw .unwrap }
    guard status == PINSTRIPE_OK else { throw .provider }
  }

  /// HMAC-SHA256 (RFC 2104) over the concatenation of two pieces.
  ///
  /// - Throws: ``TrackError/provider``.
  public func mac(
    _ first: Span<UInt8>, _ second: Span<UInt8>, under key: KeyPlace
  ) throws(TrackError) -> InlineArray<32, UInt8> {
    let tag = try macWords(first, second, under: key)
    var bytes = InlineArray<32, UInt8>(repeating: 0)
    var span = bytes.mutableSpan
    for index in tag.indices { span.storeLittleEndian(tag[index], at: 8 &* index) }
    return bytes
  }

  /// Whether a tag is that of two pieces, compared in constant time.
  func isTag(
    _ tag: Span<UInt8>, of first: Span<UInt8>, _ second: Span<UInt8>, under key: KeyPlace
  ) throws(TrackError) -> Bool {
    guard tag.count == TrackLayout.tagSize else { throw .argument }
    let expected = try macWords(first, second, under: key)
    var difference: UInt64 = 0
    for index in 0..<4 {
      difference |= unsafe expected[unchecked: index] ^ tag.littleEndian64(at: 8 &* index)
    }
    return difference == 0
  }

  /// The tag as four little-endian words: an array of 32 bytes would travel byte by byte.
  @inline(never)
  func macWords(
    _ first: Span<UInt8>, _ second: Span<UInt8>, under key: KeyPlace
  ) throws(TrackError) -> InlineArray<4, UInt64> {
    guard unsafe table.pointee.mac_begin(table.pointee.state, key.number) == PINSTRIPE_OK
    else { throw .provider }
    try macUpdate(first)
    try macUpdate(second)
    var tag = InlineArray<4, UInt64>(repeating: 0)
    let status = unsafe withUnsafeMutableBytes(of: &tag) { out in
      guard let base = unsafe out.assumingMemoryBound(to: UInt8.self).baseAddress
      else { return TrackError.provider.status }
      return unsafe table.pointee.mac_finish(table.pointee.state, base)
    }
    guard status == PINSTRIPE_OK else { throw .provider }
    return [
      UInt64(littleEndian: tag[0]), UInt64(littleEndian: tag[1]),
      UInt64(littleEndian: tag[2]), UInt64(littleEndian: tag[3]),
    ]
  }

  @inline(never)
  private func macUpdate(_ piece: Span<UInt8>) throws(TrackError) {
    let status = unsafe piece.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress, bytes.count > 0 else { return PINSTRIPE_OK }
      return unsafe table.pointee.mac_update(table.pointee.state, base, bytes.count)
    }
    guard status == PINSTRIPE_OK else { throw .provider }
  }

  /// Whole keystream blocks into the start of `out`, which must hold them.
  ///
  /// - Throws: ``TrackError/provider`` when fewer or more blocks were written than asked for.
  func keystream(
    _ suite: CipherSuite, key: KeyPlace, firstBlock: UInt64, blocks: Int,
    into out: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    // A provider returns the number, so it must be one of int32_t.
    guard blocks > 0, let count = Int32(exactly: blocks),
      blocks <= out.count >> Int(truncatingIfNeeded: suite.blockShift)
    else { throw .argument }
    let written = unsafe out.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return Int32(0) }
      return unsafe table.pointee.keystream(
        table.pointee.state, key.number, UInt32(suite.number), firstBlock, base,
        UInt32(bitPattern: count))
    }
    guard written == count else { throw .provider }
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
