import PinstripeCore

// Key file, 96 bytes, little-endian: a lock of key stores that opens for whoever can read the file.
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'L' 0D 0A 1A 0A
//        8     2  version, 1
//       10     6  zero
//       16    16  id, random
//       32    32  key, random
//       64    32  checksum: HMAC-SHA256 with a key of 32 zero bytes, over the 64 bytes before it
struct LockFile {
  static let size = 96
  private static let label: StaticString = "pinstripe v1 store lock"

  let id: [UInt8]
  private let key: SecretBytes

  /// A fresh one.
  init() throws(KeyError) {
    id = try SystemRandom.bytes(count: 16)
    key = try SystemRandom.secret()
  }

  /// Judges a file's bytes.
  init(decoding bytes: Span<UInt8>) throws(KeyError) {
    guard bytes.count >= 8, bytes.bytes(at: 0, count: 8) == Self.magic else {
      throw KeyError(.wrongKind, "this is not a Pinstripe key file; check which file it is")
    }
    guard bytes.count == Self.size else { throw Self.damaged }
    let checksum = try KeyFile.checksum(of: bytes.extracting(first: 64))
    guard checksum.span.equalsInConstantTime(bytes.extracting(last: 32)) else { throw Self.damaged }
    guard bytes.littleEndian16(at: 8) == 1, bytes.isZero(at: 10, count: 6) else {
      throw KeyError(.version, "this key file is of a later version; update this program")
    }
    id = bytes.bytes(at: 16, count: 16)
    key = try SecretBytes(copying: bytes.extracting(32..<64))
  }

  func encoded() throws(KeyError) -> SecretBytes {
    try SecretBytes(count: Self.size) { file throws(KeyError) in
      file.store(Self.magic.span, at: 0)
      file.store(UInt16(1), at: 8)
      file.store(id.span, at: 16)
      key.withBytes { file.store($0, at: 32) }
      let checksum = try KeyFile.checksum(of: file.span.extracting(first: 64))
      file.store(checksum.span, at: 64)
    }
  }

  /// The key of the lock with this salt: HKDF-SHA256, so that one file may lock several stores.
  func lockKey(salt: [UInt8]) throws(KeyError) -> SecretBytes {
    let provider = try SoftwareProvider()
    return try provider.derive(from: key, salt: salt.span, label: Self.label)
  }

  private static var magic: [UInt8] {
    [0x89, UInt8(ascii: "P"), UInt8(ascii: "S"), UInt8(ascii: "L"), 0x0D, 0x0A, 0x1A, 0x0A]
  }

  private static var damaged: KeyError {
    KeyError(.damaged, "this key file is damaged; restore it from a backup, or use another lock")
  }
}
