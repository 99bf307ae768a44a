import Glibc
import PinstripeFiles

/// A file, or what comes through a pipe.
public final class FileSource: MediaSource {
  /// The file's name without folders; "stdin" for standard input.
  public let name: String
  /// The size of a regular file; nil for pipes and devices.
  public let length: UInt64?
  private let file: SystemFile

  /// Opens a file; "-" is standard input.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  public init(path: String) throws(PinstripeError) {
    do throws(FileError) {
      if path == "-" {
        file = SystemFile(descriptor: STDIN_FILENO, path: "standard input", owns: false)
        name = "stdin"
      } else {
        file = try SystemFile(opening: path, O_RDONLY)
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
      return length == nil
        ? try file.read(into: buffer) : try file.read(at: offset, into: buffer)
    } catch {
      throw PinstripeError(reading: error)
    }
  }
}
