import Glibc
import TestTools
import Testing

/// What a track says of its work, from tags and from options.
struct MetadataTests {
  /// An MP3's beginning with a title, an artist and a picture in ID3v2.3.
  static func song() -> [UInt8] {
    func frame(_ id: String, _ content: [UInt8]) -> [UInt8] {
      Array(id.utf8) + [0, 0, 0, UInt8(content.count), 0, 0] + content
    }
    let frames =
      frame("TIT2", [0] + Array("Tagged".utf8)) + frame("TPE1", [0] + Array("Singer".utf8))
      + frame("USLT", [0] + Array("eng\0la".utf8)) + frame("WOAR", Array("http://a.example/".utf8))
      + frame("APIC", [0] + Array("image/png\0".utf8) + [3, 0, 1, 2, 3])
    return Array("ID3".utf8) + [3, 0, 0, 0, 0, UInt8(frames.count >> 7), UInt8(frames.count & 127)]
      + frames + TestFile.content(50_000)
  }

  @Test func tagsAreTakenAndOverridden() async throws {
    let tool = try await Tool.prepared()
    let (song, track) = (tool.folder("tagged.mp3"), tool.folder("t.pst"))
    TestFile.write(Self.song(), to: song)
    try await tool("pack", song, "-o", track, "--device", "player").expect(0)
    let info = try await tool("info", track, "--json").expectJSON(0)
    #expect(info["title"] == "Tagged" && info["artist"] == "Singer" && info["lyrics"] == "la")
    #expect(info["links"] == #"["http://a.example/"]"#)
    #expect(info["pictures"] == #"[{"mediaType":"image/png","bytes":3}]"#)
    let text = try await tool("info", track).expect(0).text
    #expect(text.contains("Picture:") && text.contains("image/png, 3 bytes"))
    // The tags stay where they are, and encrypted in the metadata.
    try await tool("unpack", track, "-o", tool.folder("out")).expect(0)
    #expect(TestFile.read(tool.folder("out")) == Self.song())

    try await tool(
      "pack", song, "-o", track, "--device", "player", "--title", "Mine", "--link", "http://b/",
      "--field", "mood=slow=ish", "--field", "x="
    ).expect(0)
    let mine = try await tool("info", track, "--json").expectJSON(0)
    #expect(mine["title"] == "Mine" && mine["artist"] == "Singer")
    #expect(mine["links"] == #"["http://b/"]"# && mine["fields"] == #"{"mood":"slow=ish","x":""}"#)

    try await tool("pack", song, "-o", track, "--device", "player", "--no-tags", "--album", "A")
      .expect(0)
    let none = try await tool("info", track, "--json").expectJSON(0)
    #expect(none["title"] == "null" && none["album"] == "A" && none["pictures"] == "[]")
    try await tool("pack", song, "-o", track, "--device", "player", "--field", "none").expect(64)
  }

  /// What lies before the music is found in a pipe too, and comes out again; what lies behind it is not.
  @Test func aPipeHasThoseBeforeTheMusic() async throws {
    let tool = try await Tool.prepared()
    var old = Array("TAG".utf8) + [UInt8](repeating: 0, count: 125)
    old.replaceSubrange(63..<68, with: Array("Album".utf8))
    TestFile.write(Self.song() + old, to: tool.folder("tagged.mp3"))
    let outcome = try await tool.shell(
      """
      cat tagged.mp3 | "$T" pack - -o pipe.pst --device player --artist Me > /dev/null || exit
      "$T" unpack pipe.pst -o out > /dev/null && cmp out tagged.mp3 || exit
      "$T" info pipe.pst --json
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.text.contains(#""title":"Tagged","artist":"Me""#))
    #expect(outcome.text.contains(#""album":null"#))
  }
}
