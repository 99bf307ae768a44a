import Glibc
import TestTools
import Testing

@testable import Pinstripe

/// What folders, playlists and files hold.
struct SyncSourceTests {
  let folder = TemporaryFolder()

  private func file(_ name: String, _ bytes: [UInt8] = [1]) {
    var path = folder.path
    for part in name.split(separator: "/").dropLast() {
      path += "/\(part)"
      mkdir(path, 0o755)
    }
    TestFile.write(bytes, to: folder(name))
  }

  private func places(_ names: String...) throws -> [String] {
    try SyncSource(paths: names.map { folder($0) }).items.map(\.place)
  }

  @Test func aFoldersMusicKeepsItsFolders() throws {
    for name in ["b.mp3", "A/x/1.FLAC", "A/2.ogg", "A/cover.jpg", ".hidden/3.mp3", ".4.mp3"] {
      file("lib/" + name)
    }
    symlink(folder("lib"), folder("lib/A/loop"))
    symlink(folder("nowhere"), folder("lib/broken.mp3"))
    let source = try SyncSource(paths: [folder("lib")])
    #expect(source.items.map(\.place) == ["b.mp3", "A/2.ogg", "A/x/1.FLAC"])
    #expect(source.items.map(\.path)[1].hasSuffix("/lib/A/2.ogg"))
    #expect(source.ignored == 1)
    #expect(
      source.problems.map(\.path) == [source.items[0].path.replacing("b.mp3", with: "broken.mp3")])
    #expect(source.items[0].size == 1 && source.items[0].modified > 1_600_000_000_000_000_000)
    #expect(throws: PinstripeError.self) { try SyncSource(paths: [folder("absent")]) }
  }

  // Regression: a search took no notice of being cancelled.
  @Test(arguments: ["lib", "list.m3u"]) func aSearchIsCancelled(_ name: String) async throws {
    file("lib/a.mp3")
    file("list.m3u", Array("lib/a.mp3".utf8))
    await Task {
      withUnsafeCurrentTask { $0?.cancel() }
      #expect(throws: PinstripeError(.cancelled, "")) { try SyncSource(paths: [folder(name)]) }
    }.value
  }

  @Test func aFileThatIsNamedTwiceIsOne() throws {
    file("lib/a.mp3")
    file("lib/notes.txt")
    link(folder("lib/a.mp3"), folder("lib/b.mp3"))
    #expect(try places("lib/notes.txt", "lib", "lib/a.mp3") == ["notes.txt", "a.mp3"])
  }

  @Test func aPlaylistsMusicKeepsTheFoldersBelowIt() throws {
    for name in ["in/a/1.mp3", "in/2 2.mp3", "in/é.mp3", "out/b/3.mp3", "in/4.mp3"] { file(name) }
    let lines = """
      \u{FEFF}#EXTM3U
      #EXTINF:1,One
      a\\1.mp3\r
        ./2 2.mp3
      \(folder("out/b/3.mp3"))
      file://\(folder("in/%C3%A9.mp3"))

      ../in/4.mp3
      http://radio.example/
      file://host/4.mp3
      absent.mp3
      """
    file("in/list.m3u8", Array(lines.utf8))
    let source = try SyncSource(paths: [folder("in/list.m3u8")])
    #expect(
      source.items.map(\.place) == ["a/1.mp3", "2 2.mp3", "b/3.mp3", "é.mp3", "4.mp3"])
    #expect(source.problems.map(\.reason).count { $0 == "is no file" } == 2)
    #expect(source.problems.count == 3)
    // Of old: ISO 8859-1.
    file("in/old.m3u", [0xE9] + Array(".mp3".utf8))
    #expect(try places("in/old.m3u") == ["é.mp3"])
  }

  @Test func anyBytesAreAPlaylist() {
    var random = Random(seed: 7)
    for _ in 0..<2000 {
      let bytes = random.bytes(Int.random(in: 0..<80, using: &random))
      for entry in M3UFile(bytes + Array("\nfile:///%".utf8) + bytes.prefix(3)).entries {
        _ = entry.path(from: "/nowhere")
      }
    }
  }
}
