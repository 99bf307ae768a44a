// Device record, little-endian:
//
//   offset  size  field
//        0    16  device id
//       16     2  flags: bit 0 TEST, bit 1 the DUS is here; the others 0
//       18     2  k, number of epochs, 1 to 64
//       20    12  zero
//       32    32  name, UTF-8, padded with zeros
//       64    32  DUS, or zeros
//       96  72·k  epochs, ascending:
//                      0   4  epoch
//                      4   4  flags: bit 0 the salt is known; the others 0
//                      8  32  epoch salt, or zeros
//                     40  32  K_play
struct DeviceRecord: Sendable {
  static let maximumEpochs = 64
  private static let fixedSize = 96
  private static let epochSize = 72

  struct Epoch: Sendable {
    var number: UInt32
    /// Known where the keybox was made here.
    var salt: [UInt8]?
    var playback: SecretBytes
  }

  var id: DeviceID
  var name: String
  var isTest: Bool
  /// DUS, where the TEST device was made here.
  var secret: SecretBytes?
  /// Ascending, never empty.
  var epochs: [Epoch]

  init(id: DeviceID, name: String, isTest: Bool, secret: SecretBytes?, epochs: [Epoch]) {
    self.id = id
    self.name = name
    self.isTest = isTest
    self.secret = secret
    self.epochs = epochs
  }

  var encodedSize: Int { Self.fixedSize + epochs.count * Self.epochSize }

  init(decoding bytes: Span<UInt8>) throws(KeyError) {
    let count = Int(bytes.littleEndian16(at: 18))
    let flags = bytes.littleEndian16(at: 16)
    guard (1...Self.maximumEpochs).contains(count), flags & ~3 == 0,
      bytes.count == Self.fixedSize + count * Self.epochSize, bytes.isZero(at: 20, count: 12)
    else { throw KeyRecord.malformed }
    id = DeviceID(known: bytes.bytes(at: 0, count: 16))
    isTest = flags & 1 != 0
    name = try DeviceName.decode(bytes.extracting(32..<64))
    if flags & 2 != 0 {
      secret = try SecretBytes(copying: bytes.extracting(64..<96))
    } else {
      guard bytes.isZero(at: 64, count: 32) else { throw KeyRecord.malformed }
      secret = nil
    }
    epochs = []
    for index in 0..<count {
      let epoch = try Epoch(
        decoding: bytes, at: Self.fixedSize + index * Self.epochSize)
      guard epoch.number > epochs.last?.number ?? 0 else { throw KeyRecord.malformed }
      epochs.append(epoch)
    }
  }

  func encode(into body: inout MutableSpan<UInt8>, at start: Int) throws(KeyError) {
    body.store(id.bytes.span, at: start)
    body.store(UInt16((isTest ? 1 : 0) | (secret == nil ? 0 : 2)), at: start + 16)
    body.store(UInt16(truncatingIfNeeded: epochs.count), at: start + 18)
    let name = try DeviceName.encode(name)
    body.store(name.span, at: start + 32)
    secret?.withBytes { body.store($0, at: start + 64) }
    for (index, epoch) in epochs.enumerated() {
      epoch.encode(into: &body, at: start + Self.fixedSize + index * Self.epochSize)
    }
  }
}

extension DeviceRecord.Epoch {
  fileprivate init(decoding bytes: Span<UInt8>, at offset: Int) throws(KeyError) {
    number = bytes.littleEndian32(at: offset)
    switch bytes.littleEndian32(at: offset + 4) {
    case 0:
      guard bytes.isZero(at: offset + 8, count: 32) else { throw KeyRecord.malformed }
      salt = nil
    case 1:
      salt = bytes.bytes(at: offset + 8, count: 32)
    default:
      throw KeyRecord.malformed
    }
    playback = try SecretBytes(copying: bytes.extracting(offset + 40..<offset + 72))
  }

  fileprivate func encode(into body: inout MutableSpan<UInt8>, at offset: Int) {
    body.store(number, at: offset)
    if let salt {
      body.store(UInt32(1), at: offset + 4)
      body.store(salt.span, at: offset + 8)
    }
    playback.withBytes { body.store($0, at: offset + 40) }
  }
}
