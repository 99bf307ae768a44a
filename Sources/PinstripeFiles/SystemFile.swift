import CLinux
public import Glibc

/// An open file descriptor, closed when the value goes away.
///
/// The operating system's calls stand in this module only. Interrupted calls are taken up
/// again; every other failure is a ``FileError``.
public struct SystemFile: ~Copyable, Sendable {
  /// The descriptor, valid while this value lives.
  public let descriptor: Int32
  /// The path it was opened with, for sentences; "standard input" and the like for the others.
  public private(set) var path: String
  private let owns: Bool

  /// Opens a file.
  ///
  /// - Parameters:
  ///   - base: An open folder that a relative path begins at.
  ///   - flags: `O_RDONLY`, `O_WRONLY`, `O_CREAT` … (open(2)); `O_CLOEXEC` is added.
  ///   - mode: Permissions of a file that is created.
  /// - Throws: ``FileError``.
  public init(
    opening path: String, from base: Int32 = AT_FDCWD, _ flags: Int32, mode: mode_t = 0o644
  ) throws(FileError) {
    let descriptor = try Self.retry("open", path) { openat(base, path, flags | O_CLOEXEC, mode) }
    self.init(descriptor: descriptor, path: path, owns: true)
  }

  /// Opens a file to be read.
  ///
  /// It does not wait, as open(2) does, for somebody to write to a named pipe; ``isReadable(within:)``
  /// is for that. Reading waits as ever.
  ///
  /// - Throws: ``FileError``.
  public static func reading(_ path: String) throws(FileError) -> SystemFile {
    let file = try SystemFile(opening: path, O_RDONLY | O_NONBLOCK)
    _ = try uninterrupted("open", path) { fcntl(file.descriptor, F_SETFL, O_RDONLY) }
    return file
  }

  /// Makes a file without a name, for what does not fit into memory; it is gone when it is closed.
  ///
  /// It lies in `$TMPDIR`, or else in /var/tmp, because /tmp may be memory.
  public static func temporary() throws(FileError) -> SystemFile {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
    let path = "a temporary file in \(folder)"
    do throws(FileError) {
      if var file = try unnamed(in: folder, mode: 0o600) {
        file.path = path
        return file
      }
      let name = temporaryName(in: folder)
      var file = try SystemFile(opening: name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
      _ = unlink(name)
      file.path = path
      return file
    } catch {
      throw FileError(code: error.code, operation: "create", path: path)
    }
  }

  /// Makes a file without a name in a folder (open(2), O_TMPFILE); nil where the file system has none.
  ///
  /// - Parameter base: An open folder that a relative path begins at.
  static func unnamed(
    in folder: String, from base: Int32 = AT_FDCWD, mode: mode_t
  ) throws(FileError) -> SystemFile? {
    // Swift does not import the macro; its value is the same on all of Swift's platforms.
    let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
    // Without /proc it could never get a name.
    guard access("/proc/self/fd", X_OK) == 0 else { return nil }
    do throws(FileError) {
      return try SystemFile(opening: folder, from: base, unnamed | O_RDWR, mode: mode)
    } catch {
      // EISDIR: a kernel that does not know the flag. The others are its file systems' words for it.
      guard [EOPNOTSUPP, EISDIR, EINVAL, ENOSYS].contains(error.code) else { throw error }
      return nil
    }
  }

  /// Gives a file of ``unnamed(in:from:mode:)`` a name that no file has.
  func link(as name: String, from base: Int32) throws(FileError) {
    let descriptor = self.descriptor
    _ = try Self.retry("create", name) {
      linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", base, name, AT_SYMLINK_FOLLOW)
    }
  }

  /// A name in `folder` that no other file has.
  static func temporaryName(in folder: String) -> String {
    "\(folder)/\(TemporaryName.make())"
  }

  /// Wraps a descriptor.
  ///
  /// - Parameter owns: Whether it is closed when this value goes away.
  public init(descriptor: Int32, path: String, owns: Bool) {
    self.descriptor = descriptor
    self.path = path
    self.owns = owns
  }

  deinit {
    if owns { _ = Glibc.close(descriptor) }
  }

  /// What fstat(2) tells: kind, permissions, size.
  public func status() throws(FileError) -> stat {
    var status = stat()
    _ = try Self.retry("examine", path) { fstat(descriptor, &status) }
    return status
  }

  /// What fstatat(2) tells of a path, whose links are followed.
  public static func status(of path: String) throws(FileError) -> stat {
    var status = stat()
    _ = try retry("examine", path) { fstatat(AT_FDCWD, path, &status, 0) }
    return status
  }

  /// A whole regular file.
  ///
  /// - Parameter most: Bytes; of a larger file nothing is read.
  /// - Throws: ``FileError``, with `EFBIG` for a larger file, `EISDIR` for a folder, and `EINVAL` for a pipe, a
  ///   socket or a device.
  public static func contents(of path: String, atMost most: Int) throws(FileError) -> [UInt8] {
    // A pipe with nobody at its other end must not stop us.
    let file = try SystemFile(opening: path, O_RDONLY | O_NONBLOCK)
    let status = try file.status()
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileError(code: EISDIR, operation: "read", path: path)
    default: throw FileError(code: EINVAL, operation: "read", path: path)
    }
    return try file.contents(atMost: most)
  }

  /// All bytes from the current position on; see ``contents(of:atMost:)``.
  func contents(atMost most: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      guard bytes.count <= most else { throw FileError(code: EFBIG, operation: "read", path: path) }
      let result = part.withUnsafeMutableBytes { buffer in
        Result { () throws(FileError) in try read(into: buffer) }
      }
      let count = try result.get()
      guard count > 0 else { return bytes }
      bytes += part.prefix(count)
    }
  }

  /// Waits until a pipe or device has bytes, is at its end, or some time has passed (poll(2)).
  ///
  /// A signal ends the waiting early, so that whoever waits can look whether to go on.
  ///
  /// - Returns: Whether a read would not wait.
  public func isReadable(within milliseconds: Int32) throws(FileError) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let count = poll(&request, 1, milliseconds)
    guard count >= 0 || errno == EINTR else {
      throw FileError(code: errno, operation: "read", path: path)
    }
    return count > 0
  }

  /// Reads up to the buffer's size from the current position.
  ///
  /// - Returns: How many bytes were read; 0 at the end, and only there.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    try reachable(buffer) { buffer in Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// Reads up to the buffer's size from an offset, without moving the position.
  ///
  /// - Returns: How many bytes were read; 0 at the end, and only there.
  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(FileError) -> Int {
    guard let offset = Int(exactly: offset) else { return 0 }
    return try reachable(buffer) { buffer in
      pread(descriptor, buffer.baseAddress, buffer.count, offset)
    }
  }

  /// Writes all bytes at the current position.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    try writeAll(bytes) { rest, _ in Glibc.write(descriptor, rest.baseAddress, rest.count) }
  }

  /// Writes all bytes at an offset, without moving the position.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    try writeAll(bytes) { rest, done in
      pwrite(descriptor, rest.baseAddress, rest.count, offset + done)
    }
  }

  /// Reads into a buffer that the file system may not be able to reach.
  ///
  /// USB buffers are the kernel's device memory; 9p and some FUSE file systems refuse to read into
  /// and write from those (EFAULT). Then the bytes take a way round.
  private func reachable(
    _ buffer: UnsafeMutableRawBufferPointer, _ call: (UnsafeMutableRawBufferPointer) -> Int
  ) throws(FileError) -> Int {
    do throws(FileError) {
      return try Self.retry("read", path) { call(buffer) }
    } catch {
      guard error.code == EFAULT else { throw error }
    }
    let detour = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count, alignment: 64)
    defer { detour.deallocate() }
    let count = try Self.retry("read", path) { call(detour) }
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: detour[..<count]))
    return count
  }

  /// Writes from a buffer that the file system may not be able to reach; see ``reachable(_:_:)``.
  private func writeAll(
    _ bytes: UnsafeRawBufferPointer, _ call: (UnsafeRawBufferPointer, Int) -> Int
  ) throws(FileError) {
    var done = 0
    do throws(FileError) {
      return try advance(&done, through: bytes, call)
    } catch {
      guard error.code == EFAULT else { throw error }
    }
    let written = done
    let detour = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bytes.count - written, alignment: 64)
    defer { detour.deallocate() }
    detour.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[written...]))
    var again = 0
    try advance(&again, through: UnsafeRawBufferPointer(detour)) { part, offset in
      call(part, written + offset)
    }
  }

  private func advance(
    _ done: inout Int, through bytes: UnsafeRawBufferPointer,
    _ call: (UnsafeRawBufferPointer, Int) -> Int
  ) throws(FileError) {
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      if let fault = Self.fault?("write", path) {
        if fault.tears {
          _ = call(UnsafeRawBufferPointer(rebasing: rest[..<(rest.count / 2)]), done)
        }
        throw FileError(code: fault.code, operation: "write", path: path)
      }
      done += try Self.uninterrupted("write", path) { call(rest, done) }
    }
  }

  /// Takes the file's exclusive lock (flock(2)), which goes with the descriptor.
  ///
  /// - Returns: false when somebody else has it.
  public func lock() throws(FileError) -> Bool {
    do throws(FileError) {
      _ = try Self.retry("lock", path) { flock(descriptor, LOCK_EX | LOCK_NB) }
      return true
    } catch {
      guard error.code == EWOULDBLOCK else { throw error }
      return false
    }
  }

  /// Takes the lock of a file that was just made; see ``OpenFolder/removeUnlocked(_:)``.
  ///
  /// - Returns: false when somebody was faster, so that the name is gone, or will be.
  func lock(as name: String, from base: Int32) -> Bool {
    // Where there are no locks (some FUSE and network file systems), all is as if there were nobody else.
    (try? lock()) != false && faccessat(base, name, F_OK, 0) == 0
  }

  /// Removes a file's name (unlink(2)).
  public static func remove(_ path: String) throws(FileError) {
    _ = try retry("remove", path) { unlink(path) }
  }

  /// A path without symbolic links (realpath(3)).
  public static func resolve(_ path: String) throws(FileError) -> String {
    guard let resolved = realpath(path, nil) else {
      throw FileError(code: errno, operation: "open", path: path)
    }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Returns when the file's bytes are on the storage (fsync(2)).
  public func synchronize() throws(FileError) {
    _ = try Self.retry("flush", path) { fsync(descriptor) }
  }

  /// Whether the storage gives back bytes that were written and synchronised.
  ///
  /// What the system has of the file in memory is let go first (posix_fadvise(2)), where it can be: the
  /// answer is to be the storage's.
  ///
  /// - Throws: ``FileError``.
  public func holds(_ bytes: [UInt8], at offset: UInt64) throws(FileError) -> Bool {
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
    let stored = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 64)
    defer { stored.deallocate() }
    return try read(at: offset, into: stored) == bytes.count && stored.elementsEqual(bytes)
  }

  /// Starts to write a part of a file to the storage, or waits until it is there (sync_file_range(2)).
  ///
  /// The file is not durable by that: ``synchronize()`` makes it so. Does nothing where the file system
  /// cannot do it.
  ///
  /// - Returns: Whether it can.
  func writeBack(_ range: Range<UInt64>, waiting: Bool) throws(FileError) -> Bool {
    do throws(FileError) {
      _ = try Self.retry("flush", path) {
        pinstripe_write_back(
          descriptor, Int64(clamping: range.lowerBound), Int64(clamping: range.count),
          waiting ? 1 : 0)
      }
      return true
    } catch {
      // A wait reports what failed before, and only once.
      guard !waiting, [ENOSYS, EINVAL, ESPIPE, EOPNOTSUPP].contains(error.code) else { throw error }
      return false
    }
  }

  /// A call that fails for a test, or as when the power goes.
  struct Fault: Sendable {
    /// The error number.
    var code: Int32
    /// Whether a write leaves half of its bytes behind.
    var tears = false
  }

  /// Asked before each call with the operation and the path; set by tests.
  @TaskLocal static var fault: (@Sendable (String, String) -> Fault?)?

  /// Calls until the call is not interrupted; a negative result becomes an error.
  static func retry<Result: SignedInteger>(
    _ operation: String, _ path: String, _ call: () -> Result
  ) throws(FileError) -> Result {
    if let fault = fault?(operation, path) {
      throw FileError(code: fault.code, operation: operation, path: path)
    }
    return try uninterrupted(operation, path, call)
  }

  private static func uninterrupted<Result: SignedInteger>(
    _ operation: String, _ path: String, _ call: () -> Result
  ) throws(FileError) -> Result {
    while true {
      let result = call()
      if result >= 0 { return result }
      if errno != EINTR { throw FileError(code: errno, operation: operation, path: path) }
    }
  }

  /// The system's message for an error number (strerror(3)).
  static func message(for code: Int32) -> String {
    // glibc's strerror keeps its text per thread.
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
