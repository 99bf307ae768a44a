import CSystem
import PinstripePlayer

/// A track in a file system.
struct FileStorage: StorageReader, ~Copyable {
  let size: UInt64
  private let file: Int32

  init(path: UnsafePointer<CChar>) throws(PlayerError) {
    let file = system_open(path)
    guard file >= 0 else { throw .storage(system_error()) }
    guard let size = UInt64(exactly: system_size(file)) else {
      let reason = system_error()
      close(file)
      throw .storage(reason)
    }
    self.file = file
    self.size = size
  }

  mutating func read(
    at offset: UInt64, into out: inout MutableSpan<UInt8>
  ) throws(PlayerError) -> Int {
    let count = out.withUnsafeMutableBytes { bytes in
      system_read_at(file, bytes.baseAddress, bytes.count, offset)
    }
    guard count >= 0 else { throw .storage(system_error()) }
    return Int(count)
  }

  deinit {
    close(file)
  }
}
