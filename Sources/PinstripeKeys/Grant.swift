import PinstripeCore

// Grant, 128 bytes, little-endian; a user's or group's key on its way to a device (TrackFormat.md).
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
//       48    40  the key, wrapped by AES-256-KW under the device's K_wrap
//       88     8  zero
//       96    32  tag: HMAC(K_grant, the 96 bytes before it)

/// Makes and reads grants.
///
/// A grant opens on one device, in one epoch of it, and for whoever holds that epoch's playback key. Its
/// bytes are no secret.
public enum Grant {
  /// Bytes of the file.
  public static let size = 128
  private static let tagOffset = 96
  private static let magic: [UInt8] = [
    0x89, UInt8(ascii: "P"), UInt8(ascii: "S"), UInt8(ascii: "G"), 0x0D, 0x0A, 0x1A, 0x0A,
  ]

  /// Makes the grant of a key for a device.
  ///
  /// - Returns: The 128 bytes of the file.
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public static func make(of key: SharedKey, for device: PlaybackKey) throws(KeyError) -> [UInt8] {
    let wrapping = try device.wrappingKey()
    let wrapped = try wrapping.wrap(key.secret)
    var bytes = [UInt8](repeating: 0, count: size)
    var area = bytes.mutableSpan
    area.store(magic.span, at: 0)
    area.store(UInt16(1), at: 8)
    area.store(UInt16(device.isTest ? 1 : 0), at: 10)
    area.store(key.kind.rawValue, at: 12)
    area.store(key.id.bytes.span, at: 16)
    area.store(key.generation, at: 32)
    area.store(device.epoch, at: 36)
    let id = wrapping.id.bytes
    area.store(id.span, at: 40)
    area.store(wrapped.span, at: 48)
    let tag = try tag(of: area.span.extracting(first: tagOffset), under: device)
    area.store(tag.span, at: tagOffset)
    return bytes
  }

  /// Reads a grant with the playback key of the device that it is for.
  ///
  /// - Returns: The key, without a name.
  /// - Throws: ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``, ``KeyError/Code/version``;
  ///   ``KeyError/Code/otherDevice`` when it is for another device or another epoch;
  ///   ``KeyError/Code/tampered``; ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public static func open(
    _ bytes: Span<UInt8>, with device: PlaybackKey
  ) throws(KeyError) -> SharedKey {
    let kind = try kind(of: bytes)
    let wrapping = try device.wrappingKey()
    let id = wrapping.id.bytes
    guard bytes.littleEndian32(at: 36) == device.epoch,
      bytes.extracting(40..<48).equalsInConstantTime(id.span)
    else {
      throw KeyError(.otherDevice, "this grant is for another device, or another epoch of its key")
    }
    let expected = try tag(of: bytes.extracting(first: tagOffset), under: device)
    guard bytes.extracting(last: 32).equalsInConstantTime(expected.span),
      let secret = try KeyWrapping.unwrap(bytes.extracting(48..<88), under: wrapping.secret)
    else { throw KeyError(.tampered, "this grant was edited or damaged; make it again") }
    return try SharedKey(
      id: HolderID(known: bytes.bytes(at: 16, count: 16)), kind: kind,
      generation: bytes.littleEndian32(at: 32), name: "", secret: secret)
  }

  /// Judges what needs no key.
  private static func kind(of bytes: Span<UInt8>) throws(KeyError) -> SharedKey.Kind {
    guard bytes.count >= 8, bytes.bytes(at: 0, count: 8) == magic else {
      throw KeyError(.wrongKind, "this is not a Pinstripe grant; check which file it is")
    }
    guard bytes.count == size else { throw damaged }
    guard bytes.littleEndian16(at: 8) == 1 else {
      throw KeyError(.version, "this grant is of a later version; update this program")
    }
    guard bytes.littleEndian16(at: 10) <= 1,
      let kind = SharedKey.Kind(rawValue: bytes.littleEndian32(at: 12)),
      bytes.littleEndian32(at: 32) != 0, bytes.isZero(at: 88, count: 8)
    else { throw damaged }
    return kind
  }

  private static func tag(
    of bytes: Span<UInt8>, under device: PlaybackKey
  ) throws(KeyError) -> InlineArray<32, UInt8> {
    let provider = try SoftwareProvider()
    try provider.load(device.secret, at: .playback)
    do throws(TrackError) {
      try KeyLadder(provider.crypto).deriveGrantKey(into: .firstWrap)
    } catch {
      throw KeyError(error)
    }
    return try provider.mac(of: bytes, under: .firstWrap)
  }

  private static var damaged: KeyError {
    KeyError(.damaged, "this grant is damaged; copy or make it again")
  }
}
