import PinstripeCore

/// Measures a frame map before the track is made.
///
/// A player is told a track's length before its first byte, and only the frames of the whole content
/// say how long their map will be. So a source is read once more, without encrypting anything.
enum FrameSurvey {
  private static let bufferSize = 1 << 17

  /// Bytes of the frame map that the source gets under a framed pattern.
  static func mapLength(
    of source: any MediaSource, under pattern: StripePattern
  ) throws(PinstripeError) -> UInt64 {
    var content = try Content(source)
    var tracker = RunTracker(pattern)
    var paging = FrameMapPaging()
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      var runs: [FrameRun] = []
      let count = try content.read(into: buffer) { start in
        if let run = tracker.begin(start) { runs.append(run) }
      }
      for run in runs { try paging.add(run) { _ in } }
      if count < buffer.count { break }
    }
    if let run = tracker.close(at: content.position) { try paging.add(run) { _ in } }
    return paging.sectionLength
  }
}
