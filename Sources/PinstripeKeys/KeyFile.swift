import PinstripeCore

// What keyboxes, playback keys and exported user or group keys have in common: 128 bytes,
// little-endian.
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' kind 0D 0A 1A 0A; kind 'K' keybox, 'P' playback key, 'U' user or
//                 group key
//        8     2  version, 1
//       10     2  flags: bit 0 TEST; of kind 'U' bit 1 GROUP instead; the others 0
//       12     4  epoch, or a user's or group's generation; not 0
//       16    16  device id, or the user's or group's
//       32    32  secret
//       64    32  by kind
//       96    32  checksum: HMAC-SHA256 with a key of 32 zero bytes, over the 96 bytes before it
//
// The magic is PNG's: a transfer that changes line ends or bit 7 shows at once. The checksum finds
// damage and proves nothing.
struct KeyFile {
  static let size = 128
  static let secretOffset = 32
  static let lastFieldOffset = 64
  private static let checksumOffset = 96

  let kind: Kind
  var isTest: Bool
  var isGroup = false
  var epoch: UInt32
  var deviceID: DeviceID
  var secret: SecretBytes
  var lastField: [UInt8]

  struct Kind {
    let letter: UInt8
    let name: String
    let remedy: String
    var flags: UInt16 = 1

    static let keybox = Kind(
      letter: UInt8(ascii: "K"), name: "keybox", remedy: "copy or export it again")
    static let playback = Kind(
      letter: UInt8(ascii: "P"), name: "playback key file", remedy: "copy or export it again")
    static let shared = Kind(
      letter: UInt8(ascii: "U"), name: "user or group key file", remedy: "copy or export it again",
      flags: 2)
  }

  init(
    kind: Kind, isTest: Bool, epoch: UInt32, deviceID: DeviceID, secret: SecretBytes,
    lastField: [UInt8]
  ) {
    self.kind = kind
    self.isTest = isTest
    self.epoch = epoch
    self.deviceID = deviceID
    self.secret = secret
    self.lastField = lastField
  }

  /// Judges a file of a kind.
  init(kind: Kind, decoding bytes: Span<UInt8>) throws(KeyError) {
    guard bytes.count >= 8 else { throw Self.refusal(.damaged, kind, "is cut short") }
    for (offset, expected) in Self.magic(kind).enumerated() where bytes[offset] != expected {
      throw KeyError(.wrongKind, "this is not a Pinstripe \(kind.name); check which file it is")
    }
    let version = bytes.littleEndian16(at: 8)
    guard bytes.count == Self.size else {
      if bytes.count > Self.size && version > 1 { throw Self.newer(kind, version) }
      throw Self.refusal(
        .damaged, kind, "has \(bytes.count) bytes instead of \(Self.size)")
    }
    let checksum = try Self.checksum(of: bytes.extracting(first: Self.checksumOffset))
    guard checksum.span.equalsInConstantTime(bytes.extracting(last: 32)) else {
      throw Self.refusal(.damaged, kind, "is damaged (its checksum fails)")
    }
    guard version == 1 else { throw Self.newer(kind, version) }
    let flags = bytes.littleEndian16(at: 10)
    // A later version that has more flags has another number.
    guard flags & ~kind.flags == 0 else {
      throw Self.refusal(.damaged, kind, "has flags that version 1 does not have")
    }
    self.kind = kind
    isTest = flags & 1 != 0
    isGroup = flags & 2 != 0
    epoch = bytes.littleEndian32(at: 12)
    guard epoch != 0 else {
      throw Self.refusal(.damaged, kind, "names epoch 0, which is never used")
    }
    deviceID = DeviceID(known: bytes.bytes(at: 16, count: 16))
    secret = try SecretBytes(copying: bytes.extracting(Self.secretOffset..<Self.lastFieldOffset))
    lastField = bytes.bytes(at: Self.lastFieldOffset, count: 32)
  }

  /// The 128 bytes of the file.
  func encoded() throws(KeyError) -> SecretBytes {
    guard secret.count == 32, lastField.count == 32, epoch != 0 else {
      throw KeyError(.argument, "a \(kind.name) needs a 32-byte key and an epoch from 1 on")
    }
    return try SecretBytes(count: Self.size) { file throws(KeyError) in
      file.store(Self.magic(kind).span, at: 0)
      file.store(UInt16(1), at: 8)
      file.store(UInt16((isTest ? 1 : 0) | (isGroup ? 2 : 0)), at: 10)
      file.store(epoch, at: 12)
      file.store(deviceID.bytes.span, at: 16)
      secret.withBytes { secret in file.store(secret, at: Self.secretOffset) }
      file.store(lastField.span, at: Self.lastFieldOffset)
      let checksum = try Self.checksum(of: file.span.extracting(first: Self.checksumOffset))
      file.store(checksum.span, at: Self.checksumOffset)
    }
  }

  private static func magic(_ kind: Kind) -> [UInt8] {
    [0x89, UInt8(ascii: "P"), UInt8(ascii: "S"), kind.letter, 0x0D, 0x0A, 0x1A, 0x0A]
  }

  private static func refusal(_ code: KeyError.Code, _ kind: Kind, _ what: String) -> KeyError {
    KeyError(code, "this \(kind.name) \(what); \(kind.remedy)")
  }

  private static func newer(_ kind: Kind, _ version: UInt16) -> KeyError {
    KeyError(
      .version, "this \(kind.name) is of version \(version), this program knows 1; update it")
  }

  /// HMAC-SHA256 with the all-zero key.
  static func checksum(of bytes: Span<UInt8>) throws(KeyError) -> InlineArray<32, UInt8> {
    try SoftwareProvider().mac(of: bytes, under: .zero)
  }
}
