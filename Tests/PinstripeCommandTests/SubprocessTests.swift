import Pinstripe
import Testing

@testable import PinstripeCommand

/// Running another program, and what its end means.
struct SubprocessTests {
  @Test func aProgramEndsWithItsStatusAndReason() throws {
    var said: [String] = []
    let outcome = try run("echo one >&2; echo two >&2; echo 'the reason' >&2; exit 7") {
      said.append($0)
    }
    #expect(outcome.status == 7)
    #expect(outcome.lastLine == "the reason")
    #expect(said == ["one", "two"])
  }

  @Test func aReasonWithoutALineEndCounts() throws {
    #expect(try run("printf 'a\\nb' >&2; exit 1").lastLine == "b")
    #expect(try run("exit 1").lastLine == "")
  }

  @Test func aSignalIsAStatusToo() throws {
    #expect(try run("kill -9 $$").status == 137)
  }

  /// The tool ignores it for itself; a child that did would write on for ever.
  @Test func brokenPipesEndAChild() throws {
    Interruption.watch()
    #expect(try run("{ sleep 0.2; yes; } | true; exit 0").status == 0)
  }

  @Test func noSuchProgram() throws {
    #expect(try Subprocess.run("/nonexistent/program", []) { _ in }.status == 127)
  }

  @Test func standardInputIsEmpty() throws {
    #expect(try run("read x; exit $?").status == 1)
  }

  @Test func theAnalysisTellsByItsStatusWhatIsWrong() {
    let codes: [(Int32, PinstripeError.Code)] = [
      (64, .usage), (66, .noInput), (70, .system), (127, .system), (130, .cancelled), (1, .system),
    ]
    for (status, code) in codes {
      let failure = LeakageProgram.failure(.init(status: status, lastLine: "no frames were found"))
      #expect(failure.code == code, "\(status)")
      if status == 127 { #expect(failure.message.contains("apt-get install python3")) }
      if status == 66 { #expect(failure.message == "no frames were found.") }
    }
  }

  private func run(_ script: String, said: (String) -> Void = { _ in }) throws -> Subprocess.Outcome
  {
    try Subprocess.run("/bin/sh", ["-c", script], said: said)
  }
}
