import Glibc
import PinstripeFiles

// Journal of a patched file, little-endian, beside it as NAME.rewrap:
//
//   offset  size  field
//        0     8  magic 89 'P' 'S' 'J' 0D 0A 1A 0A
//        8     2  version, 1
//       10     2  number of patches, 1 to 4
//       12     4  zero
//       16     8  size of the file
//       24        patches:
//                     0   8  offset in the file
//                     8   4  n, bytes patched, 1 to 4096
//                    12   4  zero
//                    16   n  the former bytes
//                  16+n   n  the new ones
//      end    32  SHA-256 of all before it

/// Bytes of a file that are replaced in place.
struct FilePatch: Equatable {
  var offset: UInt64
  var former: [UInt8]
  var new: [UInt8]
}

/// Replaces bytes of a file in place so that a crash at any point leaves the former or the new ones.
///
/// The journal is complete before the file is touched and goes when the file is on the storage. While
/// there is one, whoever opens the file finishes the work first; what is already written, in whatever
/// pieces, is written again. A journal that does not fit its file belongs to a former file of the name
/// and is removed.
struct PatchJournal: Equatable {
  /// How long to wait for another program that patches the same file: that takes milliseconds, so ten
  /// seconds mean a program that hangs.
  private static let patience = 10_000
  private static let pause = 20
  private static let maximumPatches = 4
  private static let maximumPatch = 4096
  static let maximumSize = 24 + maximumPatches * (16 + 2 * maximumPatch) + 32
  private static let magic: [UInt8] = [
    0x89, UInt8(ascii: "P"), UInt8(ascii: "S"), UInt8(ascii: "J"), 0x0D, 0x0A, 0x1A, 0x0A,
  ]

  var fileSize: UInt64
  var patches: [FilePatch]

  /// Where the journal of a file lies; the path has no symbolic links.
  static func path(for file: String) -> String { file + ".rewrap" }

  /// Patches a file.
  ///
  /// - Parameter path: The file's, without symbolic links.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``; the patches happen at
  ///   the next ``recover(_:)`` then, or not at all.
  func apply(to file: borrowing SystemFile, path: String) throws(PinstripeError) {
    let folder = Self.folder(of: path)
    do {
      let bytes = try encoded()
      // A damaged one, or a link that somebody put there: it is not followed.
      var status = stat()
      if lstat(Self.path(for: path), &status) == 0 {
        try SystemFile.remove(Self.path(for: path))
      }
      try AtomicFile.write(bytes, to: Self.path(for: path))
      try SystemFolder.synchronize(folder)
      try write(to: file)
      try Self.remove(path)
    } catch let error as FileError {
      throw PinstripeError(writing: error)
    } catch {
      throw error as? PinstripeError ?? PinstripeError(.system, "\(error)", underlying: error)
    }
  }

  /// Finishes what a crash interrupted, if anything.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput`` when the file cannot
  ///   be written.
  static func recover(_ path: String) throws(PinstripeError) {
    var status = stat()
    guard let resolved = try? SystemFile.resolve(path),
      lstat(Self.path(for: resolved), &status) == 0
    else { return }
    do {
      // A damaged journal, or a stranger's, is not waited for.
      guard try Self(beside: resolved) != nil else { return }
      let file = try SystemFile(opening: resolved, O_RDWR)
      try lock(file)
      try finish(file, at: resolved)
    } catch let error as FileError {
      guard ![EACCES, EPERM, EROFS].contains(error.code) else {
        throw PinstripeError(
          .noOutput,
          "\(path) was left in the middle of a rewrap, and you may not write to it to finish that; "
            + "ask its owner to run 'pinstripe info' on it.", underlying: error)
      }
      throw PinstripeError(writing: error)
    } catch {
      throw error as? PinstripeError ?? PinstripeError(.system, "\(error)", underlying: error)
    }
  }

  /// Finishes what a crash interrupted, of a file that is locked.
  static func finish(_ file: borrowing SystemFile, at path: String) throws {
    // Another program may have finished it meanwhile.
    guard let journal = try Self(beside: path) else { return }
    if try journal.fits(file) { try journal.write(to: file) }
    try remove(path)
  }

  /// Waits for the file's lock.
  static func lock(_ file: borrowing SystemFile) throws {
    var waited = 0
    while try !file.lock() {
      guard waited < patience else {
        throw PinstripeError(
          .noOutput,
          "Another program has been changing \(file.path) for too long; end it and retry.")
      }
      usleep(UInt32(pause) * 1000)
      waited += pause
    }
  }

  /// The journal beside a file; nil when there is none, or one that nobody but a stranger can have put
  /// there, or one that is damaged, which says nothing about the file.
  private init?(beside path: String) throws(FileError) {
    let journal: SystemFile
    do throws(FileError) {
      journal = try SystemFile(opening: Self.path(for: path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    } catch {
      guard error.code == ENOENT || error.code == ELOOP else { throw error }
      return nil
    }
    let status = try journal.status()
    var file = stat()
    guard stat(path, &file) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= Self.maximumSize,
      status.st_uid == geteuid() || status.st_uid == file.st_uid,
      let bytes = try Self.bytes(of: journal, at: 0, count: Int(status.st_size))
    else { return nil }
    self.init(decoding: bytes)
  }

  /// Whether each byte of the file is the former or the new one.
  private func fits(_ file: borrowing SystemFile) throws -> Bool {
    guard try UInt64(clamping: file.status().st_size) == fileSize else { return false }
    for patch in patches {
      guard let bytes = try Self.bytes(of: file, at: patch.offset, count: patch.new.count)
      else { return false }
      for (index, byte) in bytes.enumerated() {
        guard byte == patch.former[index] || byte == patch.new[index] else { return false }
      }
    }
    return true
  }

  private func write(to file: borrowing SystemFile) throws(FileError) {
    for patch in patches {
      try patch.new.span.withUnsafeBytes { buffer throws(FileError) in
        try file.write(buffer, at: Int(patch.offset))
      }
    }
    try file.synchronize()
  }

  private static func remove(_ path: String) throws(FileError) {
    try SystemFile.remove(Self.path(for: path))
    try SystemFolder.synchronize(folder(of: path))
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  /// Bytes of a file; nil when it ends before.
  static func bytes(
    of file: borrowing SystemFile, at offset: UInt64, count: Int
  ) throws(FileError) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    var span = bytes.mutableSpan
    while done < count {
      let read = try span.withUnsafeMutableBytes { buffer throws(FileError) in
        try file.read(
          at: offset + UInt64(done), into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      }
      guard read > 0 else { return nil }
      done += read
    }
    return bytes
  }
}

extension PatchJournal {
  init(fileSize: UInt64, _ patches: [FilePatch]) {
    self.fileSize = fileSize
    self.patches = patches
  }

  func encoded() throws(PinstripeError) -> [UInt8] {
    var bytes = Self.magic + [1, 0, UInt8(patches.count), 0, 0, 0, 0, 0]
    func append(_ number: UInt64, _ width: Int) {
      bytes += (0..<width).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    append(fileSize, 8)
    for patch in patches {
      append(patch.offset, 8)
      append(UInt64(patch.new.count), 8)
      bytes += patch.former + patch.new
    }
    return bytes + (try Self.digest(bytes))
  }

  /// Reads a journal; nil when it is damaged.
  init?(decoding bytes: [UInt8]) {
    func number(_ offset: Int, _ width: Int) -> UInt64 {
      (0..<width).reduce(0) { $0 | UInt64(bytes[offset + $1]) << (8 * $1) }
    }
    let end = bytes.count - 32
    guard end >= 24, bytes.count <= Self.maximumSize, Array(bytes[..<8]) == Self.magic,
      number(8, 2) == 1, number(12, 4) == 0, (1...Self.maximumPatches).contains(Int(number(10, 2))),
      (try? Self.digest(Array(bytes[..<end]))) == Array(bytes[end...])
    else { return nil }
    fileSize = number(16, 8)
    patches = []
    var offset = 24
    for _ in 0..<number(10, 2) {
      guard end - offset >= 16 else { return nil }
      let (place, length) = (number(offset, 8), number(offset + 8, 8))
      offset += 16
      guard (1...UInt64(Self.maximumPatch)).contains(length), length <= fileSize,
        place <= fileSize - length, place <= UInt64(Int.max) - length,
        end - offset >= 2 * Int(length)
      else { return nil }
      let middle = offset + Int(length)
      patches.append(
        FilePatch(
          offset: place, former: Array(bytes[offset..<middle]),
          new: Array(bytes[middle..<middle + Int(length)])))
      offset = middle + Int(length)
    }
    guard offset == end else { return nil }
  }

  private static func digest(_ bytes: [UInt8]) throws(PinstripeError) -> [UInt8] {
    let digest = try ContentDigest()
    try bytes.span.withUnsafeBytes { buffer throws(PinstripeError) in try digest.update(buffer) }
    return try digest.finish()
  }
}
