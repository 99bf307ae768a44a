import Glibc
import TestTools

@testable import Pinstripe

/// The library that every profile's player gets: each format, names that somebody cannot hold, playlists
/// and pictures.
struct StandardLibrary {
  let folder = TemporaryFolder()
  /// What a sync is given.
  var paths: [String] { [folder("lib")] + Self.playlists.keys.sorted().map { folder("lib/\($0)") } }
  /// What its files' paths begin with.
  var root: String { folder("lib/") }

  /// Names as libraries have them.
  private static let names = [
    "Artist/Album: One/01 Tune?.mp3", "Artist/Album: One/02 Ünïcode Ελληνικά 日本語 😀.mp3",
    "Artist/Album Two/01 Tune?.mp3",
    "Artist/Album Two/" + String(repeating: "long ", count: 45)
      + "name.mp3", "case/Song.mp3", "case/song.mp3", "ends with a dot./ .mp3",
    "deep/2/3/4/5/6/7/8/9/10/11/song.mp3",
  ]
  private static let formats = [
    "aa", "aac", "aiff", "ape", "flac", "m4a", "mp3", "ogg", "opus", "wav", "wma",
  ]
  private static let playlists = [
    "Mix.m3u8": [names[0], names[1], names[2], "formats/song.flac", "formats/song.ogg"],
    "Été: 1?.m3u8": [names[4], names[7]],
  ]

  /// The album whose first track has a picture in its tags.
  private static let album = "Artist/Album: One/"
  /// Larger than any player shows; what nobody can compress, lest a limit of bytes has no effect; a PNG; and
  /// one that is none.
  private static let pictures = Result {
    [
      names[0]: try TestPicture.jpeg(2100, 1600),
      "Artist/Album Two/folder.jpg": try TestPicture.noise(400),
      "formats/cover.png": try TestPicture.pixels(640, 480).png(),
      "case/Cover.JPG": Array("no picture".utf8),
    ]
  }

  init() throws {
    let pictures = try Self.pictures.get()
    // No two files are alike, so that none passes for another.
    for name in Self.names {
      let tags =
        name.hasPrefix(Self.album)
        ? TaggedSong.tags(artist: "Artist", album: "Album: One", picture: pictures[name]) : []
      write(name, tags + Self.content("mp3") + Array(name.utf8))
    }
    for format in Self.formats { write("formats/song.\(format)", Self.content(format)) }
    for (name, picture) in pictures where !name.hasSuffix(".mp3") { write(name, picture) }
    for (name, files) in Self.playlists {
      write(name, Array((["#EXTM3U"] + files).joined(separator: "\n").utf8))
    }
  }

  private func write(_ name: String, _ bytes: [UInt8]) {
    var path = folder("lib")
    mkdir(path, 0o755)
    let parts = name.split(separator: "/")
    for part in parts.dropLast() {
      path += "/\(part)"
      mkdir(path, 0o755)
    }
    TestFile.write(bytes, to: folder("lib/\(name)"))
  }

  /// As much of a format as tells what it is.
  private static func content(_ format: String) -> [UInt8] {
    func text(_ text: String) -> [UInt8] { Array(text.utf8) }
    let filling = TestFile.content(3000)
    switch format {
    case "mp3":
      // Frames of 128 kbit/s at 44.1 kHz: 417 bytes.
      let frame = [0xFF, 0xFB, 0x90, 0x00] + filling.prefix(413)
      return (0..<12).flatMap { _ in frame }
    case "aac":
      // ADTS frames of 256 bytes.
      let frame = [0xFF, 0xF1, 0x50, 0x80, 0x20, 0x1F, 0xFC] + filling.prefix(249)
      return (0..<12).flatMap { _ in frame }
    case "aiff": return text("FORM") + [0, 0, 0x0B, 0xC0] + text("AIFFCOMM") + filling
    case "flac":
      // STREAMINFO of 44.1 kHz, two channels, 16 bits (RFC 9639 §8.2).
      let sound: [UInt8] = [16, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0x0A, 0xC4, 0x42, 0xF0]
      return text("fLaC") + [0x80, 0, 0, 34] + sound + [UInt8](repeating: 0, count: 20) + filling
    case "m4a": return [0, 0, 0, 16] + text("ftypM4A ") + [0, 0, 0, 0] + filling
    case "ogg", "opus":
      let packet = text(format == "opus" ? "OpusHead" : "\u{1}vorbis") + filling.prefix(22)
      let head = text("OggS") + [0, 2] + [UInt8](repeating: 0, count: 20)
      return head + [1, UInt8(packet.count)] + packet
    case "wav": return text("RIFF") + [0xC0, 0x0B, 0, 0] + text("WAVEfmt ") + filling
    default: return filling
    }
  }
}
