import PinstripeProfile

/// A playlist as the file that a player reads.
///
/// Samsung's .spl is as its own software wrote it, which libmtp's `playlist-spl.c` knows: UTF-16 with a
/// byte order mark, lines that end with CR and LF, and absolute paths with "\", whatever the profile
/// says of these.
struct PlaylistFile {
  /// Its bytes.
  let bytes: [UInt8]
  private let rules: PlaylistRules

  /// - Parameters:
  ///   - rules: Of a kind that is a file.
  ///   - musicFolder: The folder that tracks are in; "" is the root.
  init(_ playlist: Playlist, rules: PlaylistRules, musicFolder: String) {
    self.rules = rules
    let paths = playlist.tracks.map { track in
      Self.path(to: musicFolder.isEmpty ? track : "\(musicFolder)/\(track)", rules)
    }
    switch rules.kind {
    case .none, .mtpReferences: bytes = []
    case .m3u: bytes = rules.encode(["#EXTM3U"] + paths)
    case .pls:
      let files = paths.enumerated().map { "File\($0.offset + 1)=\($0.element)" }
      bytes = rules.encode(
        ["[playlist]"] + files + ["NumberOfEntries=\(paths.count)", "Version=2"])
    case .samsungSPL1: bytes = Self.samsung(paths, version: 1)
    case .samsungSPL2: bytes = Self.samsung(paths, version: 2)
    }
  }

  private static func samsung(_ paths: [String], version: Int) -> [UInt8] {
    var lines = ["SPL PLAYLIST", "VERSION \(version).00", ""] + paths + ["", "END PLAYLIST"]
    // The sound settings, of which it has none.
    if version == 2 { lines += ["", "myDNSe DATA", "", "", "END myDNSe"] }
    var rules = PlaylistRules(kind: .samsungSPL1)
    rules.encoding = .utf16
    return rules.encode(lines)
  }

  /// What a track, given from the storage's root, is called in the file.
  private static func path(to track: String, _ rules: PlaylistRules) -> String {
    let isSamsung = rules.kind == .samsungSPL1 || rules.kind == .samsungSPL2
    let up =
      rules.paths == .absolute || isSamsung
      ? "/" : rules.folder.split(separator: "/").map { _ in "../" }.joined()
    let path = up + track
    guard rules.separator == .backslash || isSamsung else { return path }
    return String(path.map { $0 == "/" ? "\\" : $0 })
  }
}

extension PlaylistRules {
  /// The ending of a playlist's name.
  var ending: String {
    switch kind {
    case .none: ""
    case .mtpReferences: ".pla"
    case .m3u: encoding == .utf8 ? ".m3u8" : ".m3u"
    case .pls: ".pls"
    case .samsungSPL1, .samsungSPL2: ".spl"
    }
  }

  /// Lines as the player wants its text.
  fileprivate func encode(_ lines: [String]) -> [UInt8] {
    let end = lineEnd == .crlf ? "\r\n" : "\n"
    let text = lines.map { $0 + end }.joined()
    switch encoding {
    case .utf8: return Array(text.utf8)
    case .latin1:
      return text.unicodeScalars.map { UInt8(exactly: $0.value) ?? UInt8(ascii: "?") }
    case .utf16:
      return ("\u{FEFF}" + text).utf16.flatMap { unit in
        [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
      }
    }
  }
}
