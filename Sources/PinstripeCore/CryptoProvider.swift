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
  func derive(
    _ child: KeyPlace, from parent: KeyPlace, salt: Span<UInt8>, info: InfoString
  ) throws(TrackError) {
    let bytes = info.bytes
    let status = unsafe salt.withUnsafeBufferPointer { salt in
      unsafe bytes.span.withUnsafeBufferPointer { info_ in
        guard let base = info_.baseAddress else { return TrackError.provider.status }
        return unsafe table.pointee.derive(
          table.pointee.state, parent.number,
          salt.baseAddress, UInt32(truncatingIfNeeded: salt.count),
          base, UInt32(truncatingIfNeeded: info.count), child.number)
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
    guard unsafe table.pointee.mac_begin(table.pointee.state, key.number) == PINSTRIPE_OK
    else { throw .provider }
    try macUpdate(first)
    try macUpdate(second)
    var tag = InlineArray<32, UInt8>(repeating: 0)
    var span = tag.mutableSpan
    let status = unsafe span.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return TrackError.provider.status }
      return unsafe table.pointee.mac_finish(table.pointee.state, base)
    }
    guard status == PINSTRIPE_OK else { throw .provider }
    return tag
  }

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
    guard blocks > 0, blocks <= out.count >> Int(suite.blockShift) else { throw .argument }
    let count = UInt32(truncatingIfNeeded: blocks)
    let written = unsafe out.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress else { return Int32(0) }
      return unsafe table.pointee.keystream(
        table.pointee.state, key.number, UInt32(suite.number), firstBlock, base, count)
    }
    guard written > 0, UInt32(written) == count else { throw .provider }
  }

  /// Forgets a key.
  public func discard(_ key: KeyPlace) {
    unsafe table.pointee.discard(table.pointee.state, key.number)
  }
}
