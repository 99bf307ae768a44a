import Testing

@testable import Pinstripe

/// How long a sync will go on, as far as it can be said.
struct SyncProgressTests {
  private func remaining(
    _ done: UInt64, of all: UInt64 = 1000, after elapsed: Duration
  ) -> Duration? {
    var progress = SyncProgress(tracks: 4, bytes: all)
    progress.bytesDone = done
    progress.elapsed = elapsed
    return progress.remaining
  }

  @Test func theRestTakesAsLongAByteAsWhatIsDone() {
    #expect(remaining(250, after: .seconds(10)) == .seconds(30))
    #expect(remaining(500, after: .seconds(1)) == .seconds(1))
    #expect(remaining(1000, after: .seconds(7)) == .zero)
  }

  @Test func nobodyCanSayItAtFirst() {
    #expect(remaining(250, after: .milliseconds(999)) == nil)
    #expect(remaining(0, after: .seconds(10)) == nil)
  }

  /// What is sent in all was a guess.
  @Test func moreThanAllLeavesNothing() {
    #expect(remaining(1001, after: .seconds(10)) == .zero)
  }
}
