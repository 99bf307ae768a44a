import Glibc
import TestTools
import Testing

/// `pinstripe sync` with a mounted player.
struct SyncCommandTests {
  private func prepared() async throws -> Tool {
    let tool = Tool()
    try await tool("device", "new", "player").expect(0)
    for folder in ["lib", "lib/Artist", "vol"] { mkdir(tool.folder(folder), 0o755) }
    TestFile.write(TestFile.content(50_000), to: tool.folder("lib/Artist/1.mp3"))
    TestFile.write(TestFile.content(60_000), to: tool.folder("lib/2.mp3"))
    return tool
  }

  @Test func aDryRunTouchesNothing() async throws {
    let tool = try await prepared()
    let outcome = try await tool.shell(
      #""$T" sync lib --volume vol --device player --dry-run"#
    ).expect(0)
    #expect(outcome.text.contains("2.pst: is not there\n"))
    #expect(outcome.text.contains("Artist/1.pst: is not there\n"))
    #expect(outcome.text.contains("2 to add; about 1") && outcome.errors.isEmpty)
    #expect(TemporaryFolder.names(in: tool.folder("vol")) == [])
    #expect(TemporaryFolder.names(in: tool.folder(".local")) == ["share"])
  }

  @Test func aSyncIsToldAndRepeated() async throws {
    let tool = try await prepared()
    let script = #""$T" sync lib --volume vol --device player"#
    let outcome = try await tool.shell(script)
    #expect(outcome.status == 0 && outcome.text.contains("vol: 2 added; 1"))
    let events = outcome.errors.split(separator: "\n")
    #expect(events.allSatisfy { $0.hasPrefix(#"{"event":""#) })
    #expect(events.count { $0.hasPrefix(#"{"event":"end","place":""#) } == 2)
    #expect(events.contains { $0.contains(#""event":"progress","tracksDone":"#) })
    let again = try await tool.shell(script).expect(0)
    #expect(again.text.contains("vol: 2 there already.") && again.errors.isEmpty)

    unlink(tool.folder("lib/2.mp3"))
    let kept = try await tool.shell(script + " --json").expect(0)
    #expect(kept.text.contains(#""action":"keep","file":null,"place":"2.pst""#))
    #expect(kept.text.contains(#""done":{"added":0,"replaced":0,"removed":0,"kept":1"#))
    let removed = try await tool.shell(script + " --delete")
    #expect(removed.status == 0 && removed.errors.contains(#""event":"end","place":"2.pst""#))
    #expect(TemporaryFolder.names(in: tool.folder("vol/Music")) == ["Artist"])
    try await tool.shell(
      #""$T" unpack vol/Music/Artist/1.pst -o out && cmp out lib/Artist/1.mp3"#
    ).expect(0)
  }

  @Test func whatFailsIsSaidAndTheRestIsSent() async throws {
    let tool = try await prepared()
    let outcome = try await tool.shell(
      #"mkfifo lib/p.mp3; ln -s nowhere lib/q.mp3; "$T" sync lib --volume vol --device player --json"#
    )
    #expect(outcome.status == 66 && outcome.text.split(separator: "\n").count == 1)
    #expect(outcome.text.contains(#""error":{"code":"no-input","message":"2 of what was named"#))
    #expect(outcome.text.contains(#""reason":"is no regular file""#))
    #expect(outcome.text.contains(#""refused":2"#) && outcome.text.contains(#""added":2"#))
    try await tool.shell(#""$T" sync absent --volume vol"#).expect(66, containing: "absent")
    try await tool.shell(#""$T" sync lib --volume absent"#).expect(69)
    try await tool.shell(#""$T" sync --volume vol"#).expect(64)
  }

  /// Two at once would not know of each other.
  @Test func aSecondOneIsRefused() async throws {
    let tool = try await prepared()
    let outcome = try await tool.shell(
      #"""
      "$T" sync lib --volume vol --device player > /dev/null 2>&1 || exit
      exec 9< "$(echo .local/state/pinstripe/players/*.lock)"
      flock 9
      "$T" sync lib --volume vol --device player
      """#)
    outcome.expect(75, containing: "running")
  }
}
