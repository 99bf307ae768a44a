import PinstripeFrames

/// A source's content, read once from its start to its end, with the runs that its frames make.
///
/// It reads ``FrameFinder/lookahead`` bytes ahead of what it gives out, and keeps no more; nothing of
/// what was surveyed before.
struct Content {
  /// What the content is, as far as it is known by now.
  var format: ContentFormat { finder.format }
  /// Why all is encrypted or frames were lost, for a person; nil when all is well.
  var notice: String? { survey?.notice ?? finder.notice }
  /// Bytes given out.
  private(set) var position: UInt64 = 0
  private var source: any MediaSource
  private var finder: FrameFinder
  /// What was read and not yet given out.
  private var ahead: [UInt8] = []
  private var survey: ContentSurvey?
  private var runs: RunList.Reader?

  /// Looks at a source's first bytes.
  init(_ source: any MediaSource) throws(PinstripeError) {
    var source = source
    var start = [UInt8](repeating: 0, count: FrameFinder.lookahead)
    var bytes = start.mutableSpan
    let count = try bytes.withUnsafeMutableBytes { buffer throws(PinstripeError) in
      try Self.read(&source, at: 0, into: buffer)
    }
    start.removeLast(start.count - count)
    let length = source.length
    let isRandomAccess = length != nil
    do {
      finder = try start.withUnsafeBytes { bytes in
        try FrameFinder(
          start: bytes, length: length,
          read: isRandomAccess ? { try source.fill($1, at: $0) } : nil)
      }
    } catch {
      throw error as? PinstripeError
        ?? PinstripeError(.system, "\(source.name) cannot be examined.", underlying: error)
    }
    ahead = start
    self.source = source
  }

  /// The same content from its start on, whose runs were found by a survey of it.
  init(_ content: Content, following survey: ContentSurvey) throws(PinstripeError) {
    source = content.source
    finder = content.finder
    self.survey = survey
    runs = try RunList.Reader(survey.runs)
  }

  /// Fills the buffer with the next bytes, which are fewer only at the end.
  ///
  /// - Parameter begin: Is told each run that begins in them; nil when nobody wants to know.
  mutating func read(
    into buffer: UnsafeMutableRawBufferPointer, begin: ((RunStart) -> Void)?
  ) throws(PinstripeError) -> Int {
    let known = min(ahead.count, buffer.count)
    buffer.copyBytes(from: ahead.prefix(known))
    ahead.removeFirst(known)
    let count = try known + fill(UnsafeMutableRawBufferPointer(rebasing: buffer[known...]), known)
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    if survey != nil {
      if let begin { try runs?.read(before: position + UInt64(count), begin) }
    } else if let begin {
      try findRuns(in: bytes, begin)
    }
    position += UInt64(count)
    return count
  }

  /// Whether the source has more than the length that it had when it was opened.
  func hasGrown() throws(PinstripeError) -> Bool {
    guard let length = source.length, length > 0 else { return false }
    var source = source
    var byte: UInt8 = 0
    return try withUnsafeMutableBytes(of: &byte) { buffer throws(PinstripeError) in
      try source.read(at: length, into: buffer) > 0
    }
  }

  /// Decides the bytes, most of them where they are, and the last ones in a copy with what follows.
  private mutating func findRuns(
    in bytes: UnsafeRawBufferPointer, _ begin: (RunStart) -> Void
  ) throws(PinstripeError) {
    let missing = FrameFinder.lookahead - ahead.count
    if missing > 0 {
      var more = [UInt8](repeating: 0, count: missing)
      let start = bytes.count + ahead.count
      var bytes = more.mutableSpan
      let count = try bytes.withUnsafeMutableBytes { buffer throws(PinstripeError) in
        try fill(buffer, start)
      }
      ahead += more.prefix(count)
    }
    let decided = max(0, bytes.count - FrameFinder.lookahead)
    finder.advance(over: bytes, count: decided, isEnd: false, begin)
    let rest = Array(bytes[decided...])
    let isEnd = ahead.count < FrameFinder.lookahead
    (rest + ahead).withUnsafeBytes { window in
      finder.advance(over: window, count: rest.count, isEnd: isEnd, begin)
    }
  }

  /// Fills a buffer from `distance` bytes behind the position on.
  private mutating func fill(
    _ buffer: UnsafeMutableRawBufferPointer, _ distance: Int
  ) throws(PinstripeError) -> Int {
    try Self.read(&source, at: position + UInt64(distance), into: buffer)
  }

  /// Fills a buffer; a source that grew while it was read has the length that it had.
  private static func read(
    _ source: inout any MediaSource, at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    // Zero is what the kernel says of /proc and the like, whose files have no size before they are
    // read.
    guard let length = source.length, length > 0 else {
      return try source.fill(buffer, at: offset)
    }
    let left = Int(clamping: min(length - min(length, offset), UInt64(buffer.count)))
    return try source.fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<left]), at: offset)
  }
}
