import Glibc
import TestTools
import Testing

/// `pinstripe leak` as far as it needs no figures; Tests/Leakage has the rest.
struct LeakTests {
  @Test func secondsAreBounded() async throws {
    let tool = Tool()
    for seconds in ["1", "601", "-3"] {
      try await tool("leak", "song.mp3", "--seconds=\(seconds)").expect(64, containing: "2 to 600")
    }
    try await tool("leak", "--json").expect(64)
  }

  // Regression: the analysis went on for minutes, and the tool waited for it.
  @Test(arguments: [SIGINT, SIGTERM]) func anInterruptedAnalysisEnds(_ signal: Int32) async throws {
    let running = try Tool().program.start([
      "leak", Repository.root + "/Examples/Media/idle_tune.mp3",
    ])
    try await running.isListening(to: signal)
    running.send(signal)
    let outcome = await running.end()
    // Without the analysis' packages; or this test had to wait for a processor until it was over.
    guard ![70, 0].contains(outcome.status) else {
      print("skipped: the analysis had ended with \(outcome.status ?? -1) \(outcome.errors)")
      return
    }
    outcome.expect(130, containing: "Cancelled")
  }
}
