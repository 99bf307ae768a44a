import PinstripeCore

// Device descriptor, 128 bytes, little-endian (DeviceDescriptor.md):
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'D' 0D 0A 1A 0A
//        8     2  format, 1
//       10     2  flags: bit 0 TEST
//       12     4  epoch of the device, from 1 on
//       16    16  device id
//       32     4  version, from 1 on: a later descriptor of the device has a higher one
//       36     4  suites: bit n is suite n
//       40     4  formats, one bit each; 0: not told
//       44     2  key slots that its decoder reads, 1 to 16
//       46     2  features: bit 0 frame maps
//       48    32  X25519 public key; zero: none
//       80    16  zero
//       96    32  tag: HMAC(K_descriptor, the 96 bytes before it)

/// What a player says of its decoder, in the file `Pinstripe/device.pdev` at its storage's root.
///
/// The file lies on storage that anybody can write to. It counts only when ``verify(with:)`` says that
/// somebody made it who holds the device's playback key, or when a person has compared
/// ``fingerprint`` with what the player shows.
public struct DeviceDescriptor: Sendable, Equatable {
  /// Bytes of the file.
  public static let size = 128
  /// Where the file is, from the storage's root.
  public static let path = ["Pinstripe", "device.pdev"]
  private static let tagOffset = 96
  private static let magic: [UInt8] = [
    0x89, UInt8(ascii: "P"), UInt8(ascii: "S"), UInt8(ascii: "D"), 0x0D, 0x0A, 0x1A, 0x0A,
  ]

  /// The device.
  public let deviceID: DeviceID
  /// The newest epoch whose playback key the device has, from 1 on.
  public let epoch: UInt32
  /// Whether this is a TEST device.
  public let isTest: Bool
  /// Which of the device's descriptors this is, from 1 on; a lower one than was seen before is refused.
  public let version: UInt32
  /// The cipher suites that it decrypts: bit n is suite n of the track format.
  public let suites: UInt32
  /// The formats that it plays, by the bits of DeviceDescriptor.md; 0 when it does not tell.
  public let formats: UInt32
  /// How many key slots its decoder reads: 1 to 16.
  public let keySlots: Int
  /// Whether its decoder reads frame maps.
  public let readsFrameMaps: Bool
  /// Its X25519 public key, 32 bytes, for pairing; nil when it has none.
  public let publicKey: [UInt8]?
  /// The 128 bytes of the file.
  public let bytes: [UInt8]

  /// The suites that this version knows.
  public static let knownSuites: [UInt16] = [1, 2]

  /// Makes the descriptor of a device.
  ///
  /// - Throws: ``KeyError/Code/argument`` for a version, key slots, suites or a public key out of range;
  ///   ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public init(
    of device: PlaybackKey, version: UInt32, suites: UInt32, formats: UInt32, keySlots: Int,
    readsFrameMaps: Bool, publicKey: [UInt8]? = nil
  ) throws(KeyError) {
    guard let slots = UInt16(exactly: keySlots), publicKey.map({ $0.count == 32 }) ?? true else {
      throw KeyError(.argument, "a descriptor has 1 to 16 key slots and a public key of 32 bytes")
    }
    var bytes = [UInt8](repeating: 0, count: Self.size)
    var area = bytes.mutableSpan
    area.store(Self.magic.span, at: 0)
    area.store(UInt16(1), at: 8)
    area.store(UInt16(device.isTest ? 1 : 0), at: 10)
    area.store(device.epoch, at: 12)
    area.store(device.deviceID.bytes.span, at: 16)
    area.store(version, at: 32)
    area.store(suites, at: 36)
    area.store(formats, at: 40)
    area.store(slots, at: 44)
    area.store(UInt16(readsFrameMaps ? 1 : 0), at: 46)
    if let publicKey { area.store(publicKey.span, at: 48) }
    let tag = try Self.tag(of: area.span.extracting(first: Self.tagOffset), under: device)
    area.store(tag.span, at: Self.tagOffset)
    do throws(KeyError) {
      try self.init(decoding: bytes.span)
    } catch {
      throw KeyError(.argument, "a descriptor has a version, a suite and 1 to 16 key slots")
    }
  }

  /// Reads a file; its tag is not verified.
  ///
  /// - Throws: ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``, ``KeyError/Code/version``.
  public init(decoding file: Span<UInt8>) throws(KeyError) {
    guard file.count >= 8, file.bytes(at: 0, count: 8) == Self.magic else {
      throw KeyError(.wrongKind, "this is no device descriptor; check which file it is")
    }
    guard file.count == Self.size else { throw Self.damaged }
    let suites = file.littleEndian32(at: 36)
    // A suite of a later version is no damage, but one must be known.
    guard file.littleEndian16(at: 8) == 1,
      Self.knownSuites.contains(where: { suites >> UInt32($0) & 1 == 1 })
    else {
      throw KeyError(.version, "this device descriptor is of a later version; update this program")
    }
    let slots = file.littleEndian16(at: 44)
    guard file.littleEndian16(at: 10) <= 1, file.littleEndian32(at: 12) != 0,
      file.littleEndian32(at: 32) != 0, suites & 1 == 0, 1...16 ~= slots,
      file.littleEndian16(at: 46) <= 1, file.isZero(at: 80, count: 16)
    else { throw Self.damaged }
    deviceID = DeviceID(known: file.bytes(at: 16, count: 16))
    epoch = file.littleEndian32(at: 12)
    isTest = file.littleEndian16(at: 10) == 1
    version = file.littleEndian32(at: 32)
    self.suites = suites
    formats = file.littleEndian32(at: 40)
    keySlots = Int(slots)
    readsFrameMaps = file.littleEndian16(at: 46) == 1
    publicKey = file.isZero(at: 48, count: 32) ? nil : file.bytes(at: 48, count: 32)
    bytes = file.bytes(at: 0, count: Self.size)
  }

  /// Makes sure that whoever made it holds the device's playback key.
  ///
  /// - Throws: ``KeyError/Code/otherDevice`` when the key is another device's or epoch's,
  ///   ``KeyError/Code/tampered``, ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func verify(with key: PlaybackKey) throws(KeyError) {
    guard key.deviceID == deviceID, key.epoch == epoch, key.isTest == isTest else {
      throw KeyError(
        .otherDevice, "this descriptor is another device's, or another epoch's of its key")
    }
    let expected = try Self.tag(of: bytes.span.extracting(first: Self.tagOffset), under: key)
    guard bytes.span.extracting(last: 32).equalsInConstantTime(expected.span) else {
      throw KeyError(.tampered, "the device descriptor was edited or damaged; write it again")
    }
  }

  /// What a person compares with the player's display: 32 hexadecimal digits in groups of four, the
  /// first 16 bytes of HMAC(32 zero bytes, all but the tag).
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func fingerprint() throws(KeyError) -> String {
    let sum = try KeyFile.checksum(of: bytes.span.extracting(first: Self.tagOffset))
    let digits = Array(sum.span.bytes(at: 0, count: 16).hexadecimal)
    return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<$0 + 4]) }
      .joined(separator: "-")
  }

  private static func tag(
    of bytes: Span<UInt8>, under device: PlaybackKey
  ) throws(KeyError) -> InlineArray<32, UInt8> {
    let provider = try SoftwareProvider()
    let noSalt = [UInt8](repeating: 0, count: 32)
    let key = try provider.derive(
      from: device.secret, salt: noSalt.span, label: "pinstripe v1 descriptor")
    try provider.load(key, at: .firstWrap)
    return try provider.mac(of: bytes, under: .firstWrap)
  }

  private static var damaged: KeyError {
    KeyError(.damaged, "this device descriptor is damaged; write it again")
  }
}
