import Foundation
import PinstripeKeys
import Testing

/// The tracks of Tests/Vectors/refusals.json whose metadata is what they are about.
struct MetadataVectors: Decodable {
  let bases: [String: Base]
  let refusals: [Track]

  struct Base: Decodable {
    let keybox: String
  }

  struct Track: Decodable {
    let name: String
    let base: String
    let file: [Piece]?
    let metadataStatus: [String]?

    var bytes: [UInt8]? { file.map { pieces in pieces.flatMap(\.bytes) } }
  }

  /// Base64 text, or a count of zero bytes.
  struct Piece: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let count = try? container.decode(Int.self) {
        bytes = [UInt8](repeating: 0, count: count)
      } else {
        bytes = Array(try container.decode(Data.self))
      }
    }
  }

  static func read() throws -> MetadataVectors {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Vectors/refusals.json")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(MetadataVectors.self, from: Data(contentsOf: file))
  }

  /// The key that opens a track.
  func key(of track: Track) throws -> WrappingKey {
    let digits = try #require(bases[track.base]?.keybox)
    let bytes = stride(from: 0, to: digits.utf8.count, by: 2).compactMap {
      UInt8(String(decoding: Array(digits.utf8)[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    return try Keybox(decoding: bytes.span).playbackKey(name: "").wrappingKey()
  }
}
