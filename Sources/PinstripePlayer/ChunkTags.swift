import CPinstripe

/// The chunk tags of an open track (TrackFormat.md, "Chunk tags"): they tell changed content before it
/// is decrypted.
///
/// ```
/// section  0 salt 32   32 chunk size 4   36 zero 4   40 chunk count 8   48 zero 16   64 tags, 16 each
/// ```
/// The section's own tag covers these first 64 bytes, of which the last 32 are encrypted. Its key stays
/// in the provider, at `PINSTRIPE_KEY_SECTION`, as long as the track is open.
@safe
struct ChunkTags {
  /// Bytes of a chunk, a power of two from 4096 to 1048576; the last may be shorter.
  let size: Int
  private let count: UInt64
  private let contentLength: UInt64
  /// Where the tags start in the file.
  private let start: UInt64
  private let crypto: SectionCrypto

  private static var type: UInt16 { 5 }
  private static var headSize: Int { 64 }
  private static var tagSize: Int { 16 }

  /// Finds the section in the verified header area, and judges its head.
  ///
  /// - Parameter work: The work buffer as `pinstripe_open` left it.
  /// - Returns: nil when the track has no chunk tags.
  /// - Throws: ``PlayerError/track(_:)`` with TAG, MALFORMED, PROVIDER or STORAGE.
  init?(
    _ provider: UnsafePointer<pinstripe_provider>, _ storage: UnsafePointer<pinstripe_storage>,
    work: UnsafePointer<UInt8>, _ info: pinstripe_info
  ) throws(PlayerError) {
    guard let index = unsafe Self.index(in: work) else { return nil }
    let entry = unsafe Self.entry(index, in: work)
    let crypto = unsafe SectionCrypto(
      provider,
      content: info.pattern_kind == PINSTRIPE_PATTERN_CLEAR
        ? PINSTRIPE_KEY_ZERO : PINSTRIPE_KEY_CONTENT, suite: info.suite)
    var head = InlineArray<64, UInt8>(repeating: 0)
    let offset = unsafe entry.littleEndian(at: 8, 8)
    var status = unsafe withUnsafeMutablePointer(to: &head) { head in
      let head = unsafe UnsafeMutableRawPointer(head).assumingMemoryBound(to: UInt8.self)
      let status = unsafe storage.pointee.read(
        storage.pointee.state, offset, head, UInt32(Self.headSize))
      guard status == PINSTRIPE_OK else { return PINSTRIPE_E_STORAGE }
      return unsafe crypto.open(head, Self.type, index, tag: entry + 24)
    }
    if status == PINSTRIPE_OK, head[36] | head[37] | head[38] | head[39] != 0 {
      status = PINSTRIPE_E_MALFORMED
    }
    guard status == PINSTRIPE_OK else { throw .track(status) }

    var zeros: UInt8 = 0
    for place in 48..<64 { zeros |= head[place] }
    var size: UInt64 = 0
    var count: UInt64 = 0
    for place in 0..<4 { size |= UInt64(head[32 + place]) << UInt64(8 * place) }
    for place in 0..<8 { count |= UInt64(head[40 + place]) << UInt64(8 * place) }
    let length = unsafe entry.littleEndian(at: 16, 8)
    guard zeros == 0, size >= 4096, size <= 1 << 20, size & (size - 1) == 0,
      count == (info.content_length &+ size &- 1) / size,
      length == UInt64(Self.headSize) &+ UInt64(Self.tagSize) &* count
    else { throw .track(PINSTRIPE_E_MALFORMED) }
    self.size = Int(truncatingIfNeeded: size)
    self.count = count
    self.crypto = crypto
    contentLength = info.content_length
    start = offset &+ UInt64(Self.headSize)
  }

  /// Bytes of a chunk; 0 behind the last.
  func length(of index: UInt64) -> Int {
    guard index < count else { return 0 }
    return Int(truncatingIfNeeded: min(UInt64(size), contentLength &- index &* UInt64(size)))
  }

  /// Whether a chunk's bytes, as they lie in the file, have the chunk's tag.
  ///
  /// - Returns: PINSTRIPE_OK, or TAG, PROVIDER or STORAGE.
  func verify(
    _ index: UInt64, _ bytes: UnsafeBufferPointer<UInt8>,
    _ storage: UnsafePointer<pinstripe_storage>
  ) -> Int32 {
    // index 8, length 4, whether it is the last 4; then the tag as it is stored, and as it should be.
    var room = InlineArray<64, UInt8>(repeating: 0)
    let isLast: UInt8 = index == count &- 1 ? 1 : 0
    for place in 0..<8 { room[place] = UInt8(truncatingIfNeeded: index >> UInt64(8 * place)) }
    for place in 0..<4 {
      room[8 + place] = UInt8(truncatingIfNeeded: bytes.count >> (8 * place))
    }
    room[12] = isLast
    let offset = start &+ UInt64(Self.tagSize) &* index
    return unsafe withUnsafeMutablePointer(to: &room) { room in
      let room = unsafe UnsafeMutableRawPointer(room).assumingMemoryBound(to: UInt8.self)
      let read = unsafe storage.pointee.read(
        storage.pointee.state, offset, room + 16, UInt32(Self.tagSize))
      guard read == PINSTRIPE_OK else { return PINSTRIPE_E_STORAGE }
      let head = unsafe UnsafeBufferPointer(start: UnsafePointer(room), count: 16)
      let status = unsafe crypto.tag(head, bytes, into: room + 32)
      guard status == PINSTRIPE_OK else { return status }
      return unsafe SectionCrypto.areEqual(room + 16, room + 32, Self.tagSize)
        ? PINSTRIPE_OK : PINSTRIPE_E_TAG
    }
  }

  /// The section's place in the verified directory.
  ///
  /// The decoder leaves the header area in its work buffer. With a trailer, that is where the directory
  /// is, and it lies over the slots from byte 128 on.
  private static func index(in work: UnsafePointer<UInt8>) -> UInt16? {
    let count =
      unsafe hasTrailer(work)
      ? work.littleEndian(at: 128 + 16, 2) : work.littleEndian(at: 16, 2)
    for index in 0..<UInt16(min(count, 12)) {
      if unsafe entry(index, in: work).littleEndian(at: 0, 2) == UInt64(type) { return index }
    }
    return nil
  }

  private static func entry(
    _ index: UInt16, in work: UnsafePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    // At most 16 slots and 12 entries of 64 bytes.
    let slots = unsafe hasTrailer(work) ? 1 : min(work.littleEndian(at: 14, 2), 16)
    return unsafe work + 128 + 64 * Int(slots) + 64 * Int(index)
  }

  private static func hasTrailer(_ work: UnsafePointer<UInt8>) -> Bool {
    unsafe work[20] & 1 != 0
  }
}

extension UnsafePointer<UInt8> {
  /// The number in `count` bytes, at most 8.
  fileprivate func littleEndian(at offset: Int, _ count: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<count { unsafe number |= UInt64(self[offset + index]) << UInt64(8 * index) }
    return number
  }
}
