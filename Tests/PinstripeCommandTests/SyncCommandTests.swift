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

  /// What is renamed, and which picture becomes what, or why there is none.
  @Test func aPlanHasNamesAndPictures() async throws {
    let tool = try await prepared()
    TestFile.write([1, 2, 3], to: tool.folder("lib/What?.mp3"))
    // A frame of 300 by 200 and a scan: enough of a JPEG for a plan.
    TestFile.write(
      [0xFF, 0xD8, 0xFF, 0xC0, 0, 8, 8, 0, 200, 1, 44, 0, 0xFF, 0xDA, 0, 2, 0xFF, 0xD9],
      to: tool.folder("lib/Artist/folder.jpg"))
    let script = #""$T" sync lib --volume vol --device player --dry-run"#
    let plain = try await tool.shell(script).expect(0)
    #expect(plain.text.contains("What_~z9evmx.pst: is not there; What?.mp3 is renamed, for names"))
    #expect(plain.text.contains("No pictures are sent: the player takes pictures from"))
    let rockbox = try await tool.shell(script + " --profile rockbox-sansa-e200").expect(0)
    #expect(
      rockbox.text.contains("Artist/cover.jpg: the picture is not there; ")
        && rockbox.text.contains("/lib/Artist/folder.jpg of 300 × 200, as jpeg of 300 × 200"))
    #expect(rockbox.text.contains("cover.jpg: no picture: there is none in the tags"))
    let json = try await tool.shell(script + " --profile rockbox-sansa-e200 --json").expect(0)
    #expect(
      json.text.contains(#""picture":{"folder":"Artist","album":"","tracks":["Artist/1.pst"]"#))
    #expect(json.text.contains(#""sourceWidth":300,"sourceHeight":200,"width":300"#))
    #expect(json.text.contains(#""original":"What?.mp3","renamed":"names there have no \"?\"""#))
    #expect(TemporaryFolder.names(in: tool.folder("vol")) == [])
    // As a picture it is none: the music goes all the same, and the tool says so.
    let sync = try await tool.shell(
      #""$T" sync lib --volume vol --device player --profile rockbox-sansa-e200 --json"#
    ).expect(0)
    #expect(sync.text.contains(#""added":3"#) && sync.text.contains("it is damaged; its tracks go"))
    let list = try await tool.shell(#""$T" ls --volume vol"#).expect(0)
    #expect(list.text.contains("What_~z9evmx.pst (What?.mp3)"))
  }

  /// A second of silence at a rate, as WAV of 16 bits.
  private func silence(_ rate: UInt32) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] {
      (0..<4).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
    let size = rate * 2
    return Array("RIFF".utf8) + word(36 + size) + Array("WAVEfmt ".utf8) + word(16) + [1, 0, 1, 0]
      + word(rate) + word(size) + [2, 0, 16, 0] + Array("data".utf8) + word(size)
      + [UInt8](repeating: 0, count: Int(size))
  }

  @Test func soundThatThePlayerIsTooSlowForIsInThePlan() async throws {
    let tool = try await prepared()
    TestFile.write(silence(48_000), to: tool.folder("lib/slow.wav"))
    TestFile.write(silence(192_000), to: tool.folder("lib/fast.wav"))
    let outcome = try await tool.shell(
      #""$T" sync lib --volume vol --device player --profile sandisk-sansa-clip-plus --dry-run"#
    ).expect(0)
    #expect(
      outcome.text.contains("fast.pst: the player does not play wav at 192000 Hz, only at 8000"))
    #expect(outcome.text.contains("slow.pst: is not there"))
    // Where that was all, nothing is done.
    let nothing = try await tool.shell(
      #""$T" sync lib/fast.wav --volume vol --device player --profile sandisk-sansa-clip-plus"#)
    nothing.expect(74, containing: "Nothing was sent to")
    #expect(nothing.errors.contains("lib/fast.wav: the player does not play wav at 192000 Hz"))
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

  /// Regression: what was done before was not told.
  @Test(arguments: ["", "--json"]) func aCancelledOneTellsWhatWasDone(_ option: String) async throws
  {
    let tool = try await prepared()
    TestFile.makeSparse(tool.folder("lib/Artist/9.wav"), size: 1 << 30)
    let outcome = try await tool.shell(
      #"""
      "$T" sync lib --volume vol --device player \#(option) 2> err &
      until [ -e vol/Music/Artist/1.pst ]; do sleep 0.05; done
      sleep 0.2; kill -INT $!; wait $!
      status=$?; tail -n 1 err >&2; exit $status
      """#)
    if option.isEmpty {
      outcome.expect(130, containing: "Cancelled")
      #expect(outcome.text.contains("vol: 2 added, 1 not done; 1"), "\(outcome.text)")
    } else {
      #expect(outcome.status == 130 && outcome.errors.isEmpty)
      #expect(outcome.text.contains(#""done":{"added":2,"#), "\(outcome.text)")
      #expect(outcome.text.contains(#""left":1,"#), "\(outcome.text)")
      #expect(outcome.text.contains(#""error":{"code":"cancelled","#), "\(outcome.text)")
    }
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
