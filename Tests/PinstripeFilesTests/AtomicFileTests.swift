import Glibc
import PinstripeFiles
import TestTools
import Testing

/// Files that are there whole or not at all.
struct AtomicFileTests {
  let folder = TemporaryFolder()

  private func write(
    _ bytes: [UInt8], to path: String, mode: mode_t = 0o644, commits: Bool = true
  ) throws(FileError) {
    let file = try AtomicFile(replacing: path, mode: mode)
    try bytes.span.withUnsafeBytes { buffer throws(FileError) in try file.file.write(buffer) }
    if commits { try file.commit() }
  }

  @Test func aFileAppearsWithTheCommit() throws {
    let file = try AtomicFile(replacing: folder("new"))
    let isRegular = file.isRegular
    #expect(isRegular)
    #expect(!folder.names.contains("new"))
    try [1, 2, 3].span.withUnsafeBytes { (bytes: UnsafeRawBufferPointer) in
      try file.file.write(UnsafeRawBufferPointer(rebasing: bytes[..<1]))
    }
    #expect(TestFile.read(folder("new")) == nil)
    try file.commit()
    #expect(TestFile.read(folder("new")) == [1])
    #expect(folder.names == ["new"])
  }

  @Test func withoutACommitNothingIsLeft() throws {
    TestFile.write([7], to: folder("old"))
    try write([1, 2], to: folder("old"), commits: false)
    try write([1, 2], to: folder("new"), commits: false)
    #expect(folder.names == ["old"])
    #expect(TestFile.read(folder("old")) == [7])
  }

  @Test func anOlderFileIsReplacedWhole() throws {
    TestFile.write([UInt8](repeating: 9, count: 100_000), to: folder("old"))
    try write([1, 2], to: folder("old"))
    #expect(TestFile.read(folder("old")) == [1, 2])
    #expect(folder.names == ["old"])
  }

  @Test func aFailedCommitLeavesTheOlderFile() throws {
    // A folder cannot be replaced by a file, and this one comes between start and commit.
    let file = try AtomicFile(replacing: folder("name"))
    mkdir(folder("name"), 0o755)
    TestFile.write([1], to: folder("name/inside"))
    #expect(Self.failure(committing: file)?.code == EISDIR)
    #expect(folder.names == ["name"])
  }

  @Test func aFolderThatGoesAwayIsAnErrorAndNotATrap() throws {
    mkdir(folder("sub"), 0o755)
    let file = try AtomicFile(replacing: folder("sub/name"))
    for name in TemporaryFolder.names(in: folder("sub")) { unlink(folder("sub/\(name)")) }
    rmdir(folder("sub"))
    #expect(Self.failure(committing: file)?.code == ENOENT)
    #expect(folder.names == [])
  }

  private static func failure(committing file: consuming AtomicFile) -> FileError? {
    do throws(FileError) {
      try file.commit()
      return nil
    } catch {
      return error
    }
  }

  // Regression: a replaced file of mode 0600 came back as 0644.
  @Test(arguments: [0o600, 0o640, 0o755] as [mode_t])
  func aReplacedFileKeepsItsPermissions(_ mode: mode_t) throws {
    TestFile.write([7], to: folder("old"))
    chmod(folder("old"), mode)
    try write([1], to: folder("old"))
    #expect(TestFile.mode(folder("old")).map { $0 & 0o777 } == mode)
  }

  @Test func aNewFileHasTheModeLessTheUmask() throws {
    // Asking umask(2) would change it for the tests that run beside this one.
    let status = String(decoding: TestFile.read("/proc/self/status") ?? [], as: UTF8.self)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("Umask:") })
    let mask = try #require(mode_t(line.split(separator: "\t")[1], radix: 8))
    try write([1], to: folder("private"), mode: 0o600)
    try write([1], to: folder("public"))
    #expect(TestFile.mode(folder("private")).map { $0 & 0o777 } == 0o600 & ~mask)
    #expect(TestFile.mode(folder("public")).map { $0 & 0o777 } == 0o644 & ~mask)
  }

  @Test func aLinksTargetIsReplacedNotTheLink() throws {
    mkdir(folder("sub"), 0o755)
    TestFile.write([7], to: folder("sub/target"))
    symlink("sub/target", folder("link"))
    symlink("link", folder("linkToLink"))
    try write([1], to: folder("linkToLink"))
    #expect(TestFile.read(folder("sub/target")) == [1])
    #expect(TestFile.mode(folder("link")).map { $0 & S_IFMT } == S_IFLNK)
    #expect(TestFile.mode(folder("linkToLink")).map { $0 & S_IFMT } == S_IFLNK)
    #expect(TemporaryFolder.names(in: folder("sub")) == ["target"])
  }

  // Regression: a link that led nowhere was replaced by the file.
  @Test func aLinkThatLeadsNowhereStaysALink() throws {
    mkdir(folder("sub"), 0o755)
    symlink(folder("sub/target"), folder("link"))
    try write([1], to: folder("link"))
    #expect(TestFile.mode(folder("link")).map { $0 & S_IFMT } == S_IFLNK)
    #expect(TestFile.read(folder("sub/target")) == [1])
  }

  @Test func linksInACircleAreRefused() {
    symlink("b", folder("a"))
    symlink("a", folder("b"))
    #expect(throws: FileError(code: ELOOP, operation: "", path: "")) {
      try write([1], to: folder("a"))
    }
    #expect(folder.names == ["a", "b"])
  }

  @Test func whatIsNoRegularFileIsWrittenDirectly() throws {
    let file = try AtomicFile(replacing: "/dev/null")
    let isRegular = file.isRegular
    #expect(!isRegular)
    try file.commit()
    #expect(TestFile.mode("/dev/null").map { $0 & S_IFMT } == S_IFCHR)
  }

  @Test func aPipeGetsTheBytes() throws {
    mkfifo(folder("pipe"), 0o600)
    // Both ends, so that neither opening waits.
    let reader = try OpenFile(SystemFile(opening: folder("pipe"), O_RDWR))
    try write([1, 2, 3], to: folder("pipe"))
    #expect(try reader.read(8) == [1, 2, 3])
    #expect(folder.names == ["pipe"])
  }

  @Test func aMissingFolderAndAFolderAreRefusedByName() {
    let cases: [(path: String, code: Int32)] = [
      (folder("missing/file"), ENOENT), (folder.path, EISDIR), ("", ENOENT),
      ("/dev/null/file", ENOTDIR),
    ]
    for (path, code) in cases {
      do throws(FileError) {
        try write([1], to: path)
        Issue.record("\(path) was written")
      } catch {
        #expect(error.code == code, "\(path): \(error)")
        #expect(error.path == path)
      }
    }
    #expect(folder.names == [])
  }

  @Test func aFullDeviceIsAnError() {
    #expect(throws: FileError(code: ENOSPC, operation: "", path: "")) {
      try write([1], to: "/dev/full")
    }
  }
}
