public import Glibc

/// A file that is not there until it is complete.
///
/// It is written under a temporary name in the same folder and renamed when ``commit()`` is called;
/// until then an older file of the name stays as it is, and when the value goes away without a
/// commit nothing is left behind. What is not a regular file (a pipe, /dev/null) is written directly.
public struct AtomicFile: ~Copyable {
  /// Where the bytes go until the commit.
  public let file: SystemFile
  /// Whether the file can be written out of order; false for pipes and devices.
  public var isRegular: Bool { temporary != nil }
  private let target: String
  private let temporary: String?

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: The final name.
  ///   - mode: Its permissions, less the process's umask.
  /// - Throws: ``FileError``.
  public init(replacing path: String, mode: mode_t = 0o644) throws(FileError) {
    var status = stat()
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      let file = try SystemFile(opening: path, O_WRONLY)
      self.init(file: file, target: path, temporary: nil)
      return
    }
    // A link's target is replaced, not the link: the user put it there on purpose.
    let target = Self.resolved(path)
    let name = SystemFile.temporaryName(in: Self.folder(of: target))
    let file: SystemFile
    do throws(FileError) {
      file = try SystemFile(opening: name, O_RDWR | O_CREAT | O_EXCL, mode: mode)
    } catch {
      throw FileError(code: error.code, operation: "create", path: path)
    }
    self.init(file: file, target: target, temporary: name)
  }

  private init(file: consuming SystemFile, target: String, temporary: String?) {
    self.file = file
    self.target = target
    self.temporary = temporary
  }

  /// Makes the file durable and visible under its name.
  ///
  /// - Throws: ``FileError``; then nothing has changed.
  public consuming func commit() throws(FileError) {
    guard let temporary else { return }
    try file.synchronize()
    let target = self.target
    _ = try SystemFile.retry("replace", target) { rename(temporary, target) }
    // The rename itself is durable once the folder is; some file systems cannot say so.
    if let folder = try? SystemFile(opening: Self.folder(of: target), O_RDONLY | O_DIRECTORY) {
      try? folder.synchronize()
    }
  }

  deinit {
    // After a commit the name is gone, and unlinking it does nothing.
    if let temporary { _ = unlink(temporary) }
  }

  /// The folder part of a path; "." when there is none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}
