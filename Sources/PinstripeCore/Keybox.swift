import CPinstripe

// Keybox, 128 bytes, little-endian; what a factory writes into a device.
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'K' 0D 0A 1A 0A
//        8     2  version, 1
//       10     2  flags: bit 0 TEST
//       12     4  epoch, from 1 on
//       16    16  device id
//       32    32  DUS, the device unique secret
//       64    32  epoch salt
//       96    32  checksum: HMAC-SHA256 with a key of 32 zero bytes, over the 96 bytes before it

/// A keybox's judgement, and where in it the other fields stand.
struct Keybox {
  let isTest: Bool
  let epoch: UInt32

  static var size: Int { 128 }
  static var deviceID: Int { 16 }
  static var secret: Int { 32 }
  static var epochSalt: Int { 64 }
  private static var checksum: Int { 96 }
  private static var magic: UInt64 { 0x0A1A_0A0D_4B53_5089 }

  /// Judges a keybox.
  ///
  /// - Throws: ``TrackError/keybox`` for another size, magic or checksum; then
  ///   ``TrackError/version``; then ``TrackError/keybox`` for unknown flags or the epoch 0;
  ///   ``TrackError/provider``.
  @unsafe
  init(
    decoding bytes: UnsafePointer<UInt8>, _ count: Int, provider: CryptoProvider
  ) throws(TrackError) {
    guard count == Self.size, unsafe bytes.littleEndian64(at: 0) == Self.magic
    else { throw .keybox }
    do throws(TrackError) {
      try unsafe provider.check(bytes + Self.checksum, of: bytes, Self.checksum, under: .zero)
    } catch {
      throw error.status == PINSTRIPE_E_TAG ? .keybox : error
    }
    // Version and flags, as one number.
    let start = unsafe bytes.littleEndian32(at: 8)
    guard UInt16(truncatingIfNeeded: start) == 1 else { throw .version }
    epoch = unsafe bytes.littleEndian32(at: 12)
    guard start >> 16 <= 1, epoch > 0 else { throw .keybox }
    isTest = start >> 16 == 1
  }
}
