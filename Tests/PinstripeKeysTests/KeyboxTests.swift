import PinstripeCore
import Testing

@testable import PinstripeKeys

struct KeyboxTests {
  let box: Keybox
  let file: [UInt8]

  init() throws {
    box = try Keybox.makeTest()
    file = try box.encoded().withBytes { $0.bytes(at: 0, count: $0.count) }
  }

  /// The error of parsing, or nil.
  func refusal(_ bytes: [UInt8]) -> KeyError? {
    do throws(KeyError) {
      _ = try Keybox(decoding: bytes.span)
      return nil
    } catch {
      return error
    }
  }

  @Test func readsWhatItWrote() throws {
    #expect(file.count == 128)
    let again = try Keybox(decoding: file.span)
    #expect(again.deviceID == box.deviceID)
    #expect(again.epoch == 1)
    #expect(again.isTest)
    #expect(again.epochSalt == box.epochSalt)
    #expect(again.deviceSecret.equals(box.deviceSecret))
  }

  /// Where everything lies, by constants of TrackFormat.md and not of the code.
  @Test func liesAsDocumented() throws {
    let secret = try SecretBytes(copying: [UInt8](repeating: 0xD5, count: 32).span)
    let id = try #require(DeviceID(bytes: [UInt8](0x10..<0x20)))
    let box = Keybox(
      deviceID: id, epoch: 0x0403_0201, isTest: true,
      epochSalt: [UInt8](repeating: 0xE5, count: 32), deviceSecret: secret)
    let bytes = try box.encoded().withBytes { $0.bytes(at: 0, count: 128) }
    #expect(bytes[..<8] == [0x89, 0x50, 0x53, 0x4B, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(bytes[8..<16] == [1, 0, 1, 0, 1, 2, 3, 4])
    #expect(bytes[16..<32].elementsEqual(0x10..<0x20))
    #expect(bytes[32..<64].allSatisfy { $0 == 0xD5 })
    #expect(bytes[64..<96].allSatisfy { $0 == 0xE5 })
    let provider = ProviderTable()
    #expect(Array(bytes[96...]) == provider.mac(Array(bytes[..<96]), key: 0))
  }

  @Test func refusesEveryFlippedBit() throws {
    for bit in 0..<file.count * 8 {
      var damaged = file
      damaged[bit / 8] ^= 1 << (bit % 8)
      let error = try #require(refusal(damaged), "bit \(bit)")
      #expect(error.code == (bit < 64 ? .wrongKind : .damaged), "bit \(bit)")
    }
  }

  @Test func refusesEveryOtherLength() throws {
    for length in 0..<file.count {
      #expect(refusal(Array(file[..<length]))?.code == .damaged, "\(length) bytes")
    }
    #expect(refusal(file + [0])?.code == .damaged)
  }

  /// Well-formed but for one field; the checksum is right.
  @Test(arguments: [
    (8, 2, KeyError.Code.version), (9, 1, .version), (10, 2, .damaged), (10, 0x80, .damaged),
    (11, 1, .damaged), (12, 0, .damaged),
  ])
  func tellsFieldsApart(offset: Int, value: UInt8, code: KeyError.Code) throws {
    var bytes = file
    bytes[offset] = value
    let checksum = try KeyFile.checksum(of: bytes.span.extracting(first: 96))
    bytes.replaceSubrange(96..., with: checksum.span.bytes(at: 0, count: 32))
    #expect(refusal(bytes)?.code == code, "byte \(offset) = \(value)")
  }

  @Test func tellsALongerLaterVersionFromDamage() {
    var later = file + [0, 0, 0, 0]
    later[8] = 2
    #expect(refusal(later)?.code == .version)
  }

  @Test func isNoPlaybackKey() throws {
    #expect(throws: KeyError(.wrongKind, "")) { try PlaybackKey(decoding: file.span) }
  }

  @Test func derivesThePlaybackKeyOfTheLadder() throws {
    let key = try box.playbackKey(name: "Ann's player")
    let provider = ProviderTable()
    let secret = box.deviceSecret.withBytes { $0.bytes(at: 0, count: 32) }
    #expect(provider.load(secret, at: 1) == 0)
    let info = Array("pinstripe v1 playback".utf8) + [0] + box.deviceID.bytes + [1, 0, 0, 0]
    #expect(provider.derive(2, from: 1, salt: box.epochSalt, info: info) == 0)
    #expect(key.secret.withBytes { $0.bytes(at: 0, count: 32) } == provider.key(at: 2))
    #expect(key.name == "Ann's player")
    #expect(key.deviceID == box.deviceID)
    #expect(key.isTest)
  }

  @Test func twoTestDevicesShareNothing() throws {
    let other = try Keybox.makeTest()
    #expect(other.deviceID != box.deviceID)
    #expect(other.epochSalt != box.epochSalt)
    #expect(!other.deviceSecret.equals(box.deviceSecret))
  }
}
