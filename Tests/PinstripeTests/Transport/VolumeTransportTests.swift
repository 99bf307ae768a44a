import Glibc
import Pinstripe
import PinstripeProfile
import TestTools
import Testing

@testable import PinstripeFiles

/// A player that is mounted as a folder.
struct VolumeTransportTests {
  let folder = TemporaryFolder()
  let bench: Bench

  init() throws { bench = try Bench() }

  private func open(_ profile: DeviceProfile = .careful) throws -> VolumeTransport {
    try VolumeTransport(root: folder.path, profile: profile)
  }

  private func put(
    _ content: [UInt8], _ name: String, on volume: VolumeTransport, replacing: Bool = false,
    length: UInt64?? = nil
  ) async throws {
    let source = MemorySource(content, length: length ?? UInt64(content.count))
    try await volume.put(ClearStream(source), named: name, replacing: replacing, progress: nil)
  }

  private func error(_ body: () async throws -> Void) async -> PinstripeError? {
    do {
      try await body()
      return nil
    } catch {
      return error as? PinstripeError
    }
  }

  @Test func thereAndBack() async throws {
    let volume = try open()
    #expect(try await volume.list() == [])
    let content = TestFile.content(300_000)
    var seen: [UInt64] = []
    let stream = try TrackStream(MemorySource(content), recipe: bench.recipe())
    let length = try #require(stream.length)
    try await volume.put(stream, named: "a.pst", replacing: false) { seen.append($0) }
    #expect(seen.last == length)
    try await put([1, 2, 3], "b.mp3", on: volume)
    #expect(
      try await volume.list()
        == [StoredTrack(name: "a.pst", size: length), StoredTrack(name: "b.mp3", size: 3)])
    #expect(TemporaryFolder.names(in: folder("Music")) == ["a.pst", "b.mp3"])
    #expect(try bench.content(of: folder("Music/a.pst")) == content)

    let copied = try await Copying.pull("a.pst", from: volume, to: bench.folder("copy"))
    #expect(copied == length)
    #expect(TestFile.read(bench.folder("copy")) == TestFile.read(folder("Music/a.pst")))
    try await volume.remove("a.pst")
    #expect(try await volume.list().map(\.name) == ["b.mp3"])
    #expect(try await volume.freeSpace() > 0)
    await volume.close()
  }

  @Test func rangesAreRead() async throws {
    let volume = try open()
    try await put(TestFile.content(1000), "a", on: volume)
    let ranges: [Range<UInt64>] = [0..<0, 0..<1, 5..<995, 999..<2000, 1000..<1001, 0..<UInt64.max]
    for range in ranges {
      var bytes: [UInt8] = []
      try await volume.read("a", range: range) { bytes += $0 }
      let last = Int(min(range.upperBound, 1000))
      let expected = Int(range.lowerBound) < last ? Array(Int(range.lowerBound)..<last) : []
      #expect(bytes == expected.map { TestFile.content(1000)[$0] }, "\(range)")
    }
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      try await volume.read("a", range: 0..<10) { _ in throw Stop() }
    }
  }

  @Test func aTrackIsReplacedOnlyWhenAsked() async throws {
    let volume = try open()
    try await put([1], "a", on: volume)
    #expect(await error { try await put([2], "a", on: volume) }?.code == .alreadyOnPlayer)
    #expect(TestFile.read(folder("Music/a")) == [1])
    try await put([2], "a", on: volume, replacing: true)
    #expect(TestFile.read(folder("Music/a")) == [2])
    #expect(TemporaryFolder.names(in: folder("Music")) == ["a"])
  }

  // Regression: a song that shrank while it was copied was on the player as if it were whole.
  @Test func aSourceThatChangesLeavesNothing() async throws {
    let volume = try open()
    try await put([1], "a", on: volume)
    let short = await error {
      try await put(TestFile.content(500), "a", on: volume, replacing: true, length: .some(600))
    }
    #expect(short?.code == .noInput)
    #expect(TestFile.read(folder("Music/a")) == [1])
    // One that grew is sent as long as it was.
    try await put(TestFile.content(700), "b", on: volume, length: .some(600))
    #expect(TestFile.read(folder("Music/b")) == TestFile.content(600))
    #expect(TemporaryFolder.names(in: folder("Music")) == ["a", "b"])
  }

  @Test func leftoversAreNotShownAndGo() async throws {
    mkdir(folder("Music"), 0o755)
    TestFile.write([1], to: folder("Music/.pinstripe-abc.part"))
    TestFile.write([1], to: folder("Music/.nomedia"))
    mkdir(folder("Music/Album"), 0o755)
    let volume = try open()
    #expect(try await volume.list().map(\.name) == [".nomedia"])
    try await put([2], "a", on: volume)
    #expect(TemporaryFolder.names(in: folder("Music")) == [".nomedia", "Album", "a"])
  }

  /// What a sync over MTP set aside is found again when the same player is mounted.
  @Test func aTrackThatWasSetAsideGetsItsNameBack() async throws {
    mkdir(folder("Music"), 0o755)
    for (name, byte) in [(".pinstripe-old-a", UInt8(1)), (".pinstripe-old-b", 2), ("b", 3)] {
      TestFile.write([byte], to: folder("Music/" + name))
    }
    let volume = try open()
    #expect(try await volume.list().map(\.name) == ["b"])
    #expect(TemporaryFolder.names(in: folder("Music")).count == 3)
    #expect(try await volume.list(tidying: true).map(\.name) == ["a", "b"])
    #expect(TemporaryFolder.names(in: folder("Music")) == ["a", "b"])
    #expect(TestFile.read(folder("Music/a")) == [1] && TestFile.read(folder("Music/b")) == [3])
  }

  @Test func namesThatDoNotFitAreRefused() async throws {
    let volume = try open()
    for name in [
      "", ".a", "a//b", "../b", "/b", "a/", "a:b/c", "a:b", String(repeating: "x", count: 200),
      "a\n",
    ] {
      #expect(await error { try await put([1], name, on: volume) }?.code == .usage, "\(name)")
    }
    #expect(folder.names == [])
  }

  @Test func foldersAreMadeListedAndLookedInto() async throws {
    var profile = DeviceProfile.careful
    profile.storage.maximumDepth = 3
    let volume = try open(profile)
    try await put([1], "Artist/Album/a.mp3", on: volume)
    try await put([2], "b.mp3", on: volume)
    #expect(await error { try await put([3], "1/2/3/c.mp3", on: volume) }?.code == .usage)
    #expect(TestFile.read(folder("Music/Artist/Album/a.mp3")) == [1])
    symlink(folder("Music"), folder("Music/Artist/Album/loop"))
    mkdir(folder("Music/1"), 0o755)
    mkdir(folder("Music/1/2"), 0o755)
    mkdir(folder("Music/1/2/3"), 0o755)
    TestFile.write([4], to: folder("Music/1/2/3/too-deep.mp3"))
    #expect(try await volume.list().map(\.name) == ["Artist/Album/a.mp3", "b.mp3"])
    try await volume.remove("Artist/Album/a.mp3")
    #expect(try await volume.list().map(\.name) == ["b.mp3"])
  }

  @Test func namesThatLeadElsewhereAreNotThere() async throws {
    TestFile.write([1], to: folder("secret"))
    mkdir(folder("Music"), 0o755)
    let volume = try open()
    for name in ["../secret", "..", ".", "", "absent", "a\u{0}b"] {
      let removal = await error { try await volume.remove(name) }
      #expect(removal?.code == .notOnPlayer, "\(name)")
      let reading = await error { try await volume.read(name, range: 0..<1) { _ in } }
      #expect(reading?.code == .notOnPlayer, "\(name)")
    }
    #expect(TestFile.read(folder("secret")) == [1])
  }

  @Test func aMissingPlayerIsSaidSo() async throws {
    let error = failure { _ = try VolumeTransport(root: folder("gone"), profile: .careful) }
    #expect(error?.code == .noPlayer)
    #expect(error?.message.contains(folder("gone")) == true)
    let volume = try open()
    rmdir(folder.path)
    #expect(await self.error { try await put([1], "a", on: volume) }?.code != nil)
  }

  @Test func theRootMayBeTheFolder() async throws {
    var profile = DeviceProfile.careful
    profile.storage.musicFolder = ""
    let volume = try open(profile)
    try await put([1], "a", on: volume)
    #expect(folder.names == ["a"])
  }

  @Test func aCancelledPutLeavesNothing() async throws {
    let volume = try open()
    try await put([1], "a", on: volume)
    let task = Task {
      let source = MemorySource(TestFile.content(2_000_000))
      try await volume.put(ClearStream(source), named: "a", replacing: true) { sent in
        if sent > 500_000 { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    #expect(await error { try await task.value }?.code == .cancelled)
    #expect(TemporaryFolder.names(in: folder("Music")) == ["a"])
    #expect(TestFile.read(folder("Music/a")) == [1])
  }

  // The storage's own writing, behind which the last part of a long file is not yet.
  @Test func aStorageThatFailsMeanwhileLeavesNothing() async throws {
    let volume = try open()
    let failure = await SystemFile.$fault.withValue({ operation, path in
      operation == "flush" && !path.hasSuffix("/Music") ? SystemFile.Fault(code: EIO) : nil
    }) {
      await error { try await put(TestFile.content(9_000_000), "a", on: volume) }
    }
    #expect(failure?.code == .noOutput)
    #expect(TemporaryFolder.names(in: folder("Music")) == [])
  }

  /// Beyond what the profile allows; FAT's own limit takes the same way.
  @Test func whatIsTooLargeIsRefusedBeforehand() async throws {
    var profile = DeviceProfile.careful
    profile.storage.maximumObjectSize = 1000
    let volume = try open(profile)
    let error = await error { try await put([], "a", on: volume, length: .some(1001)) }
    #expect(error?.code == .playerFull)
    #expect(error?.message.hasSuffix("holds no files larger than 1000 bytes.") == true)
    #expect(folder.names == [])
    try await put([UInt8](repeating: 1, count: 1000), "a", on: volume)
  }

  @Test func whatDoesNotFitIsRefusedBeforehand() async throws {
    let volume = try open()
    let free = try await volume.freeSpace()
    let error = await error {
      try await put([], "a", on: volume, length: .some(free + (1 << 40)))
    }
    #expect(error?.code == .playerFull)
    #expect(folder.names == [])
  }
}
