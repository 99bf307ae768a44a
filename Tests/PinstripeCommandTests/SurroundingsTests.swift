import Glibc
import TestTools
import Testing

/// What surrounds a run: the descriptors it is given, odd names, and other runs at the same time.
struct SurroundingsTests {
  // Regression: with descriptor 1 closed the track itself became standard output, and the decrypted
  // music took its place.
  @Test func closedDescriptorsAreNoFiles() async throws {
    let tool = try await Tool.prepared()
    let track = TestFile.read(tool.folder("song.pst"))
    let outcome = try await tool.shell("\"$T\" unpack song.pst -o /dev/stdout >&-")
    outcome.expect(BadInputTests.Status.noOutput)
    #expect(TestFile.read(tool.folder("song.pst")) == track)
    for script in ["pack - -o out --clear <&-", "unpack - -o out <&-"] {
      try await tool.shell("\"$T\" \(script)").expect(
        BadInputTests.Status.noInput, containing: "closed")
    }
    #expect(tool.names == ["song.mp3", "song.pst"])
  }

  // Regression: with all three closed, a sync's events were written into the ledger's lock.
  @Test func whatNobodyHearsIsWrittenNowhere() async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell(
      """
      mkdir card; "$T" sync song.mp3 --volume card --device player <&- >&- 2>&-
      test -e card/Music/song.pst || exit 1
      grep -rl '"event"' . | grep . && exit 2; exit 0
      """)
    outcome.expect(0)
  }

  // Regression: such a name was mended, so that another file was opened, or replaced.
  @Test func namesThatAreNoUTF8() async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell(
      "printf other > $'out\\xEF\\xBF\\xBD'; \"$T\" pack song.mp3 -o $'out\\xFF' --device player")
    outcome.expect(BadInputTests.Status.usage, containing: "UTF-8")
    #expect(TestFile.read(tool.folder("out\u{FFFD}")) == Array("other".utf8))
    let json = try await tool.shell(
      "cp song.mp3 $'a\\xFF'; \"$T\" pack --json $'a\\xFF' -o out --clear")
    json.expectJSON(BadInputTests.Status.usage, error: "usage")
    #expect(!tool.names.contains("out"))
  }

  // Regression: some were told to remove the key store, or its key file, for being there already.
  @Test func manyFirstCommandsAtOnce() async throws {
    let tool = Tool()
    let outcome = try await tool.shell(
      """
      for n in 1 2 3 4 5 6 7 8 9 10 11 12; do "$T" device new $n > $n 2>&1 || cat $n >&2 & done
      wait; "$T" device list | grep -c TEST
      """)
    #expect(outcome.text == "12\n" && outcome.errors.isEmpty, "\(outcome.text)\(outcome.errors)")
  }

  @Test func aKeyStoreThatIsNotThereYet() async throws {
    try await Tool()("device", "list").expect(
      BadInputTests.Status.keys, containing: "pinstripe device new")
  }

  // Regression: the advice was to remove the key store.
  @Test func aBackupInAKeyStoresPlace() async throws {
    let tool = try await Tool.prepared()
    try await tool("keys", "backup", tool.folder("copy")).expect(0)
    let store = TestFile.read(tool.folder(".local/share/pinstripe/keys.pks"))
    let outcome = try await tool("keys", "restore", tool.folder("copy"))
    outcome.expect(BadInputTests.Status.keys, containing: "--replace")
    #expect(!outcome.errors.contains("remove"))
    #expect(TestFile.read(tool.folder(".local/share/pinstripe/keys.pks")) == store)
  }

  // Regression: the advice was to choose another folder, and to check the disk.
  @Test func whatCannotBeOpenedNamesTheWayOut() async throws {
    let tool = try await Tool.prepared()
    try #require(chmod(tool.folder.path, 0o777) == 0 && chmod(tool.folder("song.pst"), 0o444) == 0)
    let prefix =
      geteuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups --" : ""
    try await tool.shell(
      """
      "$T" device new second > out && rm out || exit
      chmod -R a+rX .local; chmod 600 .local/share/pinstripe/keys.lock
      [ -z "\(prefix)" ] || chown -R 65534 .local
      \(prefix) "$T" rewrap song.pst --add-device second
      """
    ).expect(BadInputTests.Status.noOutput, containing: "you may not write to it")
    try await tool.shell("ln -s loop loop; \"$T\" pack loop -o out --clear").expect(
      BadInputTests.Status.noInput, containing: "check the name")
    try await tool.shell("\"$T\" pack song.mp3 -o song.mp3/out --clear").expect(
      BadInputTests.Status.noOutput, containing: "check the name")
  }

  // Regression: of a wrong command line nothing was said at all.
  @Test func wrongCommandLinesThatStandardOutputCannotTell() async throws {
    let outcome = try await Tool().shell("\"$T\" pack --json > /dev/full")
    #expect(outcome.status == BadInputTests.Status.usage)
    #expect(outcome.errors.hasPrefix("pinstripe: "), "\(outcome.errors)")
  }

  // Regression: results quoted the command line's names as they are.
  @Test func fileNamesDoNotCommandTheTerminal() async throws {
    let tool = try await Tool.prepared()
    let name = tool.folder("\u{1B}]0;title\u{7}\n.\u{202E}\u{2066}3pm.pst")
    for arguments in [
      ["pack", tool.folder("song.mp3"), "-o", name, "--device", "player"], ["verify", name],
      ["rewrap", name, "--add-device", "player"], ["unpack", name, "-o", name + "2"],
      ["keys", "backup", name + "3"], ["device", "export", "player", "--keybox", name + "4"],
      ["device", "new", "x", "--keys", name + "5"], ["device", "list", "--keys", name + "5"],
      ["keys", "passwd", "--key-file", "--keys", name + "5"],
      ["rights", "issue", "--device", "player", "-o", name + "6"],
    ] {
      let outcome = try await tool.program.run(arguments).expect(0)
      #expect(!outcome.text.contains("\u{1B}") && !outcome.text.contains("\n."), "\(arguments)")
      let turns = outcome.text.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{2066}" }
      #expect(!turns, "\(arguments)")
    }
  }

  // Regression: opening a pipe that nobody writes to could not be interrupted.
  @Test(arguments: ["pack pipe -o out --clear", "info pipe", "push pipe --volume ."])
  func aPipeThatNobodyWritesTo(_ command: String) async throws {
    let tool = try await Tool.prepared()
    try #require(mkfifo(tool.folder("pipe"), 0o600) == 0)
    var program = tool.program
    program.environment["HOME"] = tool.folder.path
    let words = command.split(separator: " ").map { word in
      ["pipe", "out", "."].contains(word) ? tool.folder(String(word)) : String(word)
    }
    let running = try program.start(words)
    try await running.isListening(to: SIGINT)
    running.send(SIGINT)
    await running.end().expect(BadInputTests.Status.cancelled, containing: "Cancelled")
    #expect(tool.names.filter { $0 != "Music" } == ["pipe", "song.mp3", "song.pst"])
  }
}
