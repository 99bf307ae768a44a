public import CPinstripe

/// The key of a device's ``PlayLedger``, in its crypto provider.
@safe
public struct LedgerKey {
  private let provider: UnsafePointer<pinstripe_provider>
  private let place: UInt32

  /// Derives the key from the device's secret, which is at `PINSTRIPE_KEY_ROOT`.
  ///
  /// - Parameters:
  ///   - provider: Must outlive the key.
  ///   - place: `PINSTRIPE_KEY_FIRST_WRAP` or above, and not in use.
  /// - Throws: ``LedgerError/provider``.
  public init(
    _ provider: UnsafePointer<pinstripe_provider>, place: UInt32
  ) throws(LedgerError) {
    unsafe self.provider = unsafe provider
    self.place = place
    let label: StaticString = "pinstripe v1 play counts\0"
    let table = unsafe provider.pointee
    let status = unsafe table.derive(
      table.state, PINSTRIPE_KEY_ROOT, nil, 0, label.utf8Start, UInt32(label.utf8CodeUnitCount),
      place)
    guard status == PINSTRIPE_OK else { throw .provider }
  }

  /// A tag, compared in a time that does not depend on where two differ.
  struct Tag {
    var bytes = InlineArray<32, UInt8>(repeating: 0)

    func isEqual(to other: [UInt8], at offset: Int) -> Bool {
      var difference: UInt8 = 0
      for index in 0..<32 { difference |= bytes[index] ^ other[offset + index] }
      return difference == 0
    }
  }

  /// HMAC-SHA256 of the first `count` bytes.
  func tag(of bytes: [UInt8], count: Int) throws(LedgerError) -> Tag {
    var tag = Tag()
    let table = unsafe provider.pointee
    let place = place
    var out = tag.bytes.mutableSpan
    let status = unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe bytes.span.withUnsafeBufferPointer { bytes in
        guard let start = bytes.baseAddress, let out = out.baseAddress,
          unsafe table.mac_begin(table.state, place) == PINSTRIPE_OK,
          unsafe table.mac_update(table.state, start, count) == PINSTRIPE_OK
        else { return PINSTRIPE_E_PROVIDER }
        return unsafe table.mac_finish(table.state, out)
      }
    }
    guard status == PINSTRIPE_OK else { throw .provider }
    return tag
  }
}
