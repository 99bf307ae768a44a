import Glibc
import PinstripeFiles

/// A file, or what comes through a pipe.
public final class FileSource: MediaSource {
  /// The file's name without folders; "stdin" for standard input.
  public let name: String
  /// The size of a regular file; nil for pipes and devices.
  public let length: UInt64?
  private let file: SystemFile
  private let isCancelled: @Sendable () -> Bool

  /// Opens a file; "-" is standard input.
  ///
  /// - Parameter isCancelled: Is asked several times a second while a pipe has nothing to read; true
  ///   ends the reading with ``PinstripeError/Code/cancelled``.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  public init(
    path: String, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(PinstripeError) {
    self.isCancelled = isCancelled
    do throws(FileError) {
      if path == "-" {
        file = SystemFile(descriptor: STDIN_FILENO, path: "standard input", owns: false)
        name = "stdin"
      } else {
        file = try SystemFile.reading(path)
        name = String(path.split(separator: "/").last ?? "")
      }
      let status = try file.status()
      switch status.st_mode & S_IFMT {
      case S_IFREG: length = UInt64(clamping: status.st_size)
      case S_IFDIR: throw FileError(code: EISDIR, operation: "read", path: path)
      default: length = nil
      }
    } catch {
      throw PinstripeError(reading: error)
    }
  }

  /// Reads from the file; `offset` is ignored where there is no length.
  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    do throws(FileError) {
      guard length == nil else { return try file.read(at: offset, into: buffer) }
      return try file.read(into: buffer, unless: isCancelled)
    } catch {
      throw PinstripeError(reading: error)
    }
  }

  /// A regular file's size and time of change.
  public func revision() throws(PinstripeError) -> SourceRevision? {
    guard length != nil else { return nil }
    do throws(FileError) {
      let status = try file.status()
      let time = status.st_ctim
      return SourceRevision(
        length: UInt64(clamping: status.st_size),
        changed: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    } catch {
      throw PinstripeError(reading: error)
    }
  }
}

extension SystemFile {
  /// How long a cancelled program may go on waiting for a pipe: unnoticed by a person.
  private static let patience: Int32 = 100

  /// Reads from a pipe or device, and gives up waiting when that is asked for.
  ///
  /// - Throws: ``FileError`` with `ECANCELED` then.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, unless isCancelled: () -> Bool
  ) throws(FileError) -> Int {
    while true {
      if isCancelled() { throw FileError(code: ECANCELED, operation: "read", path: path) }
      if try isReadable(within: Self.patience) { return try read(into: buffer) }
    }
  }
}
