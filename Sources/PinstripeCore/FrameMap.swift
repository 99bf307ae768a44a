import CPinstripe

// Frame map, the contents of section 1 behind its 32-byte salt; little-endian, encrypted but for the
// pages' tags. Everything not named is zero.
//
//   offset  size    field
//        0     4    page count k
//        8     8    run count
//       16     8    content length
//       24     8    encrypted bytes of the whole content
//       64  1024·k  pages (FrameMapPage.swift)

/// The verified frame map of an open track, of which one page at a time is in memory.
///
/// A run is found by bisection, or on the page at hand and the one behind it: no allocation, and
/// O(log n) page reads for a seek.
public struct FrameMap {
  /// Encrypted bytes of the whole content.
  public let encryptedLength: UInt64
  /// How many pages there are.
  public let pageCount: UInt32
  /// Where in the page the run behind `run` is written.
  private var next: UInt16 = 0
  private var page = FrameMapPage()
  /// The run found last.
  private var run = FrameRun(start: 0, end: 0, rule: .full, encryptedBefore: 0)

  /// Bytes of the section, with salt and header.
  public var sectionLength: UInt64 {
    UInt64(Self.startSize) &+ UInt64(pageCount) &* UInt64(Self.pageSize)
  }

  /// Bytes of a page, which the work buffer starts with.
  public static var pageSize: Int { 1024 }
  /// Bytes of the section before its pages: salt and header.
  public static var startSize: Int { 96 }

  /// Reads and judges the map's start, and leaves its keys at ``KeyPlace/map`` and
  /// ``KeyPlace/mapTag``.
  ///
  /// - Parameters:
  ///   - entry: Its directory entry, the first one: the section begins where the payload ends.
  ///   - work: At least ``startSize`` bytes and ``StripeCipher/minimumScratch`` behind them.
  /// - Throws: ``TrackError/tag``, ``TrackError/malformed``, ``TrackError/tooLarge``,
  ///   ``TrackError/storage``, ``TrackError/provider``.
  init(
    opening entry: SectionEntry, _ storage: inout some TrackStorage, contentLength: UInt64,
    content: KeyPlace, suite: CipherSuite, provider: CryptoProvider,
    work: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    var start = work._mutatingExtracting(first: Self.startSize)
    try storage.read(at: entry.offset, into: &start)
    try KeyLadder(provider).deriveSectionKeys(
      content: content, salt: start.span.extracting(first: TrackLayout.sectionSaltSize),
      type: entry.type.number, index: 0, cipher: .map, tag: .mapTag)
    guard try provider.isTag(entry.tag.span, of: start.span, Span(), under: .mapTag)
    else { throw .tag }
    try Self.decrypt(
      &work, from: TrackLayout.sectionSaltSize, 64, at: 0, suite: suite, provider: provider)
    let header = work.span
    let pages = unsafe header.littleEndian64(at: 32)
    let length = unsafe header.littleEndian64(at: 48)
    let encrypted = unsafe header.littleEndian64(at: 56)
    // Every page has a run and every run a byte.
    let runs = unsafe header.littleEndian64(at: 40)
    let isEmpty = pages | runs | encrypted == 0
    guard pages <= UInt64(UInt32.max), length == contentLength,
      length == 0 ? isEmpty : pages > 0, unsafe header.isZero(from: 64, to: Self.startSize),
      entry.length &- UInt64(Self.startSize) == pages &* UInt64(Self.pageSize)
    else { throw .malformed }
    guard encrypted <= TrackLayout.maximumEncryptedBytes else { throw .tooLarge }
    pageCount = UInt32(truncatingIfNeeded: pages)
    encryptedLength = encrypted
  }

  /// Says that the work buffer is another one from now on.
  mutating func forgetPage() {
    page = FrameMapPage()
    run.end = run.start
  }

  /// Whether the run around a content offset is known without another page.
  func holds(_ offset: UInt64) -> Bool {
    offset >= page.start && offset < page.end
  }

  /// The run around a content offset.
  ///
  /// - Parameters:
  ///   - offset: Below the content's length.
  ///   - contentLength: That length, which also says where the map is.
  /// - Throws: ``TrackError/tag`` or ``TrackError/malformed`` for a page that cannot be believed,
  ///   ``TrackError/storage``, ``TrackError/provider``.
  mutating func run(
    at offset: UInt64, of contentLength: UInt64, _ storage: inout some TrackStorage,
    _ cipher: StripeCipher,
    work: inout MutableSpan<UInt8>
  ) throws(TrackError) -> FrameRun {
    if !holds(offset) { try find(offset, contentLength, &storage, cipher, &work) }
    if offset < run.start || run.end == run.start {
      run = page.firstRun
      next = UInt16(truncatingIfNeeded: FrameMapPage.runsOffset)
    }
    var place = Int(next)
    while offset >= run.end {
      run.encryptedBefore = run.encryptedCount(before: run.end, under: cipher.pattern)
      run.start = run.end
      try page.readRun(at: &place, into: &run, work.span)
      next = UInt16(truncatingIfNeeded: place)
    }
    return run
  }

  /// Loads the page around a content offset.
  private mutating func find(
    _ offset: UInt64, _ contentLength: UInt64, _ storage: inout some TrackStorage,
    _ cipher: StripeCipher, _ work: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    // Playing goes on where it was; the page behind must go on so too.
    let former = page
    if former.isLoaded, offset >= former.end, former.index &+ 1 < pageCount {
      try load(former.index &+ 1, contentLength, &storage, cipher, &work)
      guard page.start == former.end, page.encryptedBefore == former.encryptedEnd
      else { throw contradiction() }
      if offset < page.end { return }
    }
    var low: UInt32 = 0
    var high = max(1, pageCount) &- 1
    while low < high {
      let middle = high &- (high &- low) / 2
      try load(middle, contentLength, &storage, cipher, &work)
      if page.start <= offset { low = middle } else { high = middle &- 1 }
    }
    if !page.isLoaded || page.index != low {
      try load(low, contentLength, &storage, cipher, &work)
    }
    guard holds(offset) else { throw contradiction() }
  }

  private mutating func contradiction() -> TrackError {
    forgetPage()
    return .malformed
  }

  private mutating func load(
    _ index: UInt32, _ contentLength: UInt64, _ storage: inout some TrackStorage,
    _ cipher: StripeCipher, _ work: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    forgetPage()
    let offset = UInt64(TrackLayout.headerAreaSize &+ Self.startSize) &+ contentLength
    let place = UInt64(index) &* UInt64(Self.pageSize)
    guard work.count >= Self.pageSize else { throw .workSize }
    do {
      var bytes = work._mutatingExtracting(first: Self.pageSize)
      try storage.read(at: offset &+ place, into: &bytes)
    }
    guard try Self.isTagged(work.span, cipher.provider) else { throw .tag }
    try Self.decrypt(
      &work, from: 0, FrameMapPage.tagOffset, at: 64 &+ place, suite: cipher.suite,
      provider: cipher.provider)
    let loaded = try FrameMapPage(
      decoding: work.span, pattern: cipher.pattern, contentLength: contentLength)
    let isLast = index &+ 1 == pageCount
    guard loaded.index == index, (index == 0) == (loaded.start == 0),
      isLast == (loaded.end == contentLength),
      isLast ? loaded.encryptedEnd == encryptedLength : loaded.encryptedEnd <= encryptedLength,
      index > 0 || loaded.encryptedBefore == 0
    else { throw .malformed }
    page = loaded
  }

  /// Whether the stored page at the start of `work` has the tag that it ends with.
  private static func isTagged(
    _ work: Span<UInt8>, _ provider: CryptoProvider
  ) throws(TrackError) -> Bool {
    let page = work.extracting(first: pageSize)
    return try provider.isTag(
      page.extracting(last: TrackLayout.tagSize),
      of: page.extracting(first: FrameMapPage.tagOffset), Span(), under: .mapTag)
  }

  /// Decrypts `count` bytes at `start` of the work buffer, which are at `offset` of the section's
  /// contents; keystream goes behind the first page of it.
  private static func decrypt(
    _ work: inout MutableSpan<UInt8>, from start: Int, _ count: Int, at offset: UInt64,
    suite: CipherSuite, provider: CryptoProvider
  ) throws(TrackError) {
    guard work.count >= pageSize &+ StripeCipher.minimumScratch, start &+ count <= pageSize
    else { throw .workSize }
    var cipher = StripeCipher(
      pattern: try StripePattern(every: 1), suite: suite, provider: provider, key: .map)
    try unsafe work.withUnsafeMutableBufferPointer { work throws(TrackError) in
      guard let base = work.baseAddress else { return }
      try unsafe cipher.apply(
        at: offset, from: base + start, to: base + start, count,
        scratch: UnsafeMutableBufferPointer(rebasing: work[pageSize...]))
    }
  }
}
