import CPinstripe

// Grant, 128 bytes, little-endian; a user's or group's key on its way to a device.
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'G' 0D 0A 1A 0A
//        8     2  version, 1
//       10     2  flags: bit 0 TEST
//       12     4  recipient: 2 user, 3 group
//       16    16  id of the user or group
//       32     4  generation, from 1 on
//       36     4  epoch of the device
//       40     8  key id of the device
//       48    40  the key, wrapped by AES-KW under the device's K_wrap
//       88     8  zero
//       96    32  tag: HMAC(K_grant, the 96 bytes before it)

/// A grant's judgement, and where in it the other fields stand.
struct Grant {
  let isTest: Bool
  let kind: UInt32
  let generation: UInt32

  static var size: Int { 128 }
  private static var tagOffset: Int { 96 }
  private static var wrapOffset: Int { 48 }
  private static var magic: UInt64 { 0x0A1A_0A0D_4753_5089 }

  /// Judges a grant's form; its tag comes last, in ``deriveKey(of:for:into:_:)``.
  ///
  /// - Throws: ``TrackError/keybox`` for another size or magic; then ``TrackError/version``; then
  ///   ``TrackError/keybox`` for unknown flags, another recipient, the generation 0, or zeros that
  ///   are none.
  @unsafe
  init(decoding bytes: UnsafePointer<UInt8>, _ count: Int) throws(TrackError) {
    guard count == Self.size, unsafe bytes.littleEndian64(at: 0) == Self.magic
    else { throw .keybox }
    // Version and flags, as one number.
    let start = unsafe bytes.littleEndian32(at: 8)
    guard UInt16(truncatingIfNeeded: start) == 1 else { throw .version }
    kind = unsafe bytes.littleEndian32(at: 12)
    generation = unsafe bytes.littleEndian32(at: 32)
    guard start >> 16 <= 1,
      kind == PINSTRIPE_RECIPIENT_USER || kind == PINSTRIPE_RECIPIENT_GROUP, generation > 0,
      unsafe bytes.littleEndian64(at: 88) == 0
    else { throw .keybox }
    isTest = start >> 16 == 1
  }

  /// Verifies the tag, and leaves the user's or group's key at `place`.
  ///
  /// K_play is at ``KeyPlace/playback``; no other place is used.
  ///
  /// - Parameters:
  ///   - bytes: What this grant was decoded from.
  ///   - device: The device's own wrapping key.
  /// - Throws: ``TrackError/noSlot`` for another device's grant, ``TrackError/tag``,
  ///   ``TrackError/unwrap``, ``TrackError/provider``.
  @unsafe
  static func deriveKey(
    of bytes: UnsafePointer<UInt8>, for device: UnsafePointer<pinstripe_recipient>,
    into place: KeyPlace, _ provider: CryptoProvider
  ) throws(TrackError) {
    guard unsafe device.pointee.kind == PINSTRIPE_RECIPIENT_DEVICE,
      unsafe bytes.littleEndian32(at: 36) == device.pointee.generation,
      unsafe bytes.littleEndian64(at: 40) == device.pointee.id
    else { throw .noSlot }
    let ladder = KeyLadder(provider)
    try ladder.deriveGrantKey(into: place)
    try unsafe provider.check(bytes + tagOffset, of: bytes, tagOffset, under: place)
    try unsafe provider.unwrap(
      bytes + wrapOffset, under: KeyPlace(number: device.pointee.key), into: place)
  }
}
