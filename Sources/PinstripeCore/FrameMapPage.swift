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
  var start: UInt64 = 0
  var end: UInt64 = 0
  var encryptedBefore: UInt64 = 0
  var encryptedEnd: UInt64 = 0
  var index: UInt32 = 0
  /// Where its runs end.
  var runsEnd: UInt16 = 0

  static var runsOffset: Int { 24 }
  static var tagOffset: Int { 992 }

  /// A page has at least one run, and a run a byte.
  var isLoaded: Bool { end > start }

  /// Whether the run around a content offset is on it.
  func holds(_ offset: UInt64) -> Bool {
    offset >= start && offset < end
  }
}

extension ContentCipher {
  /// Judges the decrypted page at the start of `work`, and makes it the map's.
  ///
  /// - Throws: ``TrackError/malformed`` unless it is page `index`, every run is in its one form, the
  ///   rest is zero, and all lie within the content.
  @unsafe
  mutating func judgePage(
    _ index: UInt32, _ work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    let bytes = unsafe UnsafePointer(work)
    // Index, bytes of runs, and two zeros.
    let numbers = unsafe bytes.littleEndian64(at: 0)
    let runs = numbers >> 32
    guard runs &- 1 < UInt64(FrameMapPage.tagOffset &- FrameMapPage.runsOffset),
      UInt32(truncatingIfNeeded: numbers) == index
    else { throw .malformed }
    var end = FrameMapPage.runsOffset &+ Int(truncatingIfNeeded: runs)
    frames.page.index = index
    frames.page.runsEnd = UInt16(truncatingIfNeeded: end)
    frames.page.start = unsafe bytes.littleEndian64(at: 8)
    frames.page.encryptedBefore = unsafe bytes.littleEndian64(at: 16)
    while end < FrameMapPage.tagOffset {
      guard unsafe bytes[end] == 0 else { throw .malformed }
      end &+= 1
    }
    startPage()
    guard run.start < contentLength, run.encryptedBefore <= run.start else { throw .malformed }
    repeat {
      try unsafe readRun(work)
      guard run.end <= contentLength else { throw .malformed }
      run.moveOn(under: pattern)
    } while frames.next < frames.page.runsEnd
    frames.page.end = run.start
    frames.page.encryptedEnd = run.encryptedBefore

    let page = frames.page
    let isLast = index &+ 1 == frames.pageCount
    guard (index == 0) == (page.start == 0),
      isLast == (page.end == contentLength), page.encryptedEnd <= encryptedLength,
      !isLast || page.encryptedEnd == encryptedLength
    else { throw .malformed }
    startPage()
  }

  /// Makes ``run`` an empty one before the page's first.
  mutating func startPage() {
    run = FrameRun(
      start: frames.page.start, end: frames.page.start, rule: .clear,
      encryptedBefore: frames.page.encryptedBefore)
    frames.next = UInt16(truncatingIfNeeded: FrameMapPage.runsOffset)
  }

  /// Sets the end and rule of a run that starts where ``run`` does, and moves on behind it.
  @inline(never) @unsafe
  mutating func readRun(_ work: UnsafeMutablePointer<UInt8>) throws(TrackError) {
    var number: UInt64 = 0
    var shift: UInt64 = 0
    var group: UInt8 = 0
    repeat {
      guard frames.next < frames.page.runsEnd, shift < 63 else { throw .malformed }
      group = unsafe work[Int(frames.next)]
      number |= UInt64(group & 0x7F) &<< shift
      frames.next &+= 1
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
