import CLinux
import Glibc

/// The system calls on files that this module makes; all of them are here.
///
/// Tests set `fault` to make the n-th call fail, or all from the n-th on as after a power cut.
struct FileCalls: Sendable {
  enum Call: Sendable {
    case open, status, read, write, synchronise, lock, rename, renameNew, remove, makeDirectory
    case resolve
  }

  /// Asked before each call: an `errno` to fail with, or nil.
  var fault: (@Sendable (Call) -> Int32?)?

  static let system = FileCalls()

  /// What a file is opened for.
  enum Purpose {
    case reading
    /// To be locked and replaced; on a network disk a lock needs a file open for writing.
    case changing
    /// A file that is not there yet, of mode 0600.
    case making
    case synchronisingDirectory

    fileprivate var flags: Int32 {
      switch self {
      // O_NONBLOCK: opening a pipe must not wait for whoever would write to it.
      case .reading: O_RDONLY | O_NONBLOCK
      case .changing: O_RDWR
      case .making: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
      case .synchronisingDirectory: O_RDONLY | O_DIRECTORY
      }
    }
  }

  /// What a file is, as far as it matters here.
  struct Status {
    var size: Int
    var mode: UInt32
    var isRegular: Bool
    var device: UInt64
    var inode: UInt64
  }

  func open(_ path: String, for purpose: Purpose) throws(KeyError) -> Int32 {
    try value(.open) { unsafe Glibc.open(path, purpose.flags | O_CLOEXEC, 0o600) }
  }

  /// Closing reports nothing that `synchronise` did not, and the descriptor is gone in any case.
  func close(_ file: Int32) {
    _ = Glibc.close(file)
  }

  func status(of file: Int32) throws(KeyError) -> Status {
    var buffer = stat()
    _ = try value(.status) { unsafe fstat(file, &buffer) }
    return Status(buffer)
  }

  func status(at path: String) throws(KeyError) -> Status {
    var buffer = stat()
    _ = try value(.status) { unsafe stat(path, &buffer) }
    return Status(buffer)
  }

  /// Reads until `target` is full or the file ends; returns how much that was.
  func read(_ file: Int32, into target: inout MutableSpan<UInt8>) throws(KeyError) -> Int {
    var done = 0
    while done < target.count {
      let count = try unsafe target.withUnsafeMutableBufferPointer { target throws(KeyError) in
        try value(.read) {
          unsafe Glibc.read(file, target.baseAddress.map { unsafe $0 + done }, target.count - done)
        }
      }
      guard count > 0 else { break }
      done += count
    }
    return done
  }

  func write(_ file: Int32, _ bytes: Span<UInt8>) throws(KeyError) {
    var done = 0
    while done < bytes.count {
      done += try unsafe bytes.withUnsafeBufferPointer { bytes throws(KeyError) in
        try value(.write) {
          unsafe Glibc.write(file, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
        }
      }
    }
  }

  func synchronise(_ file: Int32) throws(KeyError) {
    _ = try value(.synchronise) { fsync(file) }
  }

  /// Makes a rename in a directory durable, where the file system can: some cannot and say EINVAL.
  func synchroniseDirectory(_ directory: Int32) throws(KeyError) {
    do throws(KeyError) {
      try synchronise(directory)
    } catch {
      guard error.systemError == EINVAL else { throw error }
    }
  }

  /// Takes the exclusive lock of an open file; false when another process or opener has it.
  func lock(_ file: Int32) throws(KeyError) -> Bool {
    do throws(KeyError) {
      _ = try value(.lock) { flock(file, LOCK_EX | LOCK_NB) }
      return true
    } catch {
      guard error.systemError == EWOULDBLOCK else { throw error }
      return false
    }
  }

  func rename(_ from: String, to: String) throws(KeyError) {
    _ = try value(.rename) { unsafe Glibc.rename(from, to) }
  }

  /// Renames unless `to` exists. `renameat2`, `RENAME_NOREPLACE`
  func renameNew(_ from: String, to: String) throws(KeyError) {
    do throws(KeyError) {
      _ = try value(.renameNew) { unsafe pinstripe_rename_new(from, to) }
    } catch {
      // NFS and some FUSE file systems cannot; a hard link does not replace a file either.
      guard error.systemError == EINVAL || error.systemError == ENOSYS else { throw error }
      _ = try value(.renameNew) { unsafe link(from, to) }
      try remove(from)
    }
  }

  func remove(_ path: String) throws(KeyError) {
    _ = try value(.remove) { unsafe unlink(path) }
  }

  /// Makes a directory for its owner only, unless it is there already.
  func makeDirectory(_ path: String) throws(KeyError) {
    do throws(KeyError) {
      _ = try value(.makeDirectory) { unsafe mkdir(path, 0o700) }
    } catch {
      guard error.systemError == EEXIST else { throw error }
    }
  }

  /// The path without symbolic links. `realpath`
  func resolve(_ path: String) throws(KeyError) -> String {
    var resolved: String?
    _ = try value(.resolve) {
      guard let text = unsafe realpath(path, nil) else { return Int32(-1) }
      resolved = unsafe String(cString: text)
      unsafe free(text)
      return 0
    }
    return resolved ?? path
  }

  func pause(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
  }

  /// Makes a call, again while a signal interrupts it, and turns -1 into an error.
  private func value<Number: SignedInteger>(
    _ call: Call, _ body: () -> Number
  ) throws(KeyError) -> Number {
    if let number = fault?(call) { throw KeyError.system(number) }
    while true {
      let result = body()
      guard result == -1 else { return result }
      let number = errno
      guard number == EINTR else { throw KeyError.system(number) }
    }
  }
}

extension FileCalls.Status {
  fileprivate init(_ buffer: stat) {
    size = Int(buffer.st_size)
    mode = buffer.st_mode
    isRegular = buffer.st_mode & S_IFMT == S_IFREG
    device = UInt64(buffer.st_dev)
    inode = UInt64(buffer.st_ino)
  }
}

extension KeyError {
  /// There is a file where a new one was to be made.
  static var exists: KeyError { system(EEXIST) }

  /// Puts an `errno` into words with a way out.
  static func system(_ number: Int32) -> KeyError {
    switch number {
    case ENOENT, ENOTDIR:
      KeyError(.notFound, "there is no such file; check the path", systemError: number)
    case EEXIST:
      KeyError(
        .exists, "there is a file of this name already; remove it or choose another name",
        systemError: number)
    case EACCES, EPERM, EROFS:
      KeyError(
        .system, "access is denied (\(words(number))); check the owner and permissions",
        systemError: number)
    case ENOSPC, EDQUOT, EFBIG:
      KeyError(
        .system, "there is no room to write it (\(words(number))); nothing was changed, free some",
        systemError: number)
    default:
      KeyError(
        .system, "the system refuses to read or write it (\(words(number)))", systemError: number)
    }
  }

  private static func words(_ number: Int32) -> String {
    guard let text = unsafe strerror(number) else { return "error \(number)" }
    return unsafe String(cString: text)
  }
}
