import CPinstripe

// Keybox, 128 bytes, little-endian; what a factory writes into a device.
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'K' 0D 0A 1A 0A
//        8     2  version, 1
//       10     2  flags: bit 0 TEST
//       12     4  epoch
//       16    16  device id
//       32    32  DUS, the device unique secret
//       64    32  epoch salt
//       96    32  checksum: HMAC-SHA256 with a key of 32 zero bytes, over the 96 bytes before it

/// A keybox without its secret.
struct Keybox {
  let isTest: Bool
  let epoch: UInt32
  let deviceID: InlineArray<16, UInt8>
  let epochSalt: InlineArray<32, UInt8>

  static var size: Int { 128 }
  static var secretOffset: Int { 32 }
  private static var magic: UInt64 { 0x0A1A_0A0D_4B53_5089 }

  /// Judges a keybox.
  ///
  /// - Throws: ``TrackError/keybox`` for another size, magic, checksum or flag;
  ///   ``TrackError/version``; ``TrackError/provider``.
  init(decoding bytes: Span<UInt8>, provider: CryptoProvider) throws(TrackError) {
    guard bytes.count == Self.size, bytes.littleEndian64(at: 0) == Self.magic
    else { throw .keybox }
    let checksum = try provider.mac(bytes.extracting(first: 96), Span(), under: .zero)
    guard checksum.span.equalsInConstantTime(bytes.extracting(last: 32)) else { throw .keybox }
    guard bytes.littleEndian16(at: 8) == 1 else { throw .version }
    let flags = bytes.littleEndian16(at: 10)
    guard flags & ~1 == 0 else { throw .keybox }
    isTest = flags & 1 != 0
    epoch = bytes.littleEndian32(at: 12)
    deviceID = InlineArray { bytes.byte(at: 16 &+ $0) }
    epochSalt = InlineArray { bytes.byte(at: 64 &+ $0) }
  }
}
