import Glibc
import PinstripeProfile
import TestTools
import Testing

@testable import Pinstripe

/// A card that somebody else has written: nothing on it leads out of it.
struct VolumeTransportHostileTests {
  let folder = TemporaryFolder()
  let bench: Bench
  private static let secret: [UInt8] = [7, 7, 7]

  init() throws {
    bench = try Bench()
    for name in ["card", "card/Music", "home", "home/music"] { mkdir(folder(name), 0o755) }
    TestFile.write(Self.secret, to: folder("home/file"))
    TestFile.write(Self.secret, to: folder("home/music/a.mp3"))
  }

  private func open(
    _ change: (inout DeviceProfile) -> Void = { _ in }
  ) throws -> VolumeTransport {
    var profile = DeviceProfile.careful
    profile.storage.maximumDepth = 3
    change(&profile)
    return try VolumeTransport(root: folder("card"), profile: profile)
  }

  private func put(_ name: String, on volume: VolumeTransport) async throws {
    try await volume.put(
      ClearStream(MemorySource([1, 2])), named: name, replacing: true, progress: nil)
  }

  /// What is refused: with a code, and in a sentence that names the file.
  private func refusal(
    of name: String, _ body: () async throws -> Void
  ) async -> PinstripeError.Code? {
    do {
      try await body()
      return nil
    } catch {
      let error = error as? PinstripeError
      #expect(error?.message.contains(folder("card/" + name)) == true, "\(error?.message ?? "")")
      return error?.code
    }
  }

  private func expectHomeAsItWas(_ label: Comment) {
    #expect(TestFile.read(folder("home/file")) == Self.secret, label)
    #expect(TestFile.read(folder("home/music/a.mp3")) == Self.secret, label)
    #expect(TemporaryFolder.names(in: folder("home")) == ["file", "music"], label)
    #expect(TemporaryFolder.names(in: folder("home/music")) == ["a.mp3"], label)
  }

  // Regression: `push --replace` wrote through it, and `pull` read /etc/passwd.
  @Test(arguments: ["home/file", "home/absent", "home/music"])
  func aLinkInATracksPlace(_ target: String) async throws {
    symlink(folder(target), folder("card/Music/a.mp3"))
    let volume = try open()
    #expect(try await volume.list() == [])
    let putting = await refusal(of: "Music/a.mp3") { try await put("a.mp3", on: volume) }
    #expect(putting == .alreadyOnPlayer)
    let read = await refusal(of: "Music/a.mp3") {
      try await volume.read("a.mp3", range: 0..<3) { _ in }
    }
    #expect(read == .playerRefused)
    let removal = await refusal(of: "Music/a.mp3") { try await volume.remove("a.mp3") }
    #expect(removal == .alreadyOnPlayer)
    expectHomeAsItWas("\(target)")
  }

  // Regression: tracks went to the folder that it leads to.
  @Test(arguments: ["Music", "Music/A", "Music/A/B"])
  func aLinkInAFoldersPlace(_ link: String) async throws {
    for name in ["card/Music/A", "home/music/B", "home/music/A"] {
      if !name.hasPrefix("home") { mkdir(folder(name), 0o755) }
    }
    rename(folder("card/" + link), folder("moved"))
    symlink(folder("home/music"), folder("card/" + link))
    let volume = try open()
    let putting = await refusal(of: link) { try await put("A/B/a.mp3", on: volume) }
    #expect(putting == .alreadyOnPlayer)
    let read = await refusal(of: link) {
      try await volume.read("A/B/a.mp3", range: 0..<3) { _ in }
    }
    #expect(read == .playerRefused)
    if link == "Music" {
      #expect(await refusal(of: link) { _ = try await volume.list() } == .playerRefused)
    } else {
      #expect(try await volume.list(tidying: true) == [])
    }
    expectHomeAsItWas("\(link)")
  }

  // Regression: a pipe stopped `pull` for ever.
  @Test func aPipeInATracksPlace() async throws {
    try #require(mkfifo(folder("card/Music/a.mp3"), 0o600) == 0)
    let volume = try open()
    #expect(try await volume.list() == [])
    let read = await refusal(of: "Music/a.mp3") {
      try await volume.read("a.mp3", range: 0..<3) { _ in }
    }
    #expect(read == .playerRefused)
    let putting = await refusal(of: "Music/a.mp3") { try await put("a.mp3", on: volume) }
    #expect(putting == .alreadyOnPlayer)
    let removal = await refusal(of: "Music/a.mp3") { try await volume.remove("a.mp3") }
    #expect(removal == .alreadyOnPlayer)
  }

  // Regression: a dangling link made its target, and what the card is known by lay elsewhere.
  @Test(arguments: ["home/file", "home/absent", "/dev/zero"])
  func aLinkInTheMarksPlace(_ target: String) async throws {
    symlink(target.hasPrefix("/") ? target : folder(target), folder("card/.pinstripe-id"))
    let volume = try open()
    for making in [false, true] {
      let code = await refusal(of: ".pinstripe-id") {
        _ = try await volume.identity(making: making)
      }
      #expect(code != nil, "\(making)")
    }
    expectHomeAsItWas("\(target)")
  }

  // Regression: the way out was to name a file, which nobody can.
  @Test func aFolderInTheMarksPlace() async throws {
    mkdir(folder("card/.pinstripe-id"), 0o755)
    let volume = try open()
    #expect(
      await refusal(of: ".pinstripe-id is a folder") {
        _ = try await volume.identity(making: true)
      } == .alreadyOnPlayer)
    rmdir(folder("card/.pinstripe-id"))
    #expect(try await volume.identity(making: true) != nil)
  }

  @Test func aLinkInTheDescriptorsPlace() async throws {
    mkdir(folder("card/Pinstripe"), 0o755)
    symlink(folder("home/file"), folder("card/Pinstripe/device.pdev"))
    let volume = try open()
    let file = await refusal(of: "Pinstripe/device.pdev") {
      _ = try await volume.descriptorFile()
    }
    #expect(file == .playerRefused)
    rename(folder("card/Pinstripe"), folder("home/music/moved"))
    symlink(folder("home/music/moved"), folder("card/Pinstripe"))
    #expect(
      await refusal(of: "Pinstripe") { _ = try await volume.descriptorFile() } == .playerRefused)
  }

  @Test func aLinkInAPlaylistsPlace() async throws {
    let volume = try open {
      var rules = PlaylistRules(kind: .m3u)
      rules.folder = "Lists"
      $0.playlists[.massStorage] = rules
    }
    let playlist = Playlist(name: "P", tracks: ["a.mp3"])
    mkdir(folder("card/Lists"), 0o755)
    let name = "Lists/P" + volume.playlists.ending
    symlink(folder("home/file"), folder("card/" + name))
    #expect(try await volume.state(of: playlist) == .other)
    #expect(await refusal(of: name) { try await volume.put(playlist) } == .alreadyOnPlayer)
    #expect(await refusal(of: name) { try await volume.remove(playlist) } == .alreadyOnPlayer)
    unlink(folder("card/" + name))
    rmdir(folder("card/Lists"))
    symlink(folder("home/music"), folder("card/Lists"))
    #expect(await refusal(of: "Lists") { try await volume.put(playlist) } == .alreadyOnPlayer)
    expectHomeAsItWas("playlist")
  }

  /// The person named it, so it may be a link.
  @Test func theRootMayBeReachedThroughALink() async throws {
    symlink(folder("card"), folder("link"))
    let volume = try VolumeTransport(root: folder("link"), profile: .careful)
    try await put("a.mp3", on: volume)
    #expect(TestFile.read(folder("card/Music/a.mp3")) == [1, 2])
    #expect(try await volume.list().map(\.name) == ["a.mp3"])
  }

  // Regression: after `umount -l` the rest went to the computer's own disk, as if all were well.
  @Test func whatIsMountedInItsPlaceIsAnotherPlayer() async throws {
    let volume = try open()
    try await put("a.mp3", on: volume)
    rename(folder("card"), folder("unplugged"))
    mkdir(folder("card"), 0o755)
    for body: () async throws -> Void in [
      { try await put("b.mp3", on: volume) }, { _ = try await volume.list() },
      { try await volume.remove("a.mp3") }, { _ = try await volume.identity(making: true) },
      { try await volume.read("a.mp3", range: 0..<1) { _ in } },
      { try await volume.put(Playlist(name: "P", tracks: ["a.mp3"])) },
    ] {
      let error = await #expect(throws: PinstripeError.self) { try await body() }
      #expect(error?.code == .playerGone)
      #expect(error?.message.contains(folder("card")) == true)
    }
    #expect(TemporaryFolder.names(in: folder("card")) == [])
    #expect(TemporaryFolder.names(in: folder("unplugged/Music")) == ["a.mp3"])
  }

  @Test func aSyncStopsWhenTheVolumeIsGone() async throws {
    let library = try Library()
    let volume = try open()
    var begun = 0
    let error = await #expect(throws: PinstripeError.self) {
      try await library.sync(with: volume) { event in
        guard case .begin = event else { return }
        begun += 1
        if begun == 2 {
          rename(folder("card"), folder("unplugged"))
          mkdir(folder("card"), 0o755)
        }
      }
    }
    #expect(error?.code == .playerGone && begun == 2)
    #expect(TemporaryFolder.names(in: folder("card")) == [])
    #expect(try SyncLedger(path: library.folder("ledger")).contents.entries.count == 1)
  }
}
