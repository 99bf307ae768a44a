import Glibc
import Synchronization
import TestTools
import Testing

@testable import PinstripeFiles

/// Long files go to the storage while they are written.
struct WriteBehindTests {
  let folder = TemporaryFolder()

  /// Writes so many MiB; returns how often the storage was asked to take or to have taken something.
  private func write(mebibytes: Int, failing: Int? = nil) throws -> Int {
    let asked = Mutex(0)
    try SystemFile.$fault.withValue({ operation, _ in
      guard operation == "flush" else { return nil }
      let number = asked.withLock { asked in
        asked += 1
        return asked
      }
      return number == failing ? SystemFile.Fault(code: EIO) : nil
    }) {
      let file = try AtomicFile(replacing: folder("long"))
      var behind = WriteBehind()
      for number in 1...mebibytes {
        try [UInt8](repeating: UInt8(number), count: 1 << 20).span.withUnsafeBytes { bytes in
          try file.file.write(bytes)
        }
        try behind.wrote(upTo: UInt64(number) << 20, of: file.file)
      }
    }
    return asked.withLock { $0 }
  }

  // Each window is handed over, and waited for when the next one was.
  @Test func oneWindowIsOnItsWayWhileTheNextIsWritten() throws {
    #expect(try write(mebibytes: 3) == 0)
    #expect(try write(mebibytes: 4) == 1)
    #expect(try write(mebibytes: 8) == 3)
    #expect(try write(mebibytes: 22) == 9)
  }

  @Test func whatTheStorageRefusedIsToldAtOnce() {
    for number in 1...5 {
      let error = #expect(throws: FileError.self) { try write(mebibytes: 22, failing: number) }
      #expect(error?.code == EIO)
    }
  }
}
