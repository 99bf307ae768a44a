import CLinux
public import Glibc

/// An open folder, for storage that somebody else may have written: nothing below it leads out of it.
///
/// Every name is one part of a path and no symbolic link is followed (openat(2), `O_NOFOLLOW`); only
/// what is a regular file is opened as one. The folder stays the same one when another is mounted, or
/// renamed, into its place; ``isInPlace()`` tells.
public struct OpenFolder: ~Copyable, Sendable {
  let file: SystemFile
  /// Where it was when it was opened.
  public var path: String { file.path }

  /// Opens a folder; links on the way to it are followed.
  ///
  /// - Throws: ``FileError``.
  public init(_ path: String) throws(FileError) {
    file = try SystemFile(opening: path, O_RDONLY | O_DIRECTORY)
  }

  private init(_ file: consuming SystemFile) { self.file = file }

  /// A folder below this one; this one for no names.
  ///
  /// - Parameter making: Whether folders that are missing are made.
  /// - Throws: ``FileError`` with `ENOENT` for one that is missing, and `ELOOP` or `ENOTDIR` for a
  ///   link or a file in a folder's place.
  public func folder(_ names: [String], making: Bool = false) throws(FileError) -> OpenFolder {
    var folder = try part(".")
    for name in names {
      try folder.check(name)
      if making {
        do throws(FileError) {
          let (descriptor, path) = (folder.file.descriptor, folder.path(name))
          _ = try SystemFile.retry("make", path) { mkdirat(descriptor, name, 0o755) }
        } catch {
          guard error.code == EEXIST else { throw error }
        }
      }
      if try folder.kind(of: name) == S_IFLNK {
        throw FileError(code: ELOOP, operation: "open", path: folder.path(name))
      }
      folder = try folder.part(name)
    }
    return folder
  }

  private func part(_ name: String) throws(FileError) -> OpenFolder {
    OpenFolder(try open(name, O_RDONLY | O_DIRECTORY))
  }

  func open(_ name: String, _ flags: Int32, mode: mode_t = 0) throws(FileError) -> SystemFile {
    let path = name == "." ? self.path : self.path(name)
    let descriptor = try SystemFile.retry("open", path) {
      openat(file.descriptor, name, flags | O_NOFOLLOW | O_CLOEXEC, mode)
    }
    return SystemFile(descriptor: descriptor, path: path, owns: true)
  }

  /// The names in it, but "." and "..", in no particular order.
  ///
  /// - Throws: ``FileError``.
  public func names() throws(FileError) -> [String] {
    // A descriptor of its own, because closedir(3) closes it, and its position is the reader's.
    let descriptor = try SystemFile.retry("list", path) {
      openat(file.descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard let folder = fdopendir(descriptor) else {
      let code = errno
      _ = close(descriptor)
      throw FileError(code: code, operation: "list", path: path)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      // Its end and a failure differ in nothing else.
      errno = 0
      guard let entry = readdir(folder) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(code: errno, operation: "list", path: path) }
    return names
  }

  /// What lstat(2) tells of a name; nil when there is none.
  ///
  /// - Throws: ``FileError``.
  public func status(of name: String) throws(FileError) -> stat? {
    try check(name)
    var status = stat()
    do throws(FileError) {
      _ = try SystemFile.retry("examine", path(name)) {
        fstatat(file.descriptor, name, &status, AT_SYMLINK_NOFOLLOW)
      }
    } catch {
      guard error.code == ENOENT else { throw error }
      return nil
    }
    return status
  }

  private func kind(of name: String) throws(FileError) -> mode_t? {
    try status(of: name).map { $0.st_mode & S_IFMT }
  }

  /// Whether there is a regular file of a name.
  ///
  /// - Throws: ``FileError`` where there is something else: with `ELOOP` for a link, `EISDIR` for a
  ///   folder, and `EINVAL` for a pipe, a socket or a device.
  public func holdsFile(_ name: String) throws(FileError) -> Bool {
    let code: Int32
    switch try kind(of: name) {
    case nil: return false
    case S_IFREG: return true
    case S_IFLNK: code = ELOOP
    case S_IFDIR: code = EISDIR
    default: code = EINVAL
    }
    throw FileError(code: code, operation: "use", path: path(name))
  }

  /// Opens a regular file to be read.
  ///
  /// - Throws: ``FileError``, as ``holdsFile(_:)``, or with `ENOENT`.
  public func reading(_ name: String) throws(FileError) -> SystemFile {
    guard try holdsFile(name) else {
      throw FileError(code: ENOENT, operation: "open", path: path(name))
    }
    let file = try open(name, O_RDONLY | O_NONBLOCK)
    // It may have been exchanged in between.
    guard try file.status().st_mode & S_IFMT == S_IFREG else {
      throw FileError(code: EINVAL, operation: "use", path: path(name))
    }
    return file
  }

  /// A whole regular file.
  ///
  /// - Parameter most: Bytes; a larger file is refused.
  /// - Throws: ``FileError``, as ``reading(_:)``, and with `EFBIG` for a larger file.
  public func contents(of name: String, atMost most: Int) throws(FileError) -> [UInt8] {
    try reading(name).contents(atMost: most)
  }

  /// Writes a whole file, which is there when it is complete.
  ///
  /// - Throws: ``FileError``, as ``holdsFile(_:)``; then nothing has changed.
  public func write(_ bytes: [UInt8], to name: String) throws(FileError) {
    do throws(FileError) {
      let file = try AtomicFile(replacing: name, in: self)
      try bytes.span.withUnsafeBytes { bytes throws(FileError) in try file.file.write(bytes) }
      try file.commit()
    } catch {
      // The person knows this name, not the temporary one.
      throw FileError(code: error.code, operation: error.operation, path: path(name))
    }
  }

  /// Gives a file another name, in the place of what has it (renameat(2)).
  public func rename(_ name: String, to other: String) throws(FileError) {
    try check(name)
    try check(other)
    _ = try SystemFile.retry("rename", path(name)) {
      renameat(file.descriptor, name, file.descriptor, other)
    }
  }

  /// Removes a file's name (unlinkat(2)).
  public func remove(_ name: String) throws(FileError) {
    try check(name)
    _ = try SystemFile.retry("remove", path(name)) { unlinkat(file.descriptor, name, 0) }
  }

  /// Removes what an ``AtomicFile`` that was cut off has left, and nothing that a program still writes.
  ///
  /// That one is locked (flock(2)); a lock ends with its process.
  ///
  /// - Throws: ``FileError``.
  public func removeUnlocked(_ name: String) throws(FileError) {
    // What cannot be opened or locked, nobody writes to.
    guard let file = try? open(name, O_RDONLY | O_NONBLOCK) else { return try remove(name) }
    guard (try? file.lock()) != false else { return }
    try remove(name)
  }

  /// Returns when all that was changed on the folder's file system is on the storage (syncfs(2)).
  ///
  /// For players: on FAT, fsync(2) of a folder writes no names (Linux 6.1), and a file's size stands
  /// beside its name.
  ///
  /// - Throws: ``FileError``.
  public func synchronizeVolume() throws(FileError) {
    _ = try SystemFile.retry("flush", path) { pinstripe_sync_volume(file.descriptor) }
  }

  /// Free space on its file system for this user, in bytes (fstatvfs(3)).
  ///
  /// - Throws: ``FileError``.
  public func freeSpace() throws(FileError) -> UInt64 {
    var status = statvfs()
    _ = try SystemFile.retry("examine", path) { fstatvfs(file.descriptor, &status) }
    let (bytes, isOver) = UInt64(status.f_bavail)
      .multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return isOver ? .max : bytes
  }

  /// Whether its path still leads to it: false once it is unmounted, removed or renamed.
  public func isInPlace() -> Bool {
    guard let now = try? SystemFile.status(of: path), let then = try? file.status() else {
      return false
    }
    return now.st_dev == then.st_dev && now.st_ino == then.st_ino
  }

  /// A name below it, for sentences.
  public func path(_ name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  /// Lets only one part of a path pass.
  func check(_ name: String) throws(FileError) {
    guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")),
      !name.utf8.contains(0)
    else { throw FileError(code: ENOENT, operation: "open", path: path(name)) }
  }
}
