/// Why the operating system refused a file operation.
///
/// Equality is on the code; `errno` values nobody has heard of survive.
public struct FileError: Error, Sendable, Equatable {
  /// The C error number, such as `ENOENT`, `EACCES` or `ENOSPC`.
  public let code: Int32
  /// What was tried, as a verb: "open", "write", "rename".
  public let operation: String
  /// The file it was tried on.
  public let path: String

  /// Creates an error.
  public init(code: Int32, operation: String, path: String) {
    self.code = code
    self.operation = operation
    self.path = path
  }

  /// Whether two errors have the same code.
  public static func == (first: FileError, second: FileError) -> Bool {
    first.code == second.code
  }
}

extension FileError {
  /// The system's reason, as in "Permission denied".
  public var reason: String { SystemFile.message(for: code) }
}

extension FileError: CustomStringConvertible {
  /// A clause that names the file, what was tried, and the system's reason.
  public var description: String {
    "cannot \(operation) \(path): \(reason)"
  }
}
