import Glibc
import PinstripeFiles

/// Where packed or unpacked bytes go: a file that appears when it is complete, or a pipe.
struct TrackOutput: ~Copyable {
  private let file: AtomicFile
  private let path: String

  /// Opens an output; "-" is standard output.
  init(path: String, mode: mode_t = 0o644) throws(PinstripeError) {
    guard path != "-" else {
      // Opening /dev/stdout anew would replace the file that a shell put there, and the shell's other
      // programs write to.
      self.path = "standard output"
      file = AtomicFile(
        directlyTo: SystemFile(descriptor: STDOUT_FILENO, path: "standard output", owns: false))
      return
    }
    self.path = path
    do throws(FileError) {
      file = try AtomicFile(replacing: path, mode: mode)
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// Opens an output in a player's folder, which is no link.
  init(_ name: String, in folder: borrowing OpenFolder) throws(PinstripeError) {
    path = folder.path(name)
    do throws(FileError) {
      file = try AtomicFile(replacing: name, in: folder)
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// Whether bytes can be written out of order.
  var isRegular: Bool { file.isRegular }

  func write(_ bytes: UnsafeRawBufferPointer) throws(PinstripeError) {
    try translated { () throws(FileError) in try file.file.write(bytes) }
  }

  func write(_ bytes: [UInt8], at offset: Int? = nil) throws(PinstripeError) {
    try bytes.span.withUnsafeBytes { buffer throws(PinstripeError) in
      try translated { () throws(FileError) in
        if let offset {
          try file.file.write(buffer, at: offset)
        } else {
          try file.file.write(buffer)
        }
      }
    }
  }

  /// Hands on to the storage what was written so far.
  func settle(_ written: UInt64, by behind: inout WriteBehind) throws(PinstripeError) {
    do throws(FileError) {
      try behind.wrote(upTo: written, of: file.file)
    } catch {
      throw PinstripeError(
        writing: FileError(code: error.code, operation: error.operation, path: path))
    }
  }

  /// Bytes of a regular output so far.
  func length() throws(PinstripeError) -> UInt64 {
    do throws(FileError) {
      return UInt64(clamping: try file.file.status().st_size)
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// Whether a regular output has a length on its storage, and bytes at some offsets.
  func holds(
    _ samples: [(offset: UInt64, bytes: [UInt8])], length: UInt64
  ) throws(PinstripeError) -> Bool {
    var matches = false
    try translated { () throws(FileError) in
      try file.file.synchronize()
      matches = UInt64(clamping: try file.file.status().st_size) == length
      for sample in samples where matches {
        matches = try file.file.holds(sample.bytes, at: sample.offset)
      }
    }
    return matches
  }

  consuming func commit() throws(PinstripeError) {
    let path = self.path
    do throws(FileError) {
      try file.commit()
    } catch {
      throw PinstripeError(
        writing: FileError(code: error.code, operation: error.operation, path: path))
    }
  }

  private func translated(_ body: () throws(FileError) -> Void) throws(PinstripeError) {
    do throws(FileError) {
      try body()
    } catch {
      // The person knows the name they gave, not the temporary one.
      throw PinstripeError(
        writing: FileError(code: error.code, operation: error.operation, path: path))
    }
  }
}
