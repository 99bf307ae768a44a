import Glibc
import TestTools
import Testing

/// Every subcommand, where all goes well.
struct SubcommandTests {
  @Test func devicesAreMadeListedAndRemoved() async throws {
    let tool = Tool()
    let made = try await tool("device", "new", "My player", "--json").expectJSON(0)
    #expect(made["name"] == "My player")
    #expect(made["test"] == "true")
    let id = try #require(made["id"])
    #expect(id.count == 32)
    let text = try await tool("device", "list").expect(0).text
    #expect(text.contains("\(id)  epoch 1  TEST  My player\n"))
    let listed = try await tool("device", "list", "--json").expectJSON(0)
    #expect(listed["devices"]?.contains(id) == true)
    #expect(listed["locks"]?.contains("key file") == true)
    try await tool("device", "new", "My player").expect(78, containing: "already")
    let removed = try await tool("device", "remove", String(id.prefix(6)), "--json").expectJSON(0)
    #expect(removed["id"] == id)
    #expect(try await tool("device", "list").expect(0).text.contains("No devices yet"))
    try await tool("device", "remove", "My player").expect(78, containing: "holds no device")
  }

  @Test func keysAreExportedAndImported() async throws {
    let tool = try await Tool.prepared()
    let (keybox, playback) = (tool.folder("k.keybox"), tool.folder("k.playback"))
    let members = try await tool(
      "device", "export", "player", "--keybox", keybox, "--playback", playback, "--json"
    ).expectJSON(0)
    #expect(members["keybox"] == keybox && members["playback"] == playback)
    for path in [keybox, playback] {
      #expect(TestFile.size(path) == 128)
      #expect(TestFile.mode(path).map { $0 & 0o777 } == 0o600)
    }
    try await tool("device", "export", "player", "--keybox", keybox).expect(78)

    let other = Tool()
    try await other("unpack", tool.folder("song.pst"), "-o", other.folder("x")).expect(79)
    let imported = try await other("device", "import", playback, "--json").expectJSON(0)
    #expect(imported["keybox"] == "false")
    #expect(try await other("device", "import", playback).expect(0).text.hasPrefix("Already held"))
    try await other("device", "export", "player", "--keybox", other.folder("k")).expect(78)
    try await other("device", "import", keybox).expect(78)
    try await other("unpack", tool.folder("song.pst"), "-o", other.folder("song.mp3")).expect(0)
    #expect(TestFile.read(other.folder("song.mp3")) == TestFile.content(50_000))
  }

  @Test func thePassphraseComesFromADescriptor() async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell(
      """
      "$T" keys passwd --new-passphrase-fd 3 --json 3<<< 'correct horse' || exit
      "$T" device list --passphrase-fd 4 4<<< 'correct horse' || exit
      printf 'correct horse\\nnew one\\n' |
        "$T" keys passwd --passphrase-fd 0 --new-passphrase-fd 0 || exit
      "$T" keys backup copy.pks --passphrase-fd 3 3<<< 'new one' || exit
      "$T" keys restore copy.pks --keys other.pks --passphrase-fd 3 3<<< 'new one' || exit
      "$T" keys restore copy.pks --keys other.pks --replace --passphrase-fd 3 --json \\
        3<<< 'new one' || exit
      "$T" keys passwd --key-file --passphrase-fd 3 3<<< 'new one' || exit
      "$T" device list
      """)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(outcome.text.contains("opens with: passphrase"))
    #expect(outcome.text.contains("Restored"))
    #expect(!outcome.text.contains("horse"))
    #expect(tool.names == ["copy.pks", "other.pks", "song.mp3", "song.pst"])
    try await tool("device", "list", "--keys", tool.folder("other.pks"), "--json")
      .expectJSON(78, error: "keys")
  }

  @Test func packVerifyInfoUnpack() async throws {
    let tool = Tool()
    try await tool("device", "new", "player").expect(0)
    let content = Array("ID3".utf8) + TestFile.content(100_000)
    TestFile.write(content, to: tool.folder("song.mp3"))
    let packed = try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("song.pst"), "--device", "player",
      "--every", "7", "--phase", "3", "--suite", "aes-128-ctr", "--title", "Tïtle", "--artist", "A",
      "--album", "B", "--json"
    ).expectJSON(0)
    #expect(packed["contentBytes"] == "100003")
    #expect(packed["encryptedBytes"] == "14286")
    #expect(packed["trackBytes"] == TestFile.size(tool.folder("song.pst")).map { "\($0)" })

    let verified = try await tool("verify", tool.folder("song.pst"), "--json").expectJSON(0)
    #expect(verified["headerVerified"] == "true" && verified["contentVerified"] == "true")
    let info = try await tool("info", tool.folder("song.pst"), "--json").expectJSON(0)
    #expect(info["verified"] == "true" && info["title"] == "Tïtle" && info["source"] == "song.mp3")
    #expect(info["every"] == "7" && info["phase"] == "3" && info["suite"] == "AES-128-CTR")
    #expect(info["codec"] == "mp3" && info["encryptedBytes"] == "14286")
    let text = try await tool("info", tool.folder("song.pst")).expect(0).text
    #expect(text.contains("one byte of 7, from byte 3 on, AES-128-CTR"))
    #expect(text.contains("Verified:   yes"))
    let other = try await Tool()("info", tool.folder("song.pst"), "--json").expectJSON(0)
    #expect(other["verified"] == "false" && other["title"] == "null")

    let unpacked = try await tool(
      "unpack", tool.folder("song.pst"), "-o", tool.folder("out.mp3"), "--json"
    ).expectJSON(0)
    #expect(unpacked["contentBytes"] == "100003")
    #expect(TestFile.read(tool.folder("out.mp3")) == content)
    #expect(tool.names == ["out.mp3", "song.mp3", "song.pst"])
  }

  @Test func clearTracksNeedNoKeys() async throws {
    let tool = Tool()
    TestFile.write(TestFile.content(100), to: tool.folder("a"))
    try await tool("pack", tool.folder("a"), "-o", tool.folder("a.pst"), "--clear").expect(0)
    try await tool("unpack", tool.folder("a.pst"), "-o", tool.folder("b")).expect(0)
    #expect(TestFile.read(tool.folder("b")) == TestFile.content(100))
    let info = try await tool("info", tool.folder("a.pst"), "--json").expectJSON(0)
    #expect(info["protected"] == "false" && info["encryptedBytes"] == "0")
    #expect(tool.folder.names == ["a", "a.pst", "b"], "and make none")
  }

  /// A pushed track shows its picture, and one that is none stops nothing.
  @Test func aPictureGoesAlong() async throws {
    let tool = try await Tool.prepared()
    let card = tool.folder("card")
    mkdir(card, 0o755)
    func push(_ options: String...) async throws -> [String: String] {
      let arguments = [
        "push", tool.folder("song.mp3"), "--volume", card, "--profile", "rockbox-sansa-e200",
        "--replace", "--json",
      ]
      return try await tool.program.run(arguments + options, input: "/dev/null").expectJSON(0)
    }
    #expect(try await push()["picture"] == "false")
    TestFile.write(Array("no picture".utf8), to: tool.folder("folder.jpg"))
    let bad = try await push()
    #expect(bad["picture"] == "false" && bad["pictureProblem"]?.contains("neither JPEG") == true)
    TestFile.write(Self.pixel, to: tool.folder("folder.jpg"))
    #expect(try await push("--no-tags")["picture"] == "false")
    #expect(try await push()["picture"] == "true")
    #expect(TestFile.read(tool.folder("card/Music/cover.jpg"))?.starts(with: [0xFF, 0xD8]) == true)
    #expect(try await push()["picture"] == "false", "it is there already")
  }

  /// A PNG of one pixel.
  private static let pixel: [UInt8] = [
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1F, 0x15, 0xC4,
    0x89, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x44, 0x41, 0x54, 0x78, 0xDA, 0x63, 0x64, 0xF8, 0xCF, 0x50,
    0x0F, 0x00, 0x03, 0x86, 0x01, 0x80, 0x5A, 0x34, 0x7D, 0x6B, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45,
    0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
  ]

  @Test func aMountedPlayer() async throws {
    let tool = try await Tool.prepared()
    mkdir(tool.folder("card"), 0o755)
    let card = tool.folder("card")
    let pushed = try await tool(
      "push", tool.folder("song.mp3"), "--device", "player", "--volume", card, "--json"
    ).expectJSON(0)
    #expect(pushed["name"] == "song.pst" && pushed["encryptedBytes"] == "5000")
    #expect(pushed["protection"] == "encrypted" && pushed["profile"] == "careful-default")
    let plain = try await tool("push", tool.folder("song.mp3"), "--volume", card, "--json")
      .expectJSON(0)
    #expect(plain["name"] == "song.mp3" && plain["protection"] == "unprotected")
    let track = try await tool(
      "push", tool.folder("song.pst"), "--volume", card, "--name", "t.pst", "--json"
    ).expectJSON(0)
    #expect(track["protection"] == "already a track")

    let listed = try await tool("ls", "--volume", card, "--json").expectJSON(0)
    for name in ["song.mp3", "song.pst", "t.pst"] {
      #expect(listed["tracks"]?.contains("\"\(name)\"") == true)
    }
    #expect(try await tool("ls", "--volume", card).expect(0).text.contains(" free\n"))

    let copy = tool.folder("copy.pst")
    let pulled = try await tool("pull", "song.pst", "-o", copy, "--volume", card, "--json")
      .expectJSON(0)
    #expect(pulled["bytes"] == TestFile.size(copy).map { "\($0)" })
    try await tool("unpack", copy, "-o", tool.folder("again.mp3")).expect(0)
    #expect(TestFile.read(tool.folder("again.mp3")) == TestFile.content(50_000))

    try await tool("push", tool.folder("song.mp3"), "--volume", card).expect(74)
    try await tool("push", tool.folder("song.mp3"), "--volume", card, "--replace").expect(0)
    #expect(
      try await tool("rm", "song.pst", "--volume", card, "--json").expectJSON(0)["removed"]
        == "song.pst")
    try await tool("rm", "song.pst", "--volume", card, "--json").expectJSON(
      74, error: "not-on-player")
    try await tool("pull", "song.pst", "-o", copy, "--volume", card).expect(74)
    #expect(TestFile.size(copy) == Int(pulled["bytes"] ?? ""), "the older copy stays")
    try await tool("pull", "song.pst", "-o", tool.folder("none"), "--volume", card).expect(74)
    #expect(!tool.names.contains("none"))
    #expect(TemporaryFolder.names(in: card + "/Music") == ["song.mp3", "t.pst"])
  }

  @Test func noPlayerIsNotSuccess() async throws {
    let tool = try await Tool.prepared()
    if try await tool("players").status == 0 {
      print("skipped: a player is attached to this machine")
      return
    }
    try await tool("players").expect(69, containing: "No player is attached")
    for arguments in [
      ["players"], ["ls"], ["rm", "x"], ["pull", "x", "-o", "y"],
      ["push", tool.folder("song.pst")], ["ls", "--player", "1-1"],
    ] {
      let outcome = try await tool.program.run(arguments + ["--json"])
      outcome.expectJSON(69, error: "no-player")
    }
    try await tool("ls", "--volume", tool.folder("absent")).expect(69)
  }

  @Test func helpAndVersionAreNoFailures() async throws {
    let tool = Tool()
    let help = try await tool("--help").expect(0).text
    for line in ["0   done", "69  no player", "79  the track is for another device", "130"] {
      #expect(help.contains(line))
    }
    for command in [
      "device", "device new", "device list", "device export", "device import", "device remove",
      "keys", "keys backup", "keys restore", "keys passwd", "pack", "unpack", "verify", "info",
      "players", "push", "ls", "pull", "rm", "profiles", "profiles list", "profiles show",
      "profiles lint", "profiles match", "udev",
    ] {
      let words = command.split(separator: " ").map(String.init)
      let outcome = try await tool.program.run(words + ["--help"])
      outcome.expect(0, "\(command)")
      #expect(outcome.text.contains("USAGE: pinstripe \(command)"), "\(command)")
    }
    #expect(try await tool("--version").expect(0).text == "0.1.0\n")
    #expect(tool.folder.names == [])
  }

  /// Usage errors are objects too, whatever is wrong.
  @Test(arguments: [
    ["--json"], ["nonsense", "--json"], ["pack", "--json"], ["pack", "a", "--json"],
    ["pack", "a", "-o", "b", "--json"], ["pack", "a", "-o", "-", "--device", "x", "--json"],
    ["pack", "a", "-o", "b", "--clear", "--device", "x", "--json"],
    ["pack", "a", "-o", "b", "--clear", "--every", "3", "--json"],
    ["pack", "a", "-o", "b", "--device", "x", "--every", "ten", "--json"],
    ["unpack", "a", "--json"], ["unpack", "a", "-o", "-", "--json"], ["info", "--json"],
    ["device", "--json"], ["device", "export", "x", "--json"], ["keys", "nonsense", "--json"],
    ["rm", "--json"], ["ls", "extra", "--json"], ["players", "--frobnicate", "--json"],
    ["ls", "--volume", "/", "--profile", "none-such", "--json"], ["profiles", "--json"],
    ["profiles", "show", "--json"], ["profiles", "show", "none-such", "--json"],
    ["profiles", "match", "--json"], ["profiles", "match", "0781", "--json"],
    ["profiles", "match", "0781:+4d0", "--json"],
    ["profiles", "match", "0781:74d0", "--bcd-device", "1.2", "--json"], ["udev", "--json"],
    ["udev", "conf", "--json"],
  ])
  func usageErrorsAreObjectsToo(_ arguments: [String]) async throws {
    let tool = Tool()
    try await tool.program.run(arguments).expectJSON(64, error: "usage")
    #expect(tool.folder.names == [])
  }

  // Regression: a file called --json changed how errors are told.
  @Test func behindTwoHyphensStandNames() async throws {
    let outcome = try await Tool()("info", "--", "--json")
    outcome.expect(66, containing: "--json")
    #expect(outcome.output.isEmpty)
  }
}
