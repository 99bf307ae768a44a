import Glibc
import TestTools
import Testing

/// Users' and groups' keys, through the tool.
struct HolderTests {
  @Test(arguments: ["user", "group"])
  func keysAreMadeListedRetiredAndRemoved(kind: String) async throws {
    let tool = Tool()
    let made = try await tool("keys", kind, "new", "Ann", "--json").expectJSON(0)
    #expect(made["kind"] == kind && made["name"] == "Ann" && made["generation"] == "1")
    let id = try #require(made["id"])
    #expect(id.count == 32)
    try await tool("keys", kind, "new", "Ann").expect(78, containing: "already")
    // The same name for the other kind is another key.
    let other = kind == "user" ? "group" : "user"
    try await tool("keys", other, "new", "Ann").expect(0)
    let retired = try await tool("keys", kind, "retire", "Ann", "--json").expectJSON(0)
    #expect(retired["generation"] == "2" && retired["generations"] == "[1,2]")
    let text = try await tool("keys", kind, "list").expect(0).text
    #expect(text == "\(id)  generation 2  Ann\n")
    let listed = try await tool("keys", kind, "list", "--json").expectJSON(0)
    #expect(listed["\(kind)s"]?.contains(id) == true)
    let removed = try await tool("keys", kind, "remove", String(id.prefix(4)), "--json")
      .expectJSON(0)
    #expect(removed["id"] == id)
    #expect(try await tool("keys", kind, "list").expect(0).text.contains("No \(kind)s yet"))
    #expect(try await tool("keys", other, "list").expect(0).text.contains("Ann"))
    try await tool("keys", kind, "retire", "Ann").expect(78, containing: "holds no \(kind)")
    try await tool("keys", kind, "remove", "Ann", "--json").expectJSON(78, error: "keys")
  }

  @Test func tracksForGroupsOpenInEveryGeneration() async throws {
    let tool = try await Tool.prepared()
    try await tool("keys", "group", "new", "family").expect(0)
    let song = tool.folder("song.mp3")
    try await tool("pack", song, "-o", tool.folder("1.pst"), "--group", "family").expect(0)
    try await tool("keys", "group", "retire", "family").expect(0)
    try await tool("pack", song, "-o", tool.folder("2.pst"), "--group", "family").expect(0)
    for (name, generation) in [("1.pst", 1), ("2.pst", 2)] {
      let track = tool.folder(name)
      try await tool("verify", track).expect(0)
      try await tool("unpack", track, "-o", tool.folder("out")).expect(0)
      #expect(TestFile.read(tool.folder("out")) == TestFile.content(50_000), "\(name)")
      let info = try await tool("info", track, "--json").expectJSON(0)
      #expect(info["verified"] == "true", "\(name)")
      #expect(info["slots"]?.contains("\"group\",\"generation\":\(generation)") == true, "\(name)")
      // With one device's key only, it is another's.
      try await tool("verify", track, "--device", "player").expect(79)
    }
  }

  @Test func aTrackHasSeveralRecipients() async throws {
    let tool = try await Tool.prepared()
    for arguments in [["keys", "user", "new", "Ann"], ["keys", "group", "new", "family"]] {
      try await tool.program.run(arguments).expect(0)
    }
    try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("all.pst"), "--group", "family", "--user",
      "Ann", "--device", "player", "--device", "player"
    ).expect(0)
    let slots = try await tool("info", tool.folder("all.pst"), "--json").expectJSON(0)["slots"]
    #expect(slots?.split(separator: "{").count == 4, "\(slots ?? "")")
    let kinds = ["\"device\"", "\"user\"", "\"group\""].compactMap { slots?.firstRange(of: $0) }
    #expect(kinds.count == 3 && kinds[0].lowerBound < kinds[1].lowerBound)
    try await tool("verify", tool.folder("all.pst"), "--device", "player").expect(0)
  }

  @Test func keysTravelByExportAndByGrant() async throws {
    let tool = try await Tool.prepared()
    try await tool("keys", "group", "new", "family").expect(0)
    try await tool("keys", "group", "retire", "family").expect(0)
    let (song, track) = (tool.folder("song.mp3"), tool.folder("family.pst"))
    try await tool("pack", song, "-o", track, "--group", "family").expect(0)
    let (exported, grant) = (tool.folder("family.key"), tool.folder("family.grant"))
    let file = try await tool("keys", "group", "export", "family", "-o", exported, "--json")
      .expectJSON(0)
    #expect(file["file"] == exported && file["generation"] == "2")
    #expect(TestFile.size(exported) == 128)
    #expect(TestFile.mode(exported).map { $0 & 0o777 } == 0o600)
    try await tool("keys", "group", "export", "family", "-o", exported).expect(78)
    let granted = try await tool(
      "keys", "group", "grant", "family", "--device", "player", "-o", grant, "--json"
    ).expectJSON(0)
    #expect(granted["grant"] == grant && granted["generation"] == "2" && granted["epoch"] == "1")
    #expect(TestFile.size(grant) == 128)
    try await tool(
      "keys", "group", "grant", "family", "--device", "player", "-o", tool.folder("old"),
      "--generation", "1"
    ).expect(0)
    try await tool(
      "keys", "group", "grant", "family", "--device", "player", "-o", tool.folder("none"),
      "--generation", "3"
    ).expect(78, containing: "no such generation")

    // By the key itself.
    let friend = Tool()
    try await friend("verify", track).expect(79)
    try await friend("keys", "user", "import", exported).expect(78, containing: "group import")
    let imported = try await friend("keys", "group", "import", exported, "--json").expectJSON(0)
    #expect(imported["name"] == "family" && imported["generations"] == "[2]")
    #expect(
      try await friend("keys", "group", "import", exported).expect(0).text
        .hasPrefix("Already held"))
    try await friend("verify", track).expect(0)

    // By a grant, with the device's playback key.
    let other = Tool()
    let playback = tool.folder("k.playback")
    try await other("keys", "group", "import", grant).expect(78, containing: "no device")
    try await other("device", "new", "another").expect(0)
    try await other("keys", "group", "import", grant).expect(78, containing: "another device")
    try await tool("device", "export", "player", "--playback", playback).expect(0)
    try await other("device", "import", playback).expect(0)
    try await other("keys", "group", "import", grant, "--name", "theirs").expect(0)
    #expect(try await other("keys", "group", "list").expect(0).text.contains("theirs"))
    try await other("verify", track).expect(0)
    // A damaged one says so.
    var bytes = try #require(TestFile.read(grant))
    bytes[60] ^= 1
    TestFile.write(bytes, to: tool.folder("bad.grant"))
    try await other("keys", "group", "import", tool.folder("bad.grant")).expect(
      78, containing: "edited or damaged")
    try await other("keys", "group", "import", song).expect(78)
  }

  @Test func refusesTooManyAndNobody() async throws {
    let tool = try await Tool.prepared()
    var arguments = ["pack", tool.folder("song.mp3"), "-o", tool.folder("x.pst")]
    for number in 0..<17 {
      try await tool("keys", "user", "new", "u\(number)").expect(0)
      arguments += ["--user", "u\(number)"]
    }
    try await tool.program.run(arguments).expect(64, containing: "16")
    try await tool.program.run(Array(arguments.dropLast(2))).expect(0)
    try await tool("verify", tool.folder("x.pst")).expect(0)
    try await tool("pack", tool.folder("song.mp3"), "-o", tool.folder("y.pst"), "--user", "nobody")
      .expect(78, containing: "keys user list")
    try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("y.pst"), "--clear", "--user", "u0"
    ).expect(64)
    #expect(!tool.names.contains("y.pst"))
  }
}
