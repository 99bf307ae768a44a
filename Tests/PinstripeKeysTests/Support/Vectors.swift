import Foundation
import Testing

@testable import PinstripeKeys

/// Where the public vectors are, if they are.
enum Vectors {
  /// `cryptography_vectors` of PyPI, fetched by Tests/Vectors/fetch-public.sh.
  static let published: URL? = {
    guard let path = ProcessInfo.processInfo.environment["PINSTRIPE_PUBLIC_VECTORS"], !path.isEmpty
    else { return nil }
    return URL(fileURLWithPath: path, isDirectory: true)
  }()

  /// Wycheproof's and others', `shared/data/vectors` beside the project's folder.
  static let shared: URL? = {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { folder.deleteLastPathComponent() }
    folder.append(path: "shared/data/vectors", directoryHint: .isDirectory)
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }()

  static let publishedMissing: Comment =
    "skipped: PINSTRIPE_PUBLIC_VECTORS is not set; Tests/Vectors/fetch-public.sh prints its value"
  static let sharedMissing: Comment = "skipped: there is no shared/data/vectors beside the project"

  /// The cases of a file of lines `NAME = VALUE`, as NIST writes them.
  ///
  /// Comments are dropped, and `FAIL` alone is a name. `section` is the last line in brackets.
  ///
  /// - Parameter first: The name that starts a case; empty lines do when it is nil.
  static func response(
    _ path: String, in folder: URL?, startingAt first: String? = "COUNT"
  ) throws -> [[String: String]] {
    var cases: [[String: String]] = []
    var current: [String: String] = [:]
    var section = ""
    for line in try read(path, in: folder).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    {
      let line = line.trimmingCharacters(in: .whitespaces)
      let parts = line.split(separator: "=", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      let starts = first.map { $0 == parts.first } ?? parts.isEmpty
      if (starts || line.hasPrefix("[")) && !current.isEmpty {
        cases.append(current.merging(["section": section]) { $1 })
        current = [:]
      }
      if line.hasPrefix("[") {
        section = line
      } else if let name = parts.first, !line.hasPrefix("#") {
        current[name] = parts.count > 1 ? parts[1] : ""
      }
    }
    if !current.isEmpty { cases.append(current.merging(["section": section]) { $1 }) }
    return cases
  }

  /// The cases of a Wycheproof file: string fields, and `result`.
  static func wycheproof(_ name: String) throws -> [WycheproofCase] {
    let data = Data(try read(name, in: shared).utf8)
    let file = try JSONDecoder().decode(WycheproofFile.self, from: data)
    return file.testGroups.flatMap { group in
      group.tests.map { test in
        var test = test
        test.tagSize = group.tagSize
        return test
      }
    }
  }

  private static func read(_ path: String, in folder: URL?) throws -> String {
    guard let folder else { throw CocoaError(.fileNoSuchFile) }
    return try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }
}

struct WycheproofFile: Decodable {
  struct Group: Decodable {
    var tagSize: Int?
    var tests: [WycheproofCase]
  }
  var testGroups: [Group]
}

struct WycheproofCase: Decodable {
  var tcId: Int
  var result: String
  var key: String?
  var msg: String?
  var ct: String?
  var tag: String?
  var ikm: String?
  var salt: String?
  var info: String?
  var okm: String?
  var size: Int?
  var tagSize: Int?
}

/// Bytes of hexadecimal digits; wrong digits fail the test that asked.
func hex(_ digits: String?) throws -> [UInt8] {
  let digits = try #require(digits)
  return try #require([UInt8](hexadecimal: Array(digits.utf8)), "\(digits)")
}
