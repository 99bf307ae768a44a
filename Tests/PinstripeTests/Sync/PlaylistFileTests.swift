import PinstripeMTP
import PinstripeProfile
import PinstripeProfiles
import PinstripeTestSupport
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

  /// UTF-16 with its mark, as Samsung's players have it.
  private func wide(_ text: String) -> [UInt8] {
    ("\u{FEFF}" + text).utf16.flatMap {
      [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
  }

  /// What each player of the profiles gets, byte by byte.
  @Test func everyProfilesKind() throws {
    let spl = { (music: String, version: String, end: String) in
      self.wide(
        "SPL PLAYLIST\r\nVERSION \(version).00\r\n\r\n\\\(music)\\A\\é.mp3\r\n\\\(music)\\2.mp3"
          + "\r\n\r\nEND PLAYLIST\r\n\(end)")
    }
    let unix = Array("#EXTM3U\r\n../Music/A/é.mp3\r\n../Music/2.mp3\r\n".utf8)
    let samsung2 = spl("Music", "2", "\r\nmyDNSe DATA\r\n\r\n\r\nEND myDNSe\r\n")
    // By the beginnings of ids: a model has its family's, unless it has a row of its own.
    let expected: [String: [UInt8]] = [
      "mass-storage cowon-j3": unix,
      "mass-storage cowon-s9": unix,
      "mass-storage samsung-yp-q2": unix,
      "mass-storage rockbox": Array("#EXTM3U\r\n/Music/A/é.mp3\r\n/Music/2.mp3\r\n".utf8),
      "mass-storage sandisk-sansa": Array(
        "#EXTM3U\r\n..\\MUSIC\\A\\é.mp3\r\n..\\MUSIC\\2.mp3\r\n".utf8),
      "mtp samsung-y": spl("Music", "1", ""),
      "mtp samsung-yp-m1": samsung2,
      "mtp samsung-yp-p2": samsung2,
    ]
    var found: [String: [UInt8]] = [:]
    let playlist = Playlist(name: "P", tracks: ["A/é.mp3", "2.mp3"])
    for profile in try ProfileRegistry.builtIn().profiles {
      for (mode, rules) in profile.playlists
      where rules.kind != .none && rules.kind != .mtpReferences {
        let file = PlaylistFile(
          playlist, rules: rules, musicFolder: profile.storage.musicFolder)
        found["\(mode.rawValue) \(profile.id)"] = file.bytes
      }
    }
    var unused = Set(expected.keys)
    for (player, bytes) in found {
      let row = expected.keys.filter { player.hasPrefix($0) }.max { $0.count < $1.count } ?? ""
      unused.remove(row)
      #expect(
        expected[row] == bytes,
        "\(player): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
    #expect(unused.isEmpty)
  }

  /// Regression: what was left of a playlist's file stayed until that playlist changed.
  @Test func whatWasCutOffGoesWithTheNextConnection() async throws {
    let player = Player { $0.playlists[.mtp] = PlaylistRules(kind: .m3u) }
    let transport = try await player.connect()
    try await transport.put(Playlist(name: "P", tracks: []))
    let list = try #require(player.responder.objects.first { $0.name.hasPrefix("P.") })
    player.responder.add(TrackName.temporary(), in: list.parent)
    player.responder.add("theirs", in: list.parent)
    _ = try await player.connect().list(tidying: true)
    let left = player.responder.objects.filter { $0.parent == list.parent }.map(\.name)
    #expect(left.sorted() == [list.name, "theirs"])
  }

  /// A player indexes playlists by the code that they are announced with.
  @Test(arguments: [
    (PlaylistKind.m3u, ObjectFormat.m3uPlaylist), (.pls, .plsPlaylist),
    (.samsungSPL1, .samsungPlaylist), (.samsungSPL2, .samsungPlaylist),
  ])
  func playlistsAreAnnounced(_ kind: PlaylistKind, _ code: ObjectFormat) async throws {
    for isKnown in [true, false] {
      var player = Player { if isKnown { $0.playlists[.mtp] = PlaylistRules(kind: kind) } }
      player.profile.playlists[.mtp] = PlaylistRules(kind: kind)
      let transport = try await player.connect()
      try await transport.put(Playlist(name: "P", tracks: []))
      let object = try #require(player.responder.objects.first { $0.name.hasPrefix("P.") })
      #expect(object.format == (isKnown ? code : .undefined))
      #expect(try await transport.state(of: Playlist(name: "P", tracks: [])) == .same)
    }
  }
}
