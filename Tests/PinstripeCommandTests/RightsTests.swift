import Glibc
import TestTools
import Testing

/// `pinstripe rights`, and rights and purchasers in tracks.
struct RightsTests {
  @Test func rightsAreIssuedShownAndPacked() async throws {
    let tool = try await Tool.prepared()
    let file = tool.folder("r.rights")
    let issued = try await tool(
      "rights", "issue", "--device", "player", "--plays", "3", "--not-before", "2026-01-02",
      "--not-after", "2026-12-31", "-o", file, "--json"
    ).expectJSON(0)
    #expect(issued["plays"] == "3" && issued["issued"] == "true" && issued["test"] == "true")
    #expect(issued["notBefore"] == "2026-01-02T00:00:00Z")
    #expect(issued["notAfter"] == "2026-12-31T23:59:59Z")
    #expect(TestFile.size(file) == 128)
    let shown = try await tool("rights", "show", file, "--json").expectJSON(0)
    #expect(shown["verified"] == "true" && shown["trackId"] == issued["trackId"])
    let text = try await tool("rights", "show", file).expect(0).text
    #expect(text.contains("3 plays") && text.contains("storage resets"))
    // Without the device's secret nobody can tell.
    let stranger = Tool()
    #expect(
      try await stranger("rights", "show", file, "--json").expectJSON(0)["verified"] == "null")
    var bytes = try #require(TestFile.read(file))
    bytes[4] = 9
    TestFile.write(bytes, to: tool.folder("edited.rights"))
    let edited = try await tool("rights", "show", tool.folder("edited.rights"), "--json")
      .expectJSON(0)
    #expect(edited["verified"] == "false")

    let (song, track) = (tool.folder("song.mp3"), tool.folder("r.pst"))
    try await tool(
      "pack", song, "-o", track, "--device", "player", "--rights", file, "--purchaser", "Zoë"
    ).expect(0)
    let info = try await tool("info", track, "--json").expectJSON(0)
    #expect(info["trackId"] == issued["trackId"] && info["purchaser"] == "Zoë")
    #expect(info["rights"]?.contains("\"plays\":3") == true)
    let lines = try await tool("info", track).expect(0).text
    #expect(lines.contains("Purchaser:") && lines.contains("storage resets"))
    try await tool("verify", track).expect(0)
    try await tool("unpack", track, "-o", tool.folder("out")).expect(0)
    #expect(TestFile.read(tool.folder("out")) == TestFile.read(song))
    let foreign = try await stranger("info", track, "--json").expectJSON(0)
    #expect(foreign["purchaser"] == "null" && foreign["rights"] == "null")
  }

  @Test func refusals() async throws {
    let tool = try await Tool.prepared()
    try await tool("device", "new", "another").expect(0)
    let (song, file) = (tool.folder("song.mp3"), tool.folder("r.rights"))
    try await tool("rights", "issue", "--device", "another", "-o", file).expect(0)
    try await tool("rights", "issue", "--device", "another", "-o", file).expect(78)
    let out = tool.folder("x.pst")
    try await tool("pack", song, "-o", out, "--device", "player", "--rights", file).expect(
      64, containing: "issued for device")
    try await tool("pack", song, "-o", out, "--clear", "--rights", file).expect(64)
    try await tool("pack", song, "-o", out, "--device", "player", "--rights", song).expect(78)
    try await tool("pack", song, "-o", out, "--device", "player", "--purchaser", "").expect(64)
    for time in ["yesterday", "2026-02-31", "2026-1-1", "2026-01-01T25:00:00Z", "2026-01-01T", ""] {
      try await tool(
        "rights", "issue", "--device", "player", "--not-after", time, "-o", tool.folder("t")
      ).expect(64, containing: "is no time")
    }
    try await tool(
      "rights", "issue", "--device", "player", "--not-before", "2026-02-01", "--not-after",
      "2026-01-31", "-o", tool.folder("t")
    ).expect(64)
    // Regression: no play at all was as many as one likes.
    try await tool("rights", "issue", "--device", "player", "--plays", "0", "-o", tool.folder("t"))
      .expect(64, containing: "from 1 on")
    #expect(!tool.names.contains("t") && !tool.names.contains("x.pst"))
    // A device that was imported has no secret here.
    let playback = tool.folder("p")
    try await tool("device", "export", "player", "--playback", playback).expect(0)
    let other = Tool()
    try await other("device", "import", playback).expect(0)
    try await other("rights", "issue", "--device", "player", "-o", other.folder("r")).expect(78)
    try await tool("rights", "show", song).expect(78)
  }
}
