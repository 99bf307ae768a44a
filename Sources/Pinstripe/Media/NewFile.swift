import Glibc
import PinstripeFiles

/// A file that must not be there yet.
package enum NewFile {
  /// Writes one; of a failure nothing is left.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``, also where there is
  ///   something of that name.
  package static func write(_ content: [UInt8], to path: String) throws(PinstripeError) {
    do throws(FileError) {
      let file = try SystemFile(opening: path, O_WRONLY | O_CREAT | O_EXCL)
      do throws(FileError) {
        try content.span.withUnsafeBytes { bytes throws(FileError) in try file.write(bytes) }
        try file.synchronize()
      } catch {
        unlink(path)
        throw error
      }
    } catch {
      guard error.code != EEXIST else {
        throw PinstripeError(
          .noOutput, "\(path) is there already, and nothing is written over it; name another file.")
      }
      throw PinstripeError(writing: error)
    }
  }
}
