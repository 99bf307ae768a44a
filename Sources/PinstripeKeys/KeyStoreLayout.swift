// A key store, little-endian:
//
//   offset  size    field
//        0     8    magic 89 'P' 'S' 'S' 0D 0A 1A 0A
//        8     2    version, 1
//       10     2    cipher of the body: 1 ChaCha20-Poly1305 (RFC 8439 §2.8)
//       12     4    n, bytes of the body
//       16    16    store id, random, the same for the store's life
//       32     8    generation: 1, and one more with every write
//       40    12    nonce, fresh with every write
//       52    12    zero
//       64 8·128    lock slots (LockSlot.swift)
//     1088     n    body: the records (KeyRecord.swift), sealed under the master key; the 1088 bytes
//                   before it are the additional data
//   1088+n    16    the body's tag
//   1104+n    32    checksum: HMAC-SHA256 with a key of 32 zero bytes, over all before it
//
// The checksum comes first when a store is read: when it fails, the file is damaged, whatever the
// passphrase. When it holds and no lock opens, the passphrase is wrong. When a lock opens and the tag
// fails, somebody edited the file.

/// Sizes and limits of a key store file, in bytes unless they say otherwise.
public enum KeyStoreLayout {
  /// Bytes before the body.
  public static var headerSize: Int { 1088 }
  /// How many locks a store can have.
  public static var lockSlots: Int { 8 }
  /// The longest body: some thousand devices.
  ///
  /// A longer file is refused unread.
  public static var maximumBody: Int { 1 << 20 }
  /// The most records: each is read into memory pages of its own.
  public static var maximumRecords: Int { 4096 }
  /// The longest passphrase.
  public static var maximumPassphrase: Int { 1024 }

  static var slotSize: Int { 128 }
  static var firstSlot: Int { 64 }
  static var tagSize: Int { 16 }
  static var checksumSize: Int { 32 }
  static var smallestFile: Int { headerSize + tagSize + checksumSize }
  static var largestFile: Int { smallestFile + maximumBody }
  static var magic: [UInt8] {
    [0x89, UInt8(ascii: "P"), UInt8(ascii: "S"), UInt8(ascii: "S"), 0x0D, 0x0A, 0x1A, 0x0A]
  }
}
