import Foundation
import Testing

@testable import PinstripeKeys

/// Device descriptors, as DeviceDescriptor.md has them.
struct DeviceDescriptorTests {
  struct Vectors: Decodable {
    let descriptors: [Vector]
  }

  struct Vector: Decodable {
    let name: String
    let status: [String]
    let playbackKey: String
    let file: String
    let fingerprint: String?
  }

  /// Tests/Vectors/descriptors.json, made from the page alone.
  private static func vectors() throws -> [Vector] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Vectors/descriptors.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Vectors.self, from: Data(contentsOf: file)).descriptors
  }

  private static func status(_ file: [UInt8], _ key: PlaybackKey) -> String {
    do {
      let descriptor = try read(file)
      try descriptor.verify(with: key)
      return "OK"
    } catch {
      switch (error as? KeyError)?.code {
      case .version: return "VERSION"
      case .damaged, .wrongKind: return "KEYBOX"
      case .otherDevice: return "NO_SLOT"
      case .tampered: return "TAG"
      default: return "\(error)"
      }
    }
  }

  private static func read(_ file: [UInt8]) throws -> DeviceDescriptor {
    try DeviceDescriptor(decoding: file.span)
  }

  @Test func vectorsAreJudgedAsThePageSays() throws {
    let vectors = try Self.vectors()
    #expect(vectors.count > 60)
    for vector in vectors {
      let held = try hex(vector.playbackKey)
      let key = try PlaybackKey(decoding: held.span)
      let file = try hex(vector.file)
      #expect(vector.status.contains(Self.status(file, key)), "\(vector.name)")
      guard let fingerprint = vector.fingerprint else { continue }
      let descriptor = try Self.read(file)
      #expect(descriptor.bytes == file, "\(vector.name)")
      #expect(try descriptor.fingerprint().filter { $0 != "-" } == fingerprint, "\(vector.name)")
      let again = try DeviceDescriptor(
        of: key, version: descriptor.version, suites: descriptor.suites,
        formats: descriptor.formats, keySlots: descriptor.keySlots,
        readsFrameMaps: descriptor.readsFrameMaps, publicKey: descriptor.publicKey)
      #expect(again == descriptor, "\(vector.name)")
    }
  }

  @Test func theFingerprintIsReadable() throws {
    let key = try Keybox.makeTest().playbackKey(name: "")
    let fingerprint = try make(key).fingerprint()
    #expect(fingerprint.split(separator: "-").map(\.count) == Array(repeating: 4, count: 8))
  }

  private func make(
    _ key: PlaybackKey, version: UInt32 = 1, suites: UInt32 = 6, keySlots: Int = 16,
    publicKey: [UInt8]? = nil
  ) throws(KeyError) -> DeviceDescriptor {
    try DeviceDescriptor(
      of: key, version: version, suites: suites, formats: 0, keySlots: keySlots,
      readsFrameMaps: true, publicKey: publicKey)
  }

  @Test func impossibleDescriptorsAreNotMade() throws {
    let key = try Keybox.makeTest().playbackKey(name: "")
    let refused = KeyError(.argument, "")
    #expect(throws: refused) { try make(key, version: 0) }
    #expect(throws: refused) { try make(key, suites: 0) }
    #expect(throws: refused) { try make(key, suites: 7) }
    #expect(throws: refused) { try make(key, suites: 8) }
    for slots in [-1, 0, 17, 65_536, Int.max] {
      #expect(throws: refused) { try make(key, keySlots: slots) }
    }
    #expect(throws: refused) { try make(key, publicKey: [1]) }
  }

  /// Whoever holds another device's key cannot speak for this one.
  @Test func everyBitIsAuthenticated() throws {
    let key = try Keybox.makeTest().playbackKey(name: "")
    let bytes = try make(key, publicKey: [UInt8](repeating: 9, count: 32)).bytes
    #expect(Self.status(bytes, key) == "OK")
    for bit in 0..<bytes.count * 8 {
      var edited = bytes
      edited[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(Self.status(edited, key) != "OK", "bit \(bit)")
    }
    let other = try Keybox.makeTest().playbackKey(name: "")
    #expect(Self.status(bytes, other) == "NO_SLOT")
  }
}
