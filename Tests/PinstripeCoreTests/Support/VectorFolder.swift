import Foundation

/// Tests/Vectors, found from this file: what an independent program made from the page alone.
enum VectorFolder {
  private static var folder: URL {
    URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Vectors")
  }

  static func read<Contents: Decodable>(_ name: String, as type: Contents.Type) throws -> Contents {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(
      type, from: Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// The content of every track: byte i is (7 i + 3) mod 251.
  static func content(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8((7 * $0 + 3) % 251) }
  }
}

/// Bytes as lower-case hex.
struct Hex: Decodable {
  let bytes: [UInt8]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Self.decode(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not hex")
    }
    self.bytes = bytes
  }

  static func decode(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}

/// A file: base64 text and counts of zero bytes in turn.
struct FilePieces: Decodable {
  let bytes: [UInt8]

  private enum Piece: Decodable {
    case text(Data)
    case zeros(Int)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let count = try? container.decode(Int.self) {
        self = .zeros(count)
      } else {
        self = .text(try container.decode(Data.self))
      }
    }
  }

  init(from decoder: any Decoder) throws {
    var bytes: [UInt8] = []
    for piece in try decoder.singleValueContainer().decode([Piece].self) {
      switch piece {
      case .text(let data): bytes += data
      case .zeros(let count): bytes += [UInt8](repeating: 0, count: count)
      }
    }
    self.bytes = bytes
  }
}

/// A change of a file (Tests/Vectors/README.md, "JSON shapes").
struct Edit: Decodable {
  let offset: Int?
  let hex: Hex?
  let remove: Int?
  let insert: Hex?
  let truncate: Int?
  let append: Hex?

  func apply(to file: inout [UInt8]) {
    if let truncate { file.removeLast(max(0, file.count - truncate)) }
    if let append { file += append.bytes }
    guard let offset else { return }
    if let hex { file.replaceSubrange(offset..<offset + hex.bytes.count, with: hex.bytes) }
    if let remove { file.removeSubrange(offset..<offset + remove) }
    if let insert { file.insert(contentsOf: insert.bytes, at: offset) }
  }
}

extension [Edit] {
  func applied(to file: [UInt8]) -> [UInt8] {
    var file = file
    for edit in self { edit.apply(to: &file) }
    return file
  }
}
