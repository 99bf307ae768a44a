import Glibc
import PinstripeFiles
import TestTools
import Testing

/// The operating system's files, and its refusals in words.
struct SystemFileTests {
  let folder = TemporaryFolder()

  @Test func readingInOrderAndAnywhere() throws {
    TestFile.write(TestFile.content(100), to: folder("file"))
    let file = try OpenFile(SystemFile(opening: folder("file"), O_RDONLY))
    #expect(try file.read(20, at: 90) == Array(TestFile.content(100)[90...]))
    #expect(try file.read(3) == Array(TestFile.content(3)))
    #expect(try file.read(3) == Array(TestFile.content(6)[3...]))
    #expect(try file.read(1, at: 100) == [])
    #expect(try file.read(1, at: UInt64.max) == [])
    #expect(try file.status().st_size == 100)
  }

  @Test func writingInOrderAndAnywhere() throws {
    let file = try OpenFile(SystemFile(opening: folder("file"), O_RDWR | O_CREAT))
    try file.write([1])
    try file.write([9, 8], at: 4)
    try file.write([5])
    #expect(TestFile.read(folder("file")) == [1, 5, 0, 0, 9, 8])
  }

  @Test func temporaryFilesHaveNoName() throws {
    let before = TemporaryFolder.names(in: "/var/tmp").filter { $0.hasPrefix(".pinstripe-") }
    let file = try OpenFile(SystemFile.temporary())
    try file.write([5])
    #expect(try file.read(5, at: 0) == [5])
    #expect(try file.status().st_nlink == 0)
    #expect(try file.status().st_mode & 0o777 == 0o600)
    let after = TemporaryFolder.names(in: "/var/tmp").filter { $0.hasPrefix(".pinstripe-") }
    #expect(after == before)
  }

  @Test func refusalsNameFileAndReason() {
    do throws(FileError) {
      _ = try SystemFile(opening: folder("missing"), O_RDONLY)
      Issue.record("a missing file was opened")
    } catch {
      #expect(error.code == ENOENT)
      #expect("\(error)" == "cannot open \(folder("missing")): No such file or directory")
    }
  }

  @Test func errorsCompareByCode() {
    #expect(
      FileError(code: 1, operation: "read", path: "a")
        == FileError(code: 1, operation: "write", path: "b"))
    #expect(
      FileError(code: 1, operation: "read", path: "a")
        != FileError(code: 2, operation: "read", path: "a"))
  }

  @Test func aPipeIsReadableWhenItHasBytesOrEnded() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    // A program that another test starts meanwhile would hold its end open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let reader = OpenFile(SystemFile(descriptor: ends[0], path: "a pipe", owns: true))
    #expect(try !reader.isReadable())
    write(ends[1], "x", 1)
    #expect(try reader.isReadable())
    #expect(try reader.read(9) == [0x78])
    close(ends[1])
    #expect(try reader.isReadable())
    #expect(try reader.read(9) == [])
  }

  @Test func aDescriptorOfSomebodyElseStaysOpen() throws {
    let descriptor = open("/dev/null", O_RDONLY)
    do { _ = SystemFile(descriptor: descriptor, path: "null", owns: false) }
    #expect(fcntl(descriptor, F_GETFD) != -1)
    close(descriptor)
  }

  @Test func foldersAreMadeAndListed() throws {
    try SystemFolder.makeAll(folder("a"))
    try SystemFolder.makeAll(folder("a"))
    TestFile.write([], to: folder(".hidden"))
    #expect(try SystemFolder.names(in: folder.path).sorted() == [".hidden", "a"])
    #expect(throws: FileError(code: ENOENT, operation: "", path: "")) {
      try SystemFolder.names(in: folder("b"))
    }
  }
}

/// A file that the testing macros can look at: they take no values that cannot be copied.
final class OpenFile {
  private let file: SystemFile

  init(_ file: consuming SystemFile) {
    self.file = file
  }

  func status() throws -> stat { try file.status() }

  func isReadable() throws -> Bool { try file.isReadable(within: 1) }

  func read(_ count: Int, at offset: UInt64? = nil) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let done = try bytes.withUnsafeMutableBytes { buffer in
      guard let offset else { return try file.read(into: buffer) }
      return try file.read(at: offset, into: buffer)
    }
    return Array(bytes[..<done])
  }

  func write(_ bytes: [UInt8], at offset: Int? = nil) throws {
    try bytes.withUnsafeBytes { buffer in
      if let offset {
        try file.write(buffer, at: offset)
      } else {
        try file.write(buffer)
      }
    }
  }
}
