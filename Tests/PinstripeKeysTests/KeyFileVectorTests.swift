import Foundation
import Testing

@testable import PinstripeKeys

/// The key files of Tests/Vectors, which were made from TrackFormat.md alone, judged as it says.
struct KeyFileVectorTests {
  struct Vectors: Decodable {
    let keyboxes: [Vector]
    let playbackKeys: [Vector]
  }

  struct Vector: Decodable {
    let name: String
    let status: [String]
    let file: String
    let testAllowed: Bool
  }

  static func read() throws -> Vectors {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Vectors/refusals.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Vectors.self, from: Data(contentsOf: file))
  }

  /// The reason's name on the page.
  static func reason(_ code: KeyError.Code) -> String {
    code == .version ? "VERSION" : code == .damaged || code == .wrongKind ? "KEYBOX" : code.rawValue
  }

  static func judge(
    _ vector: Vector, _ read: (Span<UInt8>) throws(KeyError) -> Bool
  ) throws -> String {
    let bytes = try hex(vector.file)
    do throws(KeyError) {
      let isTest = try read(bytes.span)
      return isTest && !vector.testAllowed ? "TEST_KEYBOX" : "OK"
    } catch {
      return reason(error.code)
    }
  }

  @Test func keyboxes() throws {
    let vectors = try Self.read().keyboxes
    #expect(vectors.count > 20)
    for vector in vectors {
      let reason = try Self.judge(vector) { bytes throws(KeyError) in
        try Keybox(decoding: bytes).isTest
      }
      #expect(vector.status.contains(reason), "\(vector.name)")
    }
  }

  @Test func playbackKeys() throws {
    let vectors = try Self.read().playbackKeys
    #expect(vectors.count > 5)
    for vector in vectors {
      let reason = try Self.judge(vector) { bytes throws(KeyError) in
        try PlaybackKey(decoding: bytes).isTest
      }
      #expect(vector.status.contains(reason), "\(vector.name)")
    }
  }
}
