public import Glibc

/// A file that is not there until it is complete.
///
/// It is written without a name, or under a temporary one where the file system knows no files
/// without, and gets its name when ``commit()`` is called. Until then an older file of the name stays
/// as it is, and nothing is left behind when the value goes away without a commit, or when the process
/// is killed. Meanwhile it is locked, so that nobody takes it for a leftover
/// (``OpenFolder/removeUnlocked(_:)``). What is not a regular file (a pipe, /dev/null) is written directly.
public struct AtomicFile: ~Copyable {
  /// Where the bytes go until the commit.
  public let file: SystemFile
  /// Whether the file can be written out of order; false for pipes and devices.
  public var isRegular: Bool { place != .direct }
  /// The folder that ``target`` and a temporary name begin at; `AT_FDCWD` for paths.
  private let base: SystemFile
  private let target: String
  /// The target for sentences.
  private let path: String
  private let place: Place

  /// Where the bytes are until the commit.
  private enum Place: Equatable {
    case direct
    case unnamed
    case named(String)
  }

  /// Starts a file.
  ///
  /// - Parameters:
  ///   - path: The final name.
  ///   - mode: Its permissions, less the process's umask; a file that is replaced passes on its own.
  /// - Throws: ``FileError``.
  public init(replacing path: String, mode: mode_t = 0o644) throws(FileError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists, status.st_mode & S_IFMT != S_IFREG {
      self.init(direct: try SystemFile(opening: path, O_WRONLY))
      return
    }
    // A link's target is replaced, not the link: the user put it there on purpose.
    let target = try Self.resolved(path)
    do throws(FileError) {
      let base = SystemFile(descriptor: AT_FDCWD, path: "", owns: false)
      self = try Self.start(base, target, path: target, mode)
    } catch {
      throw FileError(code: error.code, operation: "create", path: path)
    }
    // Best effort: file systems without permissions refuse.
    if exists { _ = fchmod(file.descriptor, status.st_mode & 0o777) }
  }

  /// Starts a file in an open folder; see ``OpenFolder``.
  ///
  /// - Throws: ``FileError``, also where the name is that of a link, a folder, a pipe or a device.
  public init(replacing name: String, in folder: borrowing OpenFolder) throws(FileError) {
    _ = try folder.holdsFile(name)
    do throws(FileError) {
      let base = try folder.open(".", O_RDONLY | O_DIRECTORY)
      self = try Self.start(base, name, path: folder.path(name), 0o644)
    } catch {
      throw FileError(code: error.code, operation: "create", path: folder.path(name))
    }
  }

  private static func start(
    _ base: consuming SystemFile, _ target: String, path: String, _ mode: mode_t
  ) throws(FileError) -> AtomicFile {
    let folder = folder(of: target)
    if let file = try SystemFile.unnamed(in: folder, from: base.descriptor, mode: mode) {
      // It has a temporary name for an instant: commit().
      _ = try? file.lock()
      return AtomicFile(file: file, base: base, target: target, path: path, place: .unnamed)
    }
    for _ in 0..<attempts {
      let name = SystemFile.temporaryName(in: folder)
      let file = try SystemFile(
        opening: name, from: base.descriptor, O_RDWR | O_CREAT | O_EXCL, mode: mode)
      // Somebody who tidies up may have met it before it was locked.
      if file.lock(as: name, from: base.descriptor) {
        return AtomicFile(file: file, base: base, target: target, path: path, place: .named(name))
      }
    }
    throw FileError(code: EBUSY, operation: "create", path: path)
  }

  /// More than any number of programs that tidy up one folder can spoil.
  private static let attempts = 100

  /// Writes to a descriptor that somebody else opened, as it stands: standard output.
  public init(directlyTo file: consuming SystemFile) {
    self.init(direct: file)
  }

  private init(direct file: consuming SystemFile) {
    let base = SystemFile(descriptor: AT_FDCWD, path: "", owns: false)
    self.init(file: file, base: base, target: "", path: "", place: .direct)
  }

  private init(
    file: consuming SystemFile, base: consuming SystemFile, target: String, path: String,
    place: Place
  ) {
    self.file = file
    self.base = base
    self.target = target
    self.path = path
    self.place = place
  }

  /// Makes the file durable and visible under its name.
  ///
  /// - Throws: ``FileError``; then nothing has changed.
  public consuming func commit() throws(FileError) {
    guard place != .direct else { return }
    try file.synchronize()
    let folder = Self.folder(of: target)
    switch place {
    case .direct: return
    case .named(let name):
      try replace(with: name)
    case .unnamed:
      // A file without a name cannot replace one: it gets a temporary name for an instant.
      let name = SystemFile.temporaryName(in: folder)
      try file.link(as: name, from: base.descriptor)
      do throws(FileError) {
        try replace(with: name)
      } catch {
        _ = unlinkat(base.descriptor, name, 0)
        throw error
      }
    }
    // FAT keeps the size beside the name, and writes both with the file.
    try? file.synchronize()
    // Elsewhere the rename is durable once the folder is; some file systems cannot say so.
    if let folder = try? SystemFile(
      opening: folder, from: base.descriptor, O_RDONLY | O_DIRECTORY)
    {
      try? folder.synchronize()
    }
  }

  private func replace(with name: String) throws(FileError) {
    let (base, target) = (base.descriptor, target)
    _ = try SystemFile.retry("replace", path) { renameat(base, name, base, target) }
  }

  deinit {
    // After a commit the name is gone, and unlinking it does nothing.
    if case .named(let name) = place { _ = unlinkat(base.descriptor, name, 0) }
  }

  /// The folder part of a path; "." when there is none.
  public static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The path without symbolic links in its last part, whether or not there is a file at its end.
  private static func resolved(_ path: String) throws(FileError) -> String {
    var path = path
    // As many as the kernel follows (path_resolution(7)).
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(path, &buffer, buffer.count)
      guard count >= 0 else { return path }
      let link = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
      path = link.hasPrefix("/") ? link : "\(folder(of: path))/\(link)"
    }
    throw FileError(code: ELOOP, operation: "create", path: path)
  }
}
