import Glibc
import TestTools
import Testing

/// What cannot work ends with one sentence, the documented status, no trap, and nothing half-written.
struct BadInputTests {
  /// The statuses of `pinstripe --help`.
  enum Status {
    static let usage: Int32 = 64
    static let badTrack: Int32 = 65
    static let noInput: Int32 = 66
    static let noOutput: Int32 = 73
    static let keys: Int32 = 78
    static let wrongKey: Int32 = 79
    static let cancelled: Int32 = 130
  }

  /// Runs every command that reads a track on damaged bytes.
  private func expectRefused(
    _ bytes: [UInt8], by tool: Tool, _ statuses: Set<Int32>, _ comment: String
  ) async throws {
    TestFile.write(bytes, to: tool.folder("bad.pst"))
    let names = tool.names
    for arguments in [
      ["unpack", tool.folder("bad.pst"), "-o", tool.folder("out")],
      ["verify", tool.folder("bad.pst")], ["info", tool.folder("bad.pst")],
    ] {
      let outcome = try await tool.program.run(arguments)
      // Another's track can be described, and the payload is not looked at.
      if arguments[0] == "info", outcome.status == 0 { continue }
      #expect(
        outcome.status.map(statuses.contains) == true,
        "\(comment), \(arguments[0]): \(outcome.status ?? -1) \(outcome.errors)")
      if let status = outcome.status { outcome.expect(status, containing: "bad.pst") }
      #expect(tool.names == names, "\(comment), \(arguments[0])")
    }
  }

  @Test func missingAndUnreadableInputs() async throws {
    let tool = try await Tool.prepared()
    let missing = tool.folder("missing")
    let out = tool.folder("out")
    for arguments in [
      ["pack", missing, "-o", out, "--device", "player"], ["unpack", missing, "-o", out],
      ["verify", missing], ["info", missing], ["rewrap", missing, "--add-device", "player"],
      ["push", missing, "--volume", tool.folder.path, "--device", "player"],
      ["pack", tool.folder.path, "-o", out, "--device", "player"],
      ["unpack", tool.folder.path, "-o", out], ["info", tool.folder.path],
    ] {
      let outcome = try await tool.program.run(arguments)
      outcome.expect(Status.noInput, "\(arguments)")
      try await tool.program.run(arguments + ["--json"]).expectJSON(
        Status.noInput, error: "no-input")
    }
    #expect(tool.names == ["song.mp3", "song.pst"])
  }

  @Test func inputsWithoutPermission() async throws {
    let tool = try await Tool.prepared()
    try #require(chmod(tool.folder.path, 0o777) == 0)
    for name in ["song.mp3", "song.pst"] { chmod(tool.folder(name), 0o000) }
    // Root reads everything, so nobody does it then.
    let prefix =
      geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups --" : ""
    for (words, status) in [
      ("pack song.mp3 -o out --clear", Status.noInput), ("unpack song.pst -o out", Status.noInput),
      ("verify song.pst", Status.noInput), ("info song.pst", Status.noInput),
      ("pack /dev/null -o /proc/out --clear", Status.noOutput),
      ("device list --keys .local/share/pinstripe/keys.pks", Status.keys),
    ] {
      let outcome = try await tool.shell(
        """
        export HOME=/nonexistent
        \(prefix.isEmpty ? "" : "chmod 000 \(tool.folder(".local"))")
        \(prefix) "$T" \(words)
        """)
      outcome.expect(status, "\(words)")
    }
    #expect(tool.names == ["song.mp3", "song.pst"])
  }

  @Test func outputsWithoutPermission() async throws {
    let tool = try await Tool.prepared()
    mkdir(tool.folder("locked"), 0o555)
    let prefix =
      geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups --" : ""
    chmod(tool.folder.path, 0o755)
    let outcome = try await tool.shell("\(prefix) \"$T\" pack song.mp3 -o locked/out --clear")
    outcome.expect(Status.noOutput, containing: "locked/out")
    #expect(TemporaryFolder.names(in: tool.folder("locked")) == [])
  }

  @Test func missingFoldersAndFoldersAsOutputs() async throws {
    let tool = try await Tool.prepared()
    for output in [tool.folder("no/out"), tool.folder.path, "/dev/null/out", ""] {
      for arguments in [
        ["pack", tool.folder("song.mp3"), "-o", output, "--device", "player"],
        ["unpack", tool.folder("song.pst"), "-o", output],
      ] {
        try await tool.program.run(arguments).expect(Status.noOutput, "\(arguments)")
      }
    }
    #expect(tool.names == ["song.mp3", "song.pst"])
  }

  @Test func cutTracks() async throws {
    let tool = try await Tool.prepared()
    let track = try #require(TestFile.read(tool.folder("song.pst")))
    for count in [0, 5, 8, 200, 4095, 4096, 30_000, 54_095, track.count - 1] {
      try await expectRefused(
        Array(track[..<count]), by: tool, [Status.badTrack], "cut to \(count)")
    }
    try await expectRefused(track + [0], by: tool, [Status.badTrack], "a byte more")
    try await expectRefused(Array("ID3".utf8), by: tool, [Status.badTrack], "no track")
  }

  /// A bit of every field; `TrackFileTests` flips them all.
  @Test func flippedBits() async throws {
    let tool = try await Tool.prepared()
    var track = try #require(TestFile.read(tool.folder("song.pst")))
    let fields = [
      0, 8, 10, 12, 14, 16, 18, 20, 24, 26, 28, 40, 47, 48, 56, 60, 64, 80, 112, 128, 132, 136, 144,
      183, 184, 192, 194, 200, 208, 216, 248, 300, 4063, 4064, 4095, 54_096, track.count - 1,
    ]
    for offset in fields {
      track[offset] ^= 0x04
      try await expectRefused(
        track, by: tool, [Status.badTrack, Status.wrongKey], "byte \(offset)")
      track[offset] ^= 0x04
    }
  }

  @Test func editedFieldsThatStaySound() async throws {
    let tool = try await Tool.prepared()
    let track = try #require(TestFile.read(tool.folder("song.pst")))
    let edits: [(name: String, offset: Int, value: UInt8)] = [
      ("stride 10 to 11", 26, 11), ("phase 0 to 1", 28, 1), ("content length", 40, 0x51),
      ("section length", 208, track[208] &+ 1), ("section length 0", 208, 0), ("suite", 12, 2),
      ("payload", 5000, track[5000] ^ 1),
    ]
    for (name, offset, value) in edits {
      var edited = track
      edited[offset] = value
      try await expectRefused(edited, by: tool, [Status.badTrack], name)
    }
  }

  @Test func anotherDevicesTrack() async throws {
    let tool = try await Tool.prepared()
    let other = Tool()
    try await other("device", "new", "other").expect(0)
    let track = tool.folder("song.pst")
    for arguments in [
      ["unpack", track, "-o", other.folder("out")], ["verify", track],
      ["info", track, "--device", "other"],
    ] {
      try await other.program.run(arguments).expect(
        Status.wrongKey, containing: "for another player")
      try await other.program.run(arguments + ["--json"]).expectJSON(
        Status.wrongKey, error: "wrong-key")
    }
    #expect(other.names == [])
    try await tool("unpack", track, "-o", tool.folder("out"), "--device", "nobody")
      .expect(Status.keys, containing: "nobody")
  }

  // Regression: a pipe was read twice, and then was no track.
  @Test func infoOfAnothersTrackInAPipe() async throws {
    let tool = try await Tool.prepared()
    let other = Tool()
    let outcome = try await other.shell("cat '\(tool.folder("song.pst"))' | \"$T\" info - --json")
    #expect(outcome.expectJSON(0)["verified"] == "false")
  }

  @Test func keyStoresThatDoNotOpen() async throws {
    let tool = try await Tool.prepared()
    let store = tool.folder(".local/share/pinstripe/keys.pks")
    let lock = tool.folder(".local/share/pinstripe/keys.lock")
    let good = try #require(TestFile.read(store))
    let goodLock = try #require(TestFile.read(lock))

    for offset in stride(from: 0, to: good.count, by: 61) {
      var bytes = good
      bytes[offset] ^= 0x20
      TestFile.write(bytes, to: store)
      try await tool("device", "list").expect(Status.keys, containing: "keys.pks", "at \(offset)")
      #expect(TestFile.read(store) == bytes, "it is left as it is")
    }
    for count in [0, 7, 100, good.count - 1] {
      TestFile.write(good[..<count], to: store)
      try await tool("device", "new", "x").expect(Status.keys, "cut to \(count)")
      #expect(TestFile.read(store) == Array(good[..<count]))
    }
    TestFile.write(good, to: store)

    var wrong = goodLock
    wrong[40] ^= 1
    TestFile.write(wrong, to: lock)
    try await tool("device", "list").expect(Status.keys, containing: "key file")
    let other = try await Tool.prepared()
    let othersLock = other.folder(".local/share/pinstripe/keys.lock")
    TestFile.write(try #require(TestFile.read(othersLock)), to: lock)
    try await tool("device", "list", "--json").expectJSON(Status.keys, error: "keys")
    TestFile.write(goodLock, to: lock)
    chmod(lock, 0o644)
    try await tool("device", "list").expect(Status.keys, containing: "chmod 600")
    // Regression: a missing key file was taken for a missing store.
    unlink(lock)
    for arguments in [
      ["device", "list"], ["device", "new", "x"], ["verify", tool.folder("song.pst")],
    ] {
      try await tool.program.run(arguments).expect(Status.keys, containing: "keys.lock")
    }
    #expect(TestFile.read(store) == good)
    TestFile.write(goodLock, to: lock)
    chmod(lock, 0o600)
    try await tool("device", "list").expect(0)
  }

  @Test func wrongPassphrases() async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell("\"$T\" keys passwd --new-passphrase-fd 3 3<<< right")
    outcome.expect(0)
    for (script, words) in [
      ("\"$T\" device list --passphrase-fd 3 3<<< wrong", "wrong"),
      ("\"$T\" device list --passphrase-fd 3 3< /dev/null", "1 to 1024"),
      ("\"$T\" device list --passphrase-fd 3 3< <(head -c 2000 /dev/zero)", "1 to 1024"),
      ("\"$T\" device list --passphrase-fd 77", "descriptor 77"),
      ("setsid \"$T\" device list", "--passphrase-fd"),
    ] {
      try await tool.shell(script).expect(Status.keys, containing: words, "\(script)")
    }
  }

  @Test func noDeviceAndNoStore() async throws {
    let tool = Tool()
    TestFile.write([1], to: tool.folder("a"))
    for arguments in [
      ["device", "list"], ["device", "remove", "x"], ["keys", "backup", tool.folder("b")],
      ["pack", tool.folder("a"), "-o", tool.folder("b"), "--device", "x"],
      ["device", "import", tool.folder("absent")], ["device", "import", tool.folder("a")],
    ] {
      try await tool.program.run(arguments).expect(Status.keys, "\(arguments)")
    }
    #expect(tool.folder.names == ["a"])
    let long = String(repeating: "x", count: 33)
    try await tool("device", "new", long).expect(Status.keys, containing: "32 bytes")
    try await tool("device", "new", "a\u{1B}[31m").expect(Status.keys, containing: "control")
  }

  @Test(arguments: ["0", "65536", "-1", "99999999999999999999", "ten", "1.5", ""])
  func stridesOutOfRange(_ stride: String) async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("out"), "--device", "player",
      "--every=\(stride)")
    outcome.expect(Status.usage)
    #expect(!outcome.errors.isEmpty)
    #expect(tool.names == ["song.mp3", "song.pst"])
    let phase = try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("out"), "--device", "player",
      "--every", "5", "--phase", stride == "0" ? "5" : stride)
    #expect(phase.status == Status.usage, "phase \(stride): \(phase.errors)")
  }

  @Test(arguments: [0, 1, 9, 10])
  func emptyAndShortFiles(_ size: Int) async throws {
    let tool = try await Tool.prepared(content: TestFile.content(size))
    try await tool("verify", tool.folder("song.pst")).expect(0)
    try await tool("unpack", tool.folder("song.pst"), "-o", tool.folder("out")).expect(0)
    #expect(TestFile.read(tool.folder("out")) == TestFile.content(size))
    let packed = try await tool(
      "pack", tool.folder("song.mp3"), "-o", tool.folder("b.pst"), "--device", "player",
      "--every", "65535", "--phase", "65534", "--json"
    ).expectJSON(0)
    #expect(packed["encryptedBytes"] == "0")
  }

  @Test func aFullDisk() async throws {
    guard geteuid() == 0 else {
      print("skipped: only root can mount a small file system")
      return
    }
    let tool = try await Tool.prepared(content: TestFile.content(3_000_000))
    mkdir(tool.folder("disk"), 0o755)
    let mounted = try await tool.shell("mount -t tmpfs -o size=1m pinstripe-test disk")
    guard mounted.status == 0 else {
      print("skipped: mounting is not allowed here")
      return
    }
    TestFile.write([7], to: tool.folder("disk/old"))
    for arguments in [
      ["pack", tool.folder("song.mp3"), "-o", tool.folder("disk/new"), "--device", "player"],
      ["pack", tool.folder("song.mp3"), "-o", tool.folder("disk/old"), "--device", "player"],
      ["unpack", tool.folder("song.pst"), "-o", tool.folder("disk/old")],
    ] {
      let outcome = try await tool.program.run(arguments)
      outcome.expect(Status.noOutput, containing: "No space left on device")
    }
    try await tool("push", tool.folder("song.pst"), "--volume", tool.folder("disk")).expect(74)
    #expect(TemporaryFolder.names(in: tool.folder("disk")) == ["old"])
    #expect(TestFile.read(tool.folder("disk/old")) == [7])
    // It needs no more than the room of one track for a replacement to fail cleanly.
    let unmounted = try await tool.shell("umount disk")
    #expect(unmounted.status == 0)
  }

  // Regression: SIGXFSZ ended the process.
  @Test func aLimitOnFileSizes() async throws {
    let tool = try await Tool.prepared(content: TestFile.content(500_000))
    let outcome = try await tool.shell(
      "ulimit -f 100; \"$T\" pack song.mp3 -o out --device player")
    outcome.expect(Status.noOutput, containing: "ulimit")
    #expect(tool.names == ["song.mp3", "song.pst"])
  }

  // Regression: results that nobody could read counted as success.
  @Test func standardOutputThatIsFullOrClosed() async throws {
    let tool = try await Tool.prepared()
    for script in [
      "\"$T\" device list > /dev/full", "\"$T\" info song.pst --json > /dev/full",
      "\"$T\" info song.pst >&-", "\"$T\" unpack song.pst -o - > /dev/full",
      "\"$T\" pack song.mp3 -o - --device player > /dev/full",
      "\"$T\" pack --help > /dev/full", "\"$T\" --version > /dev/full",
    ] {
      try await tool.shell(script).expect(Status.noOutput, "\(script)")
    }
  }

  // Regression: a name in a track's metadata could command the terminal.
  @Test func controlCharactersAreNotPrinted() async throws {
    let tool = try await Tool.prepared()
    let name = "\u{1B}]0;title\u{7}.mp3"
    TestFile.write(TestFile.content(1000), to: tool.folder(name))
    try await tool(
      "pack", tool.folder(name), "-o", tool.folder("t.pst"), "--device", "player",
      "--title", "\u{1B}[2J"
    ).expect(0)
    var track = try #require(TestFile.read(tool.folder("t.pst")))
    track[4100] ^= 1
    TestFile.write(track, to: tool.folder("edited.pst"))
    for arguments in [
      ["info", tool.folder("t.pst")], ["unpack", tool.folder("edited.pst"), "-o", "/dev/null"],
      ["info", tool.folder("\u{1B}c")],
    ] {
      let outcome = try await tool.program.run(arguments)
      #expect(!(outcome.text + outcome.errors).contains("\u{1B}"), "\(arguments[0])")
    }
  }
}
