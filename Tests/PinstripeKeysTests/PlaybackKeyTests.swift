import CPinstripe
import PinstripeCore
import Testing

@testable import PinstripeKeys

struct PlaybackKeyTests {
  let key: PlaybackKey
  let file: [UInt8]

  init() throws {
    key = try PlaybackKey(
      deviceID: DeviceID.random(), epoch: 7, isTest: false, name: "Küchenradio",
      secret: SystemRandom.secret())
    file = try key.encoded().withBytes { $0.bytes(at: 0, count: $0.count) }
  }

  func refusal(_ bytes: [UInt8]) -> KeyError? {
    do throws(KeyError) {
      _ = try PlaybackKey(decoding: bytes.span)
      return nil
    } catch {
      return error
    }
  }

  /// The file with some bytes replaced and the checksum made right.
  func edited(_ bytes: [UInt8], at offset: Int) throws -> [UInt8] {
    var edited = file
    edited.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    let checksum = try KeyFile.checksum(of: edited.span.extracting(first: 96))
    edited.replaceSubrange(96..., with: checksum.span.bytes(at: 0, count: 32))
    return edited
  }

  @Test func readsWhatItWrote() throws {
    #expect(file.count == 128)
    #expect(file[..<8] == [0x89, 0x50, 0x53, 0x50, 0x0D, 0x0A, 0x1A, 0x0A])
    let again = try PlaybackKey(decoding: file.span)
    #expect(again.deviceID == key.deviceID)
    #expect(again.epoch == 7)
    #expect(!again.isTest)
    #expect(again.name == "Küchenradio")
    #expect(again.secret.equals(key.secret))
  }

  @Test func refusesEveryFlippedBitAndEveryTruncation() {
    for bit in 0..<file.count * 8 {
      var damaged = file
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(refusal(damaged)?.code == (bit < 64 ? .wrongKind : .damaged), "bit \(bit)")
    }
    for length in 0..<file.count {
      #expect(refusal(Array(file[..<length]))?.code == .damaged, "\(length) bytes")
    }
  }

  @Test(arguments: ["", "a", String(repeating: "x", count: 32), "日本語の端末", "👩‍🚀"])
  func takesNames(name: String) throws {
    let key = try PlaybackKey(
      deviceID: key.deviceID, epoch: 1, isTest: true, name: name, secret: key.secret)
    let again = try key.encoded().withBytes { bytes throws(KeyError) in
      try PlaybackKey(decoding: bytes)
    }
    #expect(again.name == name)
  }

  @Test(arguments: [
    String(repeating: "x", count: 33), String(repeating: "é", count: 17), "a\u{0}b", "a\nb",
    "\u{1B}[2J", "a\u{9B}b", "a\u{2028}b",
  ])
  func refusesNames(name: String) {
    #expect(throws: KeyError(.argument, "")) {
      try PlaybackKey(
        deviceID: key.deviceID, epoch: 1, isTest: true, name: name, secret: key.secret)
    }
  }

  @Test(
    arguments: [
      [0xFF, 0xFE], [0xC3], [0x1B, 0x5B, 0x32, 0x4A], [0x61, 0, 0x62], [0xED, 0xA0, 0x80],
    ] as [[UInt8]])
  func refusesHostileNames(bytes: [UInt8]) throws {
    let field = bytes + [UInt8](repeating: 0, count: 32 - bytes.count)
    #expect(refusal(try edited(field, at: 64))?.code == .damaged)
    #expect(refusal(try edited([0x61] + field.dropLast(), at: 64))?.code == .damaged)
  }

  @Test func refusesImpossibleValues() throws {
    let short = try SystemRandom.secret(count: 31)
    #expect(throws: KeyError(.argument, "")) {
      try PlaybackKey(deviceID: key.deviceID, epoch: 1, isTest: true, name: "", secret: short)
    }
    #expect(throws: KeyError(.argument, "")) {
      try PlaybackKey(deviceID: key.deviceID, epoch: 0, isTest: true, name: "", secret: key.secret)
    }
    #expect(refusal(try edited([0, 0, 0, 0], at: 12))?.code == .damaged)
    #expect(refusal(try edited([2, 0], at: 8))?.code == .version)
    #expect(refusal(try edited([2, 0], at: 10))?.code == .damaged)
  }

  @Test func wrapsForThePlayer() throws {
    let wrapping = try key.wrappingKey()
    #expect(wrapping.generation == 7)
    #expect(wrapping.recipient == PINSTRIPE_RECIPIENT_DEVICE)
    let content = try SystemRandom.secret()
    let slot = try wrapping.slot(for: content)
    #expect(slot.recipient == 1)
    #expect(slot.generation == 7)

    let provider = try SoftwareProvider()
    let recipient = try wrapping.load(into: provider)
    #expect(recipient.key == PINSTRIPE_KEY_FIRST_WRAP)
    #expect(recipient.generation == 7)
    #expect(recipient.key_id.0 == slot.keyID[0])
    #expect(recipient.key_id.7 == slot.keyID[7])
    try provider.crypto.unwrap(slot.wrap.span, under: .firstWrap, into: .content)
    #expect(try provider.copyKey(at: .content).equals(content))

    let other = try PlaybackKey(
      deviceID: key.deviceID, epoch: 8, isTest: false, name: "", secret: SystemRandom.secret())
    _ = try other.wrappingKey().load(into: provider)
    #expect(try other.wrappingKey().id != wrapping.id)
    #expect(throws: TrackError.unwrap) {
      try provider.crypto.unwrap(slot.wrap.span, under: .firstWrap, into: .content)
    }
    #expect(throws: KeyError(.argument, "")) { try wrapping.load(into: provider, at: .content) }
    #expect(throws: KeyError(.argument, "")) { try wrapping.wrap(SystemRandom.secret(count: 24)) }
  }
}
