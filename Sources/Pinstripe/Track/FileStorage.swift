import Glibc
import PinstripeCore
import PinstripeFiles

/// A track in a file.
struct FileStorage: TrackStorage {
  let size: UInt64
  let path: String
  /// What the system said when a read failed; the core only knows that it did.
  private(set) var failure: PinstripeError?
  private let file: Shared

  /// A file is shared between copies of a storage, and closed with the last one.
  private final class Shared {
    let file: SystemFile
    init(_ file: consuming SystemFile) { self.file = file }
  }

  /// Opens a file; what is not a regular file is first copied to an unlinked temporary one.
  ///
  /// - Parameter isCancelled: As for ``FileSource/init(path:isCancelled:)``.
  init(path: String, isCancelled: () -> Bool = { false }) throws(PinstripeError) {
    self.path = path == "-" ? "standard input" : path
    if path != "-" { try PatchJournal.recover(path) }
    do throws(FileError) {
      var file =
        path == "-"
        ? SystemFile(descriptor: STDIN_FILENO, path: "standard input", owns: false)
        : try SystemFile.reading(path)
      var status = try file.status()
      if status.st_mode & S_IFMT == S_IFDIR {
        throw FileError(code: EISDIR, operation: "read", path: path)
      }
      if status.st_mode & S_IFMT != S_IFREG {
        file = try Self.spool(file, isCancelled)
        status = try file.status()
      }
      size = UInt64(clamping: status.st_size)
      self.file = Shared(file)
    } catch {
      throw PinstripeError(reading: error)
    }
  }

  /// Takes a file that is open already.
  init(copy file: consuming SystemFile, size: UInt64, path: String) {
    self.path = path
    self.size = size
    self.file = Shared(file)
  }

  mutating func read(
    at offset: UInt64, into bytes: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    let complete: Bool
    do throws(FileError) {
      complete = try bytes.withUnsafeMutableBytes { buffer throws(FileError) in
        var done = 0
        while done < buffer.count {
          let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
          let count = try file.file.read(at: offset + UInt64(done), into: rest)
          if count == 0 { return false }
          done += count
        }
        return true
      }
    } catch {
      failure = PinstripeError(reading: error)
      throw .storage
    }
    guard complete else { throw .truncated }
  }

  /// Reads bytes that the caller believes to be there.
  mutating func bytes(at offset: UInt64, count: Int) throws(TrackError) -> [UInt8] {
    guard UInt64(count) <= size, offset <= size - UInt64(count) else { throw .truncated }
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    try read(at: offset, into: &span)
    return bytes
  }

  /// Copies what comes through a pipe, still encrypted, to a file that has no name.
  private static func spool(
    _ pipe: borrowing SystemFile, _ isCancelled: () -> Bool
  ) throws(FileError) -> SystemFile {
    let copy = try SystemFile.temporary()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      let count = try pipe.read(into: buffer, unless: isCancelled)
      if count == 0 { return copy }
      try copy.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }
}
