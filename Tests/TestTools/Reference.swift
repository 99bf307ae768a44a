import Glibc

/// The independent reader of tracks, `Tests/Vectors/pinstripe_reference.py`.
public enum Reference {
  /// Why it cannot run here; nil when it can.
  public static func unavailable() async -> String? {
    let outcome = try? await Program("python3").run(["-c", "import cryptography"])
    switch outcome?.status {
    case 0: return nil
    case nil: return "skipped: there is no python3"
    default: return "skipped: python3 has no package cryptography (python3-cryptography)"
    }
  }

  /// What it decrypts.
  ///
  /// - Parameter keys: A keybox or playback key file.
  public static func unpack(
    _ track: String, keys: String, isClear: Bool = false
  ) async throws -> [UInt8] {
    let folder = TemporaryFolder()
    let flags = isClear ? ["--allow-clear"] : []
    _ = try await run(["unpack", "--keybox", keys, "-o", folder("out")] + flags + [track])
    return TestFile.read(folder("out")) ?? []
  }

  /// The content offsets that it says are encrypted.
  public static func encryptedOffsets(_ track: String, keys: String) async throws -> [Int] {
    try await run(["encrypted-offsets", "--keybox", keys, track])
      .split(separator: "\n").compactMap { Int($0) }
  }

  /// What `info` prints.
  public static func info(_ track: String, keys: String) async throws -> String {
    try await run(["info", "--keybox", keys, track])
  }

  /// The reader refused, or failed.
  public struct Refusal: Error, CustomStringConvertible {
    /// What it said.
    public let description: String
  }

  private static func run(_ arguments: [String]) async throws -> String {
    var python = Program("python3")
    python.environment["HOME"] = getenv("HOME").map { String(cString: $0) }
    let outcome = try await python.run([script] + arguments)
    guard outcome.status == 0 else { throw Refusal(description: outcome.errors) }
    return outcome.text
  }

  private static var script: String { Repository.root + "/Tests/Vectors/pinstripe_reference.py" }
}

/// Where the files of this package are.
public enum Repository {
  /// The package's folder.
  public static var root: String {
    #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
  }
}
