/// Reading and writing files that hold keys: bounded, for their owner only, and never half-written.
public enum SecretFile {
  /// Reads a whole file into secret memory.
  ///
  /// - Parameter maximumSize: Bytes; a larger file is refused unread.
  /// - Throws: ``KeyError/Code/notFound``, ``KeyError/Code/system``, ``KeyError/Code/wrongKind`` for
  ///   what is not a regular file or is too large; all name the file.
  public static func read(_ path: String, maximumSize: Int) throws(KeyError) -> SecretBytes {
    try read(path, maximumSize: maximumSize, ownerOnly: false, calls: .system)
  }

  /// Writes a new file of mode 0600; nothing of it is seen under its name before it is whole.
  ///
  /// - Parameter replacing: Whether a file of that name may be replaced.
  /// - Throws: ``KeyError/Code/exists``, ``KeyError/Code/system``; all name the file.
  public static func write(
    _ bytes: SecretBytes, to path: String, replacing: Bool = false
  ) throws(KeyError) {
    try bytes.withBytes { bytes throws(KeyError) in
      try write(bytes, to: path, replacing: replacing, calls: .system)
    }
  }

  static func read(
    _ path: String, maximumSize: Int, ownerOnly: Bool, calls: FileCalls
  ) throws(KeyError) -> SecretBytes {
    do throws(KeyError) {
      let file = try calls.open(path, for: .reading)
      defer { calls.close(file) }
      if ownerOnly, try calls.status(of: file).mode & 0o077 != 0 {
        throw KeyError(
          .permissions,
          "others than its owner may open this key file; make it private with chmod 600, and "
            + "replace it if somebody may have read it")
      }
      return try read(open: file, maximumSize: maximumSize, calls: calls)
    } catch {
      throw error.naming(path)
    }
  }

  static func read(
    open file: Int32, maximumSize: Int, calls: FileCalls
  ) throws(KeyError) -> SecretBytes {
    let status = try calls.status(of: file)
    guard status.isRegular else {
      throw KeyError(.wrongKind, "this is not a regular file; check the path")
    }
    guard (0...maximumSize).contains(status.size) else {
      throw KeyError(
        .wrongKind, "with \(status.size) bytes this file is too large to be what it should be")
    }
    return try SecretBytes(count: status.size) { target throws(KeyError) in
      guard try calls.read(file, into: &target) == status.size else {
        throw KeyError(.damaged, "the file was cut short while it was read; try again")
      }
    }
  }

  static func write(
    _ bytes: Span<UInt8>, to path: String, replacing: Bool, calls: FileCalls
  ) throws(KeyError) {
    do throws(KeyError) {
      let part = try PathParts(path).sibling(".part-" + SystemRandom.bytes(count: 8).hexadecimal)
      try fill(part, with: bytes, calls: calls)
      do throws(KeyError) {
        if replacing {
          try calls.rename(part, to: path)
        } else {
          try calls.renameNew(part, to: path)
        }
      } catch {
        try? calls.remove(part)
        throw error
      }
      try synchroniseDirectory(of: path, calls: calls)
    } catch {
      throw error.naming(path)
    }
  }

  /// Writes a new file to the end and to the disk; removes it when that fails.
  static func fill(_ path: String, with bytes: Span<UInt8>, calls: FileCalls) throws(KeyError) {
    let file = try calls.open(path, for: .making)
    defer { calls.close(file) }
    do throws(KeyError) {
      try calls.write(file, bytes)
      try calls.synchronise(file)
    } catch {
      try? calls.remove(path)
      throw error
    }
  }

  /// Makes a rename durable.
  static func synchroniseDirectory(of path: String, calls: FileCalls) throws(KeyError) {
    let directory = try calls.open(PathParts(path).directory, for: .synchronisingDirectory)
    defer { calls.close(directory) }
    try calls.synchroniseDirectory(directory)
  }
}

/// A path in its two parts.
struct PathParts {
  let directory: String
  let name: String

  init(_ path: String) {
    guard let slash = path.lastIndex(of: "/") else {
      directory = "."
      name = path
      return
    }
    directory = slash == path.startIndex ? "/" : String(path[..<slash])
    name = String(path[path.index(after: slash)...])
  }

  /// A hidden file beside it.
  func sibling(_ suffix: String) -> String {
    "\(directory)/.\(name)\(suffix)"
  }
}
