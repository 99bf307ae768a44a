import CJansson
import Glibc
import TestTools
import Testing

/// The built program, with a home of its own.
final class Tool: Sendable {
  let folder: TemporaryFolder
  let program: Program

  /// - Parameter parent: Where its folder is made.
  init(in parent: String? = nil) {
    folder = TemporaryFolder(in: parent)
    var program = Program(Self.path)
    program.environment["HOME"] = folder.path
    program.limit = .seconds(120)
    self.program = program
  }

  /// Beside the test bundle, where SwiftPM builds both.
  static let path: String = {
    let arguments = CommandLine.arguments
    let named = arguments.firstIndex(of: "--test-bundle-path").map { arguments[$0 + 1] }
    let candidates = [named, arguments.first].compactMap(\.self) + arguments
    for candidate in candidates {
      var parts = candidate.split(separator: "/", omittingEmptySubsequences: false)
      while parts.count > 1 {
        parts.removeLast()
        let path = (parts + ["pinstripe"]).joined(separator: "/")
        if access(path, X_OK) == 0, TestFile.mode(path).map({ $0 & S_IFMT == S_IFREG }) == true {
          return path
        }
      }
    }
    return Repository.root + "/.build/debug/pinstripe"
  }()

  func callAsFunction(
    _ arguments: String..., input: String = "/dev/null"
  ) async throws -> Program.Outcome {
    try await program.run(arguments, input: input)
  }

  /// Runs the tool through a shell, in its folder, as "$T".
  func shell(_ script: String) async throws -> Program.Outcome {
    var shell = Program("/bin/bash")
    shell.environment = program.environment
    shell.environment["T"] = Self.path
    shell.limit = program.limit
    return try await shell.run(["-c", "cd \"$HOME\" || exit 99\n" + script])
  }

  /// A tool with a TEST device called "player" and a track for it.
  static func prepared(
    content: [UInt8] = TestFile.content(50_000), in parent: String? = nil
  ) async throws -> Tool {
    let tool = Tool(in: parent)
    try await tool("device", "new", "player").expect(0)
    TestFile.write(content, to: tool.folder("song.mp3"))
    try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("song.pst"), "--device", "player"
    ).expect(0)
    return tool
  }

  /// The names in its folder, but the keys'.
  var names: [String] { folder.names.filter { $0 != ".local" } }
}

extension Program.Outcome {
  /// Expects an exit status, no signal, and, where it failed, one sentence on standard error.
  @discardableResult
  func expect(
    _ status: Int32, containing words: String = "", _ comment: Comment? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) -> Self {
    let said =
      "status \(self.status.map(String.init) ?? "none"), signal "
      + "\(signal.map(String.init) ?? "none"): \(errors)"
    #expect(signal == nil && self.status == status, "\(said)", sourceLocation: location)
    guard status != 0 else {
      #expect(errors.isEmpty, "\(said)", sourceLocation: location)
      return self
    }
    let lines = errors.split(separator: "\n", omittingEmptySubsequences: false)
    // argument-parser adds a usage line to its own sentences.
    if status != 64 || errors.hasPrefix("pinstripe: ") {
      #expect(lines.count == 2 && lines[1].isEmpty, "\(said)", sourceLocation: location)
      #expect(errors.hasPrefix("pinstripe: "), "\(said)", sourceLocation: location)
      #expect(lines[0].hasSuffix("."), "\(said)", sourceLocation: location)
    }
    #expect(
      words.isEmpty || errors.contains(words), "“\(words)” is not in: \(said)",
      sourceLocation: location)
    return self
  }

  /// Expects exactly one JSON object on standard output, and nothing on standard error.
  @discardableResult
  func expectJSON(
    _ status: Int32, error code: String? = nil, _ location: SourceLocation = #_sourceLocation
  ) -> [String: String] {
    #expect(
      signal == nil && self.status == status, "\(self.status ?? -1): \(text)\(errors)",
      sourceLocation: location)
    #expect(errors.isEmpty, "\(errors)", sourceLocation: location)
    #expect(text.hasSuffix("}\n") && text.count { $0 == "\n" } == 1, sourceLocation: location)
    guard let members = JSONObject.members(of: output) else {
      Issue.record("not one JSON object: \(text)", sourceLocation: location)
      return [:]
    }
    if let code {
      let error = JSONObject.members(of: Array((members["error"] ?? "").utf8)) ?? [:]
      #expect(error["code"] == code, "\(text)", sourceLocation: location)
      #expect(error["message"]?.isEmpty == false, "\(text)", sourceLocation: location)
      #expect(members.count == 1, "\(text)", sourceLocation: location)
    } else {
      #expect(members["error"] == nil, "\(text)", sourceLocation: location)
    }
    return members
  }
}

/// JSON as programs that use the tool read it.
enum JSONObject {
  /// The members of one object, strings as they are and others as JSON; nil when it is not exactly
  /// one object.
  static func members(of bytes: [UInt8]) -> [String: String]? {
    let root = bytes.withUnsafeBytes { buffer in
      json_loadb(
        buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count,
        Int(JSON_REJECT_DUPLICATES), nil)
    }
    guard let root, root.pointee.type == JSON_OBJECT else { return nil }
    defer { json_decref(root) }
    var members: [String: String] = [:]
    var iterator = json_object_iter(root)
    while let current = iterator {
      if let key = json_object_iter_key(current), let value = json_object_iter_value(current) {
        members[String(cString: key)] = text(of: value)
      }
      iterator = json_object_iter_next(root, current)
    }
    return members
  }

  private static func text(of value: UnsafeMutablePointer<json_t>) -> String {
    if let text = json_string_value(value) { return String(cString: text) }
    guard let text = json_dumps(value, Int(JSON_COMPACT | JSON_ENCODE_ANY)) else { return "" }
    defer { free(text) }
    return String(cString: text)
  }
}
