import PinstripeCore
import PinstripeFrames

/// What one reading of a source tells before a track is made of it.
///
/// A player is told a track's length before its first byte, and only the frames of the whole content
/// say how long their map will be. So such a source is read twice; but its frames are found once, and
/// its digest is computed once.
final class ContentSurvey {
  /// Why all is encrypted or frames were lost, for a person; nil when all is well.
  let notice: String?
  /// SHA-256 of the content.
  let digest: [UInt8]?
  /// SHA-256 of where the runs begin: the frame finder of another version may see others.
  let runsDigest: [UInt8]
  /// Bytes of the frame map; 0 where the pattern has none.
  let mapLength: UInt64
  /// The runs; none where the pattern has none.
  let runs: RunList
  /// Whether the source itself tells when it is changed after the survey.
  var isTrusted: Bool { revision != nil }
  /// What the source said of itself before it was read; nil when it cannot tell.
  let revision: SourceRevision?
  private static let bufferSize = 1 << 17

  /// Reads a source to its end.
  ///
  /// - Parameters:
  ///   - content: The source's, of which nothing was read.
  ///   - needsDigest: Whether its SHA-256 is wanted.
  /// - Throws: ``PinstripeError``.
  init(
    _ content: Content, of source: any MediaSource, under pattern: StripePattern,
    needsDigest: Bool
  ) throws(PinstripeError) {
    revision = try source.revision()
    var content = content
    var tracker = RunTracker(pattern)
    var paging = FrameMapPaging()
    var runs = RunList()
    let digest = needsDigest ? try ContentDigest() : nil
    let runsDigest = try ContentDigest()
    func note(_ block: [UInt8]) throws(PinstripeError) {
      try block.span.withUnsafeBytes { bytes throws(PinstripeError) in
        try runsDigest.update(bytes)
      }
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    while true {
      if Task.isCancelled { throw .cancelled(source.name) }
      var starts: [RunStart] = []
      let count =
        try pattern.isFramed
        ? content.read(into: buffer) { starts.append($0) } : content.read(into: buffer, begin: nil)
      try digest?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      for start in starts {
        try runs.append(start, full: note)
        if let run = tracker.begin(start) { try paging.add(run) { _ in } }
      }
      if count < buffer.count { break }
    }
    if let run = tracker.close(at: content.position) { try paging.add(run) { _ in } }
    try runs.flush(note)
    self.runs = runs
    notice = content.notice
    self.digest = try digest?.finish()
    self.runsDigest = try runsDigest.finish()
    mapLength = pattern.isFramed ? paging.sectionLength : 0
    guard content.position == source.length ?? 0 else { throw .changed(source.name) }
  }

  /// Refuses a source that was changed since.
  func check(_ source: any MediaSource) throws(PinstripeError) {
    guard let revision else { return }
    guard try source.revision() == revision else { throw .changed(source.name) }
  }
}
