import Foundation
import Testing

@testable import PinstripeKeys

/// Tests/Vectors/keys.json, made by a program that shares no code with this one.
struct KeyFileVectorTests {
  struct File: Decodable {
    struct Ladder: Decodable {
      var name, dus, epochSalt, deviceId, kPlay, keyId, keybox, playbackKey: String
      var epoch: UInt32
      var test: Bool
    }
    struct Derived: Decodable {
      var cek, wrap, wrappedFor: String
    }
    var ladder: [Ladder]
    var derived: [Derived]
  }

  let file: File

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let data = try Data(contentsOf: folder.appending(path: "../Vectors/keys.json").standardized)
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    file = try decoder.decode(File.self, from: data)
    try #require(file.ladder.count >= 5 && file.derived.count >= 3)
  }

  func bytes(_ secret: SecretBytes) -> [UInt8] {
    secret.withBytes { $0.bytes(at: 0, count: $0.count) }
  }

  @Test func keyboxes() throws {
    for vector in file.ladder {
      let encoded = try hex(vector.keybox)
      let box = try Keybox(decoding: encoded.span)
      #expect(box.deviceID == DeviceID(vector.deviceId), "\(vector.name)")
      #expect(box.epoch == vector.epoch, "\(vector.name)")
      #expect(box.isTest == vector.test, "\(vector.name)")
      #expect(box.epochSalt.hexadecimal == vector.epochSalt, "\(vector.name)")
      #expect(bytes(box.deviceSecret).hexadecimal == vector.dus, "\(vector.name)")
      #expect(try bytes(box.encoded()) == encoded, "\(vector.name)")
    }
  }

  @Test func playbackKeys() throws {
    for vector in file.ladder {
      let encoded = try hex(vector.playbackKey)
      let key = try PlaybackKey(decoding: encoded.span)
      #expect(key.deviceID == DeviceID(vector.deviceId), "\(vector.name)")
      #expect(key.epoch == vector.epoch && key.isTest == vector.test, "\(vector.name)")
      #expect(bytes(key.secret).hexadecimal == vector.kPlay, "\(vector.name)")
      #expect(try bytes(key.encoded()) == encoded, "\(vector.name)")
      // The same file by way of the keybox.
      let keybox = try hex(vector.keybox)
      let derived = try Keybox(decoding: keybox.span).playbackKey(name: key.name)
      #expect(try bytes(derived.encoded()) == encoded, "\(vector.name)")
      #expect(try "\(derived.wrappingKey().id)" == vector.keyId, "\(vector.name)")
    }
  }

  @Test func wraps() throws {
    for vector in file.derived {
      let ladder = try #require(file.ladder.first { $0.name == vector.wrappedFor })
      let encoded = try hex(ladder.playbackKey)
      let content = try hex(vector.cek)
      let wrapped = try PlaybackKey(decoding: encoded.span).wrappingKey()
        .wrap(SecretBytes(copying: content.span))
      #expect(wrapped.span.bytes(at: 0, count: 40).hexadecimal == vector.wrap)
    }
  }

  /// Every epoch that a file may name fits into a key store.
  @Test func keepsEveryEpoch() throws {
    let folder = try TemporaryFolder()
    let store = try KeyStore.create(at: folder.file("keys.pks"), lock: passphrase())
    for vector in file.ladder {
      let encoded = try hex(vector.playbackKey)
      try store.importPlaybackKey(PlaybackKey(decoding: encoded.span))
      let id = try #require(DeviceID(vector.deviceId))
      #expect(try bytes(store.playbackKey(for: id).encoded()) == encoded, "\(vector.name)")
    }
    let again = try KeyStore.open(at: folder.file("keys.pks"), unlock: passphrase())
    #expect(again.devices.map(\.epoch) == file.ladder.map(\.epoch))
  }
}
