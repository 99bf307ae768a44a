import Glibc
import TestTools
import Testing

/// Pipes, large files, and being interrupted.
@Suite(.serialized) struct StreamingTests {
  @Test func pipesAllTheWay() async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell(
      """
      set -o pipefail
      cat song.mp3 | "$T" pack - -o - --device player | cat > piped.pst || exit
      cat piped.pst | "$T" verify - > /dev/null || exit
      cat piped.pst | "$T" unpack - -o - | cmp - song.mp3 || exit
      "$T" unpack - -o out.mp3 < piped.pst > /dev/null || exit
      cmp out.mp3 song.mp3
      """)
    outcome.expect(0)
    let info = try await tool("info", tool.folder("piped.pst"), "--json").expectJSON(0)
    #expect(info["trailer"] == "true" && info["source"] == "stdin")
    #expect(tool.names == ["out.mp3", "piped.pst", "song.mp3", "song.pst"])
  }

  // Regression: a file that a shell put on standard output was replaced, not written to.
  @Test func standardOutputIsWrittenWhereItStands() async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell(
      """
      echo before > all; ln all same
      { "$T" unpack song.pst -o - && echo after; } >> all || exit
      cmp all same || exit
      { echo before; cat song.mp3; echo after; } | cmp - all
      """)
    outcome.expect(0)
  }

  @Test func devicesAndPipesAreWrittenDirectly() async throws {
    let tool = try await Tool.prepared()
    try await tool("unpack", tool.folder("song.pst"), "-o", "/dev/null").expect(0)
    let outcome = try await tool.shell(
      """
      mkfifo pipe
      cat pipe > got & "$T" unpack song.pst -o pipe > /dev/null || exit
      wait; cmp got song.mp3 && test -p pipe
      """)
    outcome.expect(0)
  }

  @Test func aReaderThatGoesAway() async throws {
    let tool = try await Tool.prepared(content: TestFile.content(1_000_000))
    for command in ["pack song.mp3 -o - --device player", "unpack song.pst -o -"] {
      let outcome = try await tool.shell(
        "\"$T\" \(command) | head -c 10 > /dev/null; exit ${PIPESTATUS[0]}")
      outcome.expect(73, containing: "went away", "\(command)")
    }
  }

  private static let memoryLimit = 64 * 1024

  @Test func packingFiveGibibytesTakesNoMoreMemory() async throws {
    let size = 5 << 30
    let tool = Tool(in: TemporaryFolder.memory)
    try await tool("device", "new", "player").expect(0)
    TestFile.makeSparse(tool.folder("large"), size: size)
    var program = tool.program
    program.limit = .seconds(400)
    let outcome = try await program.run(
      ["pack", "-", "-o", "/dev/null", "--device", "player", "--json"], input: tool.folder("large"))
    #expect(outcome.expectJSON(0)["contentBytes"] == "\(size)")
    #expect(
      outcome.peakMemory > 1000 && outcome.peakMemory < Self.memoryLimit,
      "\(outcome.peakMemory) KiB")
  }

  /// 256 MiB, four times the limit, because unpacking a pipe first copies it to the disk, as a file
  /// without a name.
  @Test func pipesTakeNoMoreMemory() async throws {
    let size = 256 << 20
    let tool = Tool()
    try await tool("device", "new", "player").expect(0)
    TestFile.makeSparse(tool.folder("large"), size: size)
    let outcome = try await tool.shell(
      """
      set -o pipefail; export TMPDIR=$HOME
      peak() { "$T" "$@" & while :; do
        m=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\).*/\\1/p' /proc/$!/status 2> /dev/null)
        [ -n "$m" ] || break; echo "$m" > "$1.peak"; sleep 0.05; done; wait $!; }
      peak pack large -o - --device player | peak unpack - -o - | cksum > sum || exit
      head -c \(size) /dev/zero | cksum | cmp - sum
      """)
    outcome.expect(0)
    for name in ["pack", "unpack"] {
      let text = String(decoding: TestFile.read(tool.folder("\(name).peak")) ?? [], as: UTF8.self)
      let peak = Int(text.split(separator: "\n").last ?? "") ?? 0
      #expect(peak > 1000 && peak < Self.memoryLimit, "\(name): \(peak) KiB")
    }
    #expect(tool.names == ["large", "pack.peak", "sum", "unpack.peak"])
  }

  /// Where a packing is stopped, and how.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func aStoppedPackLeavesNothing(_ signal: Int32) async throws {
    let tool = try await Tool.prepared()
    TestFile.makeSparse(tool.folder("large"), size: 8 << 30)
    TestFile.write([7], to: tool.folder("old"))
    for output in ["new", "old"] {
      let running = try tool.program.start(
        ["pack", tool.folder("large"), "-o", tool.folder(output), "--device", "player"])
      try await running.isListening(to: signal)
      running.send(signal)
      await running.end().expect(130, containing: "Cancelled")
    }
    #expect(TestFile.read(tool.folder("old")) == [7])
    #expect(tool.names == ["large", "old", "song.mp3", "song.pst"])
  }

  // Regression: what was killed, or interrupted twice, left its temporary file.
  @Test func aKilledPackLeavesNothing() async throws {
    let tool = try await Tool.prepared()
    TestFile.makeSparse(tool.folder("large"), size: 8 << 30)
    let running = try tool.program.start(
      ["pack", tool.folder("large"), "-o", tool.folder("new"), "--device", "player"])
    try await running.isListening(to: SIGINT)
    running.send(SIGKILL)
    #expect(await running.end().signal == SIGKILL)
    let left = tool.names.filter { !["large", "song.mp3", "song.pst"].contains($0) }
    // Where the file system knows no files without a name, a kill leaves a hidden one.
    #expect(left.isEmpty || left.allSatisfy { $0.hasPrefix(".pinstripe-") })
    if try await tool.shell("stat -f -c %T .").text.hasPrefix("ext") { #expect(left.isEmpty) }
  }

  // Regression: a pack that waits for a pipe took no notice.
  @Test(arguments: ["pack - -o out --device player", "unpack - -o out", "pack pipe -o out --clear"])
  func whatWaitsForAPipeIsInterrupted(_ command: String) async throws {
    let tool = try await Tool.prepared()
    let outcome = try await tool.shell(
      """
      mkfifo pipe; sleep 20 > pipe & sleeper=$!
      "$T" \(command) < pipe & until [ $((0x$(sed -n 's/^SigCgt:[^0-9a-f]*//p' /proc/$!/status) & 2)) \
        -ne 0 ]; do sleep 0.05; done; sleep 0.2; kill -INT $!; wait $!
      status=$?; kill $sleeper; exit $status
      """)
    outcome.expect(130, containing: "Cancelled")
    #expect(tool.names == ["pipe", "song.mp3", "song.pst"])
  }

  @Test func anInterruptedPushLeavesNothing() async throws {
    let tool = try await Tool.prepared()
    TestFile.makeSparse(tool.folder("large"), size: 3 << 30)
    mkdir(tool.folder("card"), 0o755)
    let running = try tool.program.start([
      "push", tool.folder("large"), "--volume", tool.folder("card"), "--device", "player", "--json",
    ])
    try await running.isListening(to: SIGINT)
    running.send(SIGINT)
    await running.end().expectJSON(130, error: "cancelled")
    #expect(TemporaryFolder.names(in: tool.folder("card/Music")) == [])
  }
}
