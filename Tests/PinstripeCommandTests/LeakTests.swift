import TestTools
import Testing

/// `pinstripe leak` as far as it needs no Python; Tests/Leakage has the rest.
struct LeakTests {
  @Test func secondsAreBounded() async throws {
    let tool = Tool()
    for seconds in ["1", "601", "-3"] {
      try await tool("leak", "song.mp3", "--seconds=\(seconds)").expect(64, containing: "2 to 600")
    }
    try await tool("leak", "--json").expect(64)
  }
}
