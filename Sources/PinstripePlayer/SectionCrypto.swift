import CPinstripe

/// The keys of one section, for what the decoder's C API does not read itself (TrackFormat.md,
/// "Keys", "Tags" and "Sections").
@safe
struct SectionCrypto {
  private let provider: UnsafePointer<pinstripe_provider>
  private let content: UInt32
  private let suite: UInt32

  /// - Parameters:
  ///   - provider: Of the open track; must outlive this.
  ///   - content: Where its content key is.
  init(_ provider: UnsafePointer<pinstripe_provider>, content: UInt32, suite: UInt32) {
    unsafe self.provider = unsafe provider
    self.content = content
    self.suite = suite
  }

  /// Verifies a section's salt and the 32 bytes behind it, and decrypts those in place.
  ///
  /// The section's tag key is at `PINSTRIPE_KEY_SECTION` then.
  ///
  /// - Returns: PINSTRIPE_OK, TAG or PROVIDER.
  func open(
    _ head: UnsafeMutablePointer<UInt8>, _ type: UInt16, _ index: UInt16,
    tag expected: UnsafePointer<UInt8>
  ) -> Int32 {
    let salt = unsafe UnsafePointer(head)
    var status = unsafe derive("pinstripe v1 section tag", salt, type, index, PINSTRIPE_KEY_SECTION)
    guard status == PINSTRIPE_OK else { return status }
    var room = InlineArray<64, UInt8>(repeating: 0)
    return unsafe withUnsafeMutablePointer(to: &room) { room in
      let room = unsafe UnsafeMutableRawPointer(room).assumingMemoryBound(to: UInt8.self)
      let nothing = unsafe UnsafeBufferPointer<UInt8>(start: nil, count: 0)
      status = unsafe tag(UnsafeBufferPointer(start: salt, count: 64), nothing, into: room)
      guard status == PINSTRIPE_OK else { return status }
      guard unsafe Self.areEqual(room, expected, 32) else { return PINSTRIPE_E_TAG }
      status = unsafe derive("pinstripe v1 section", salt, type, index, PINSTRIPE_KEY_TAG)
      guard status == PINSTRIPE_OK else { return status }
      let blocks: UInt32 = suite == PINSTRIPE_SUITE_CHACHA20 ? 1 : 2
      let made = unsafe provider.pointee.keystream(
        provider.pointee.state, PINSTRIPE_KEY_TAG, suite, 0, room, blocks)
      unsafe provider.pointee.discard(provider.pointee.state, PINSTRIPE_KEY_TAG)
      guard made == Int32(blocks) else { return PINSTRIPE_E_PROVIDER }
      for place in 0..<32 { unsafe head[32 + place] ^= room[place] }
      return PINSTRIPE_OK
    }
  }

  /// HMAC-SHA256 of two pieces under the key at `PINSTRIPE_KEY_SECTION`: 32 bytes.
  ///
  /// - Returns: PINSTRIPE_OK or PROVIDER.
  func tag(
    _ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>,
    into out: UnsafeMutablePointer<UInt8>
  ) -> Int32 {
    let table = unsafe provider.pointee
    guard unsafe table.mac_begin(table.state, PINSTRIPE_KEY_SECTION) == PINSTRIPE_OK
    else { return PINSTRIPE_E_PROVIDER }
    for number in 0..<2 {
      let piece = unsafe number == 0 ? first : second
      guard let start = piece.baseAddress else { continue }
      guard unsafe table.mac_update(table.state, start, piece.count) == PINSTRIPE_OK
      else { return PINSTRIPE_E_PROVIDER }
    }
    return unsafe table.mac_finish(table.state, out) == PINSTRIPE_OK
      ? PINSTRIPE_OK : PINSTRIPE_E_PROVIDER
  }

  /// Compares in a time that does not depend on where two tags differ.
  static func areEqual(
    _ left: UnsafePointer<UInt8>, _ right: UnsafePointer<UInt8>, _ count: Int
  ) -> Bool {
    var difference: UInt8 = 0
    for index in 0..<count { unsafe difference |= left[index] ^ right[index] }
    return difference == 0
  }

  /// HKDF of the content key with a section's salt: label ‖ 00 ‖ type ‖ index.
  private func derive(
    _ label: StaticString, _ salt: UnsafePointer<UInt8>, _ type: UInt16, _ index: UInt16,
    _ place: UInt32
  ) -> Int32 {
    var info = InlineArray<64, UInt8>(repeating: 0)
    let length = label.utf8CodeUnitCount
    for letter in 0..<length { unsafe info[letter] = label.utf8Start[letter] }
    info[length + 1] = UInt8(truncatingIfNeeded: type)
    info[length + 2] = UInt8(truncatingIfNeeded: type >> 8)
    info[length + 3] = UInt8(truncatingIfNeeded: index)
    info[length + 4] = UInt8(truncatingIfNeeded: index >> 8)
    let table = unsafe provider.pointee
    let status = unsafe info.span.withUnsafeBufferPointer { info in
      guard let start = info.baseAddress else { return PINSTRIPE_E_PROVIDER }
      return unsafe table.derive(
        table.state, content, salt, 32, start, UInt32(length + 5), place)
    }
    return status == PINSTRIPE_OK ? PINSTRIPE_OK : PINSTRIPE_E_PROVIDER
  }
}
