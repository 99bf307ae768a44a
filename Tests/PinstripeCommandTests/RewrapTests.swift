import Glibc
import TestTools
import Testing

/// `pinstripe rewrap`.
struct RewrapTests {
  /// A tool with a track for the device "player", a group "family" and another device.
  func prepared() async throws -> (Tool, track: String) {
    let tool = try await Tool.prepared()
    try await tool("keys", "group", "new", "family").expect(0)
    try await tool("device", "new", "another").expect(0)
    return (tool, tool.folder("song.pst"))
  }

  @Test func slotsAreAddedReplacedAndRemoved() async throws {
    let (tool, track) = try await prepared()
    let added = try await tool(
      "rewrap", track, "--add-group", "family", "--add-device", "another", "--json"
    ).expectJSON(0)
    #expect(added["changed"] == "true" && added["track"] == track)
    #expect(added["slots"]?.split(separator: "{").count == 4)
    let info = try await tool("info", track).expect(0).text
    #expect(info.contains("Slot 0:") && info.contains("Slot 2:"))
    let same = try await tool("rewrap", track, "--add-group", "family", "--json").expectJSON(0)
    #expect(same["changed"] == "false")
    try await tool("keys", "group", "retire", "family").expect(0)
    let text = try await tool(
      "rewrap", track, "--replace-slot", "2=group:family", "--remove-slot", "0"
    ).expect(0).text
    #expect(text.contains("slot 1: group") && text.contains("generation 2"))
    try await tool("verify", track).expect(0)
    try await tool("verify", track, "--device", "player").expect(79)
    try await tool("unpack", track, "-o", tool.folder("out")).expect(0)
    #expect(TestFile.read(tool.folder("out")) == TestFile.content(50_000))
    #expect(tool.names == ["out", "song.mp3", "song.pst"])
  }

  @Test func tracksFromPipesToo() async throws {
    let (tool, _) = try await prepared()
    let outcome = try await tool.shell(
      """
      "$T" pack - -o - --device player < song.mp3 | cat > pipe.pst || exit
      "$T" rewrap pipe.pst --add-device another > /dev/null || exit
      "$T" unpack pipe.pst --device another -o pipe.mp3 > /dev/null || exit
      cmp song.mp3 pipe.mp3
      """)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
  }

  @Test func refusals() async throws {
    let (tool, track) = try await prepared()
    let former = TestFile.read(track)
    try await tool("rewrap", track).expect(64)
    try await tool("rewrap", track, "--remove-slot", "0").expect(64, containing: "last slot")
    try await tool("rewrap", track, "--remove-slot", "1", "--json").expectJSON(64, error: "usage")
    try await tool("rewrap", track, "--replace-slot", "0:group:family").expect(64)
    try await tool("rewrap", track, "--add-user", "nobody").expect(78)
    try await tool("rewrap", tool.folder("none"), "--add-group", "family").expect(66)
    try await tool("rewrap", tool.folder("song.mp3"), "--add-group", "family").expect(65)
    let stranger = Tool()
    try await stranger("device", "new", "mine").expect(0)
    try await stranger("rewrap", track, "--add-device", "mine").expect(79)
    #expect(TestFile.read(track) == former)
    try await tool("pack", tool.folder("song.mp3"), "-o", tool.folder("c.pst"), "--clear").expect(0)
    try await tool("rewrap", tool.folder("c.pst"), "--add-group", "family").expect(
      64, containing: "not protected")
    #expect(try await tool("rewrap", "--help").expect(0).text.contains("never revokes"))
  }
}
