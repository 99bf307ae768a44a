// Page of a frame map, 1024 bytes, little-endian.
//
//   offset  size  field
//        0     4  index
//        4     2  bytes of runs, 1 to 968
//        8     8  content offset of its first run
//       16     8  encrypted bytes of the content before that
//       24        runs: length · 4 + rule as LEB128
//      992    32  tag, in clear

/// What is known of a page whose tag holds and whose runs were all judged.
struct FrameMapPage {
  // The widest first: an open track has 256 bytes for everything.
  let start: UInt64
  let end: UInt64
  let encryptedBefore: UInt64
  let encryptedEnd: UInt64
  let index: UInt32
  /// Where its runs end.
  private let runsEnd: UInt16

  static var runsOffset: Int { 24 }
  static var tagOffset: Int { 992 }
  /// The most bytes that a page's runs take.
  static var maximumRuns: Int { tagOffset &- runsOffset }

  /// No page.
  init() {
    index = 0
    start = 0
    end = 0
    encryptedBefore = 0
    encryptedEnd = 0
    runsEnd = 0
  }

  /// A page has at least one run, and a run a byte.
  var isLoaded: Bool { end > start }

  /// Reads and judges the decrypted page at the start of `work`.
  ///
  /// - Throws: ``TrackError/malformed`` unless every run is in its one form, the rest is zero, and all
  ///   lie within the content.
  init(
    decoding work: Span<UInt8>, pattern: StripePattern, contentLength: UInt64
  ) throws(TrackError) {
    guard work.count >= FrameMap.pageSize else { throw .workSize }
    // Index, bytes of runs, and two zeros.
    let numbers = unsafe work.littleEndian64(at: 0)
    let runs = Int(truncatingIfNeeded: numbers >> 32)
    guard runs >= 1, runs <= Self.maximumRuns else { throw .malformed }
    index = UInt32(truncatingIfNeeded: numbers)
    start = unsafe work.littleEndian64(at: 8)
    encryptedBefore = unsafe work.littleEndian64(at: 16)
    let runsEnd = Self.runsOffset &+ runs
    self.runsEnd = UInt16(truncatingIfNeeded: runsEnd)
    var padding: UInt8 = 0
    for offset in runsEnd..<Self.tagOffset { padding |= unsafe work[unchecked: offset] }
    guard padding == 0, start < contentLength, encryptedBefore <= start else { throw .malformed }

    var run = FrameRun(start: start, end: start, rule: .full, encryptedBefore: encryptedBefore)
    var next = Self.runsOffset
    while next < runsEnd {
      try Self.readRun(at: &next, before: runsEnd, into: &run, work)
      guard run.end <= contentLength else { throw .malformed }
      run.encryptedBefore = run.encryptedCount(before: run.end, under: pattern)
      run.start = run.end
    }
    end = run.end
    encryptedEnd = run.encryptedBefore
  }

  /// An empty run before the first one.
  var firstRun: FrameRun {
    FrameRun(start: start, end: start, rule: .clear, encryptedBefore: encryptedBefore)
  }

  /// Reads the run that is written at `next`, and moves `next` behind it.
  func readRun(
    at next: inout Int, into run: inout FrameRun, _ work: Span<UInt8>
  ) throws(TrackError) {
    try Self.readRun(at: &next, before: Int(runsEnd), into: &run, work)
  }

  /// Sets the end and rule of a run that starts where `run` does.
  @inline(never)
  private static func readRun(
    at next: inout Int, before end: Int, into run: inout FrameRun, _ work: Span<UInt8>
  ) throws(TrackError) {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    var group: UInt8 = 0
    repeat {
      guard next < end, shift < 63 else { throw .malformed }
      group = unsafe work[unchecked: next]
      number |= UInt64(group & 0x7F) &<< shift
      next &+= 1
      shift &+= 7
    } while group & 0x80 != 0
    let length = number >> 2
    let rule = UInt8(truncatingIfNeeded: number & 3)
    // The last group of more than one is not zero, so a number has one form.
    guard length > 0, rule <= RunRule.clear.number, group != 0 || shift == 7
    else { throw .malformed }
    run.rule = RunRule(number: rule)
    // Below 2^56 + 2^61.
    run.end = run.start &+ length
  }
}
