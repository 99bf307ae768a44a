import PinstripeCore
import PinstripeFrames

/// Makes runs, which have an end, of the starts that a ``FrameFinder`` tells.
struct RunTracker {
  /// The run that goes on, with an end that no content reaches.
  private(set) var open: FrameRun?
  private let pattern: StripePattern

  init(_ pattern: StripePattern) {
    self.pattern = pattern
  }

  /// Begins a run, and returns the one before it.
  mutating func begin(_ start: RunStart) -> FrameRun? {
    let closed = close(at: start.offset)
    open = FrameRun(
      start: start.offset, end: TrackLayout.maximumContentLength,
      rule: start.kind == .striped ? .striped : .full,
      encryptedBefore: closed?.encryptedCount(before: start.offset, under: pattern) ?? 0)
    return closed
  }

  /// The open run, ended.
  func close(at offset: UInt64) -> FrameRun? {
    guard var run = open, offset > run.start else { return nil }
    run.end = offset
    return run
  }
}
