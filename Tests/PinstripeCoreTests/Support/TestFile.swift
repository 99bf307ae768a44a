import CPinstripe
import PinstripeCore

/// A file in memory that counts its readers, can fail, and can change under them.
final class TestFile {
  typealias Reader = (_ file: TestFile, _ call: Int) -> Void

  var bytes: [UInt8]
  /// The reads so far.
  var reads: [(offset: UInt64, length: Int)] = []
  /// The read that fails, counted from 0.
  var failingRead: Int?
  /// Runs before every read, with its number.
  var beforeRead: Reader?
  let storage: UnsafeMutablePointer<pinstripe_storage>

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    storage = .allocate(capacity: 1)
    storage.initialize(
      to: pinstripe_storage(
        struct_size: UInt32(MemoryLayout<pinstripe_storage>.size),
        abi_version: PINSTRIPE_ABI_VERSION, state: nil, size: UInt64(bytes.count),
        read: { state, offset, out, length in
          guard let state else { return -1 }
          let file = Unmanaged<TestFile>.fromOpaque(state).takeUnretainedValue()
          return file.read(offset, UnsafeMutableBufferPointer(start: out, count: Int(length)))
            ? PINSTRIPE_OK : 1
        }))
    storage.pointee.state = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { storage.deallocate() }

  func read(_ offset: UInt64, _ out: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    beforeRead?(self, reads.count)
    reads.append((offset, out.count))
    guard failingRead != reads.count - 1, offset <= UInt64(bytes.count),
      out.count <= bytes.count - Int(offset)
    else { return false }
    bytes.withUnsafeBufferPointer { source in
      _ = out.update(fromContentsOf: source[Int(offset)..<Int(offset) + out.count])
    }
    return true
  }
}

/// The same through the Swift API.
struct TestFileStorage: TrackStorage {
  let file: TestFile

  var size: UInt64 { UInt64(file.bytes.count) }

  mutating func read(
    at offset: UInt64, into bytes: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    guard bytes.withUnsafeMutableBufferPointer({ file.read(offset, $0) }) else { throw .storage }
  }
}
