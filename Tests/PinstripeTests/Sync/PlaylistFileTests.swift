import PinstripeProfile
import Testing

@testable import Pinstripe

/// A playlist as players want it.
struct PlaylistFileTests {
  private func bytes(
    _ kind: PlaylistKind, music: String = "Music",
    _ change: (inout PlaylistRules) -> Void = { _ in }
  ) -> [UInt8] {
    var rules = PlaylistRules(kind: kind)
    change(&rules)
    let playlist = Playlist(name: "P", tracks: ["A/é.mp3", "2.mp3"])
    return PlaylistFile(playlist, rules: rules, musicFolder: music).bytes
  }

  private func text(
    _ kind: PlaylistKind, music: String = "Music",
    _ change: (inout PlaylistRules) -> Void = { _ in }
  ) -> String {
    String(decoding: bytes(kind, music: music, change), as: UTF8.self)
  }

  @Test func m3u() {
    #expect(text(.m3u) == "#EXTM3U\r\n../Music/A/é.mp3\r\n../Music/2.mp3\r\n")
    #expect(
      text(.m3u, music: "") {
        $0.folder = "a/b"
        $0.separator = .backslash
        $0.lineEnd = .lf
      } == "#EXTM3U\n..\\..\\A\\é.mp3\n..\\..\\2.mp3\n")
    #expect(
      text(.m3u) { $0.folder = "" } == "#EXTM3U\r\nMusic/A/é.mp3\r\nMusic/2.mp3\r\n")
    #expect(
      bytes(.m3u) {
        $0.encoding = .latin1
        $0.paths = .absolute
      } == Array("#EXTM3U\r\n/Music/A/".utf8) + [0xE9] + Array(".mp3\r\n/Music/2.mp3\r\n".utf8))
  }

  @Test func pls() {
    #expect(
      text(.pls) { $0.paths = .absolute }
        == "[playlist]\r\nFile1=/Music/A/é.mp3\r\nFile2=/Music/2.mp3\r\nNumberOfEntries=2\r\n"
        + "Version=2\r\n")
  }

  @Test(arguments: [(PlaylistKind.samsungSPL1, "1"), (.samsungSPL2, "2")])
  func samsung(_ kind: PlaylistKind, _ version: String) {
    let more = version == "2" ? "\r\nmyDNSe DATA\r\n\r\n\r\nEND myDNSe\r\n" : ""
    let expected =
      "\u{FEFF}SPL PLAYLIST\r\nVERSION \(version).00\r\n\r\n\\Music\\A\\é.mp3\r\n"
      + "\\Music\\2.mp3\r\n\r\nEND PLAYLIST\r\n" + more
    let found = bytes(kind)
    let units = stride(from: 0, to: found.count, by: 2).map {
      UInt16(found[$0]) | UInt16(found[$0 + 1]) << 8
    }
    #expect(String(decoding: units, as: UTF16.self) == expected)
  }
}
