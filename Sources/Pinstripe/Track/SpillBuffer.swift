import PinstripeFiles

/// Bytes that are written in order and then read in order: in memory while they are few, and in an
/// unlinked temporary file beyond that.
struct SpillBuffer {
  /// Bytes in it.
  private(set) var length: UInt64 = 0
  private var memory: [UInt8] = []
  private var spilled: Shared?
  private var position: UInt64 = 0

  /// A frame map of this size describes about two hours of music.
  private static let memoryLimit = 1 << 20

  /// The file is closed, and so gone, with the last copy of the buffer.
  private final class Shared {
    let file: SystemFile
    init(_ file: consuming SystemFile) { self.file = file }
  }

  /// Creates a buffer of few bytes.
  init(_ bytes: [UInt8] = []) {
    memory = bytes
    length = UInt64(bytes.count)
  }

  /// Adds bytes at the end.
  mutating func append(_ bytes: [UInt8]) throws(PinstripeError) {
    memory += bytes
    length += UInt64(bytes.count)
    guard memory.count > Self.memoryLimit else { return }
    do throws(FileError) {
      if spilled == nil { spilled = Shared(try SystemFile.temporary()) }
      try memory.span.withUnsafeBytes { bytes throws(FileError) in
        try spilled?.file.write(bytes)
      }
      memory = []
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// Moves the next bytes into a buffer, from the first one on; 0 at the end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
    let inFile = length - UInt64(memory.count)
    guard position < inFile, let spilled else {
      let start = Int(position - inFile)
      let part = memory[start...].prefix(buffer.count)
      buffer.copyBytes(from: part)
      position += UInt64(part.count)
      return part.count
    }
    do throws(FileError) {
      let room = Int(min(UInt64(buffer.count), inFile - position))
      let count = try spilled.file.read(
        at: position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
      guard count > 0 || room == 0 else {
        throw FileError(code: 5, operation: "read", path: "the temporary file")
      }
      position += UInt64(count)
      return count
    } catch {
      throw PinstripeError(reading: error)
    }
  }
}
