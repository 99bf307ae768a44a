import Glibc
import TestTools
import Testing

/// `pinstripe device describe` and `device descriptor`, with a player that is a folder.
struct DescriptorCommandTests {
  private let tool = Tool()
  private var volume: String { tool.folder("volume") }

  /// A player whose descriptor says that it has AES-128-CTR and no frame maps.
  private func describe(_ more: String...) async throws {
    for folder in ["volume", "volume/Pinstripe"] { mkdir(tool.folder(folder), 0o755) }
    unlink(tool.folder("volume/Pinstripe/device.pdev"))
    let options = [
      "device", "describe", "P", "-o", tool.folder("volume/Pinstripe/device.pdev"),
      "--suite", "aes-128-ctr", "--no-frame-maps", "--format", "mp3", "--format", "flac",
    ]
    try await tool.program.run(options + more).expect(0)
  }

  @Test func describeWritesAFileThatDescriptorShows() async throws {
    try await tool("device", "new", "P").expect(0)
    try await describe()
    let json = try await tool("device", "descriptor", "--volume", volume, "--json").expectJSON(0)
    #expect(json["trust"] == "authentic" && json["version"] == "1" && json["epoch"] == "1")
    #expect(json["suites"] == "[\"aes-128-ctr\"]" && json["formats"] == "[\"flac\",\"mp3\"]")
    #expect(json["frameMaps"] == "false" && json["fingerprint"]?.count == 39)
    try await tool(
      "device", "describe", "P", "-o", tool.folder("volume/Pinstripe/device.pdev")
    ).expect(73, containing: "is there already")
    for bad in [["--suite", "rot13"], ["--format", "midi"]] {
      try await tool.program.run(["device", "describe", "P", "-o", tool.folder("x")] + bad)
        .expect(64, containing: bad[1])
    }
    try await tool("device", "describe", "P", "-o", tool.folder("x"), "--key-slots", "17")
      .expect(78, containing: "key slots")
  }

  /// What the player's descriptor says is obeyed by what is sent to it.
  @Test func pushAndSyncObeyIt() async throws {
    try await tool("device", "new", "P").expect(0)
    try await describe()
    let song = tool.folder("song.mp3")
    TestFile.write(TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3") ?? [], to: song)
    try await tool("push", song, "--device", "P", "--volume", volume).expect(0)
    let info = try await tool("info", volume + "/Music/song.pst", "--json").expectJSON(0)
    #expect(info["suite"] == "AES-128-CTR" && info["every"] == "1", "\(info)")
    mkdir(tool.folder("lib"), 0o755)
    TestFile.write(TestFile.content(100), to: tool.folder("lib/a.wma"))
    let plan = try await tool(
      "sync", tool.folder("lib"), "--device", "P", "--volume", volume, "--dry-run")
    #expect(plan.text.contains("the player does not play wma"), "\(plan.text)")
  }

  @Test func anOldOrEditedOneIsRefusedAndAPinnedOneTrusted() async throws {
    try await tool("device", "new", "P").expect(0)
    try await describe("--revision", "2")
    try await tool("device", "descriptor", "--volume", volume).expect(0)
    try await describe()
    let song = tool.folder("song.mp3")
    TestFile.write(TestFile.content(5000), to: song)
    try await tool("push", song, "--device", "P", "--volume", volume)
      .expect(76, containing: "older than what it said before")
    let path = tool.folder("volume/Pinstripe/device.pdev")
    var bytes = try #require(TestFile.read(path))
    bytes[44] = 3
    TestFile.write(bytes, to: path)
    try await tool("push", song, "--device", "P", "--volume", volume)
      .expect(78, containing: "not believed")
    #expect(TestFile.read(volume + "/Music/song.pst") == nil)

    // Another computer, which has no key of the device.
    let stranger = Tool()
    try await describe()
    let shown = try await stranger("device", "descriptor", "--volume", volume, "--json")
      .expectJSON(0)
    #expect(shown["trust"] == "untrusted")
    let fingerprint = try #require(shown["fingerprint"])
    try await stranger(
      "device", "descriptor", "--volume", volume, "--trust", "00" + fingerprint.dropFirst(2)
    ).expect(78, containing: "The fingerprint is")
    let trusted = try await stranger(
      "device", "descriptor", "--volume", volume, "--trust", fingerprint.uppercased(), "--json"
    ).expectJSON(0)
    #expect(trusted["trust"] == "pinned")
    unlink(path)
    try await stranger("device", "descriptor", "--volume", volume)
      .expect(74, containing: "device.pdev")
  }
}
