// Lock slot, 128 bytes, little-endian: one way to a key store's master key, as in LUKS2.
//
//   offset  size  field
//        0     2  kind: 0 none (all zero), 1 passphrase, 2 key file; any other is kept and not read
//        2     2  zero
//        4     4  passphrase: scrypt's log2 N
//        8     4  passphrase: scrypt's r
//       12     4  passphrase: scrypt's p
//       16    16  lock id: random; of a key file, the file's own id
//       32    32  salt
//       64    40  the master key, wrapped by AES-256-KW (RFC 3394) under the lock's key
//      104    24  zero
//
// The lock's key is scrypt(passphrase, salt), or HKDF-SHA256(key file, salt, "pinstripe v1 store
// lock" ‖ 0).
struct LockSlot: Sendable {
  enum Kind: Sendable {
    case passphrase(ScryptCost)
    case keyFile
    /// Of a later version: carried along, byte for byte.
    case other(number: UInt16, bytes: [UInt8])
  }

  let kind: Kind
  let id: [UInt8]
  let salt: [UInt8]
  let wrap: [UInt8]

  /// Judges the slot at `offset`; nil when it is empty.
  init?(decoding area: Span<UInt8>, at offset: Int) throws(KeyError) {
    let number = area.littleEndian16(at: offset)
    let log2N = area.littleEndian32(at: offset + 4)
    let r = area.littleEndian32(at: offset + 8)
    let p = area.littleEndian32(at: offset + 12)
    id = area.bytes(at: offset + 16, count: 16)
    salt = area.bytes(at: offset + 32, count: 32)
    wrap = area.bytes(at: offset + 64, count: 40)
    switch number {
    case 0:
      guard area.isZero(at: offset, count: KeyStoreLayout.slotSize) else { throw Self.malformed }
      return nil
    case 1:
      kind = .passphrase(try ScryptCost(log2N: log2N, r: r, p: p))
    case 2:
      guard log2N == 0, r == 0, p == 0 else { throw Self.malformed }
      kind = .keyFile
    default:
      kind = .other(
        number: number, bytes: area.bytes(at: offset, count: KeyStoreLayout.slotSize))
      return
    }
    guard area.isZero(at: offset + 2, count: 2), area.isZero(at: offset + 104, count: 24)
    else { throw Self.malformed }
  }

  init(kind: Kind, id: [UInt8], salt: [UInt8], wrap: [UInt8]) {
    self.kind = kind
    self.id = id
    self.salt = salt
    self.wrap = wrap
  }

  func encode(into area: inout MutableSpan<UInt8>, at offset: Int) {
    switch kind {
    case .other(_, let bytes):
      area.store(bytes.span, at: offset)
      return
    case .passphrase(let cost):
      area.store(UInt16(1), at: offset)
      area.store(cost.log2N, at: offset + 4)
      area.store(cost.r, at: offset + 8)
      area.store(cost.p, at: offset + 12)
    case .keyFile:
      area.store(UInt16(2), at: offset)
    }
    area.store(id.span, at: offset + 16)
    area.store(salt.span, at: offset + 32)
    area.store(wrap.span, at: offset + 64)
  }

  private static var malformed: KeyError {
    KeyError(.damaged, "a lock of this key store contradicts itself; restore a backup")
  }
}

extension LockSlot {
  /// Makes a slot that leads to `master`.
  init(_ lock: PreparedLock, master: SecretBytes) throws(KeyError) {
    self.init(
      kind: lock.kind, id: lock.id, salt: lock.salt,
      wrap: try KeyWrapping.wrap(master, under: lock.key))
  }
}

/// A lock whose key is computed, which for a passphrase takes a while, before any file is locked.
struct PreparedLock {
  let kind: LockSlot.Kind
  let id: [UInt8]
  let salt: [UInt8]
  let key: SecretBytes

  /// Takes a passphrase.
  init(passphrase: SecretBytes, cost: ScryptCost) throws(KeyError) {
    kind = .passphrase(cost)
    id = try SystemRandom.bytes(count: 16)
    let salt = try SystemRandom.bytes(count: 32)
    key = try Scrypt.key(from: passphrase, salt: salt.span, cost: cost)
    self.salt = salt
  }

  /// Takes a key file's content.
  init(_ file: LockFile) throws(KeyError) {
    kind = .keyFile
    id = file.id
    salt = try SystemRandom.bytes(count: 32)
    key = try file.lockKey(salt: salt)
  }
}
