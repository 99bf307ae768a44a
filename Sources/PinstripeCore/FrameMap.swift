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
  /// The page in the work buffer.
  var page = FrameMapPage()
  /// How many pages there are.
  public internal(set) var pageCount: UInt32 = 0
  /// Where in the page the run behind the one found last is written.
  var next: UInt16 = 0

  /// No map.
  init() {}

  /// Bytes of the section, with salt and header.
  public var sectionLength: UInt64 {
    UInt64(Self.startSize) &+ UInt64(pageCount) &* UInt64(Self.pageSize)
  }

  /// Bytes of a page, which the work buffer starts with.
  public static var pageSize: Int { 1024 }
  /// Bytes of the section before its pages: salt and header.
  public static var startSize: Int { 96 }

  /// Says that the work buffer is another one from now on.
  mutating func forgetPage() {
    page = FrameMapPage()
  }
}

extension ContentCipher {
  /// Judges the map's start, whose keys are at ``KeyPlace/map`` and ``KeyPlace/mapTag``.
  ///
  /// - Parameters:
  ///   - entry: Its directory entry.
  ///   - work: The section's first ``FrameMap/startSize`` bytes, and ``CryptoProvider/scratchSize``
  ///     behind them.
  /// - Throws: ``TrackError/tag``, ``TrackError/malformed``, ``TrackError/tooLarge``,
  ///   ``TrackError/provider``.
  @inline(never) @unsafe
  mutating func openMap(
    _ entry: UnsafePointer<UInt8>, work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    let size = FrameMap.startSize
    let provider = cipher.provider
    try unsafe provider.check(entry + SectionNumbers.tagOffset, of: work, size, under: .mapTag)
    try unsafe provider.decrypt(
      work + TrackLayout.sectionSaltSize, size - TrackLayout.sectionSaltSize, at: 0, suite: suite,
      key: .map, scratch: work + size)
    let header = unsafe UnsafePointer(work)
    let pages = unsafe header.littleEndian64(at: 32)
    let encrypted = unsafe header.littleEndian64(at: 56)
    // Every page has a run and every run a byte.
    let isEmpty = unsafe pages | header.littleEndian64(at: 40) | encrypted == 0
    guard pages <= UInt64(UInt32.max), unsafe header.littleEndian64(at: 48) == contentLength,
      contentLength == 0 ? isEmpty : pages > 0, unsafe header.isZero(from: 64, to: size),
      unsafe entry.littleEndian64(at: SectionNumbers.lengthOffset) &- UInt64(size)
        == pages &* UInt64(FrameMap.pageSize)
    else { throw .malformed }
    guard encrypted <= TrackLayout.maximumEncryptedBytes else { throw .tooLarge }
    frames.pageCount = UInt32(truncatingIfNeeded: pages)
    encryptedLength = encrypted
  }

  /// Makes ``run`` the run around a content offset, which is below the content's length.
  ///
  /// - Parameter work: A page, and ``StripeCipher/minimumScratch`` bytes behind it.
  /// - Throws: ``TrackError/tag`` or ``TrackError/malformed`` for a page that cannot be believed,
  ///   ``TrackError/storage``, ``TrackError/provider``.
  @inline(__always) @unsafe
  mutating func findRun(
    _ offset: UInt64, _ storage: inout some TrackStorage, _ work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    if !frames.page.holds(offset) { try unsafe findPage(offset, &storage, work) }
    try unsafe findRunOnPage(offset, work)
  }

  /// Makes ``run`` the one around a content offset that is on the page at hand.
  ///
  /// A function of its own, so that its variables are off the stack while a page is read.
  @inline(never)
  private mutating func findRunOnPage(
    _ offset: UInt64, _ work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    if offset < run.start || run.end == run.start { startPage() }
    while offset >= run.end {
      run.moveOn(under: pattern)
      try unsafe readRun(work)
    }
  }

  /// Loads the page around a content offset.
  @inline(never)
  private mutating func findPage(
    _ offset: UInt64, _ storage: inout some TrackStorage, _ work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    // Playing goes on where it was; the page behind must go on so too.
    let former = frames.page
    if former.isLoaded, offset >= former.end, former.index &+ 1 < frames.pageCount {
      try unsafe load(former.index &+ 1, &storage, work)
      guard frames.page.start == former.end, frames.page.encryptedBefore == former.encryptedEnd
      else { throw contradiction() }
      if offset < frames.page.end { return }
    }
    var low: UInt32 = 0
    var high = max(1, frames.pageCount) &- 1
    while low < high {
      let middle = high &- (high &- low) / 2
      try unsafe load(middle, &storage, work)
      if frames.page.start <= offset { low = middle } else { high = middle &- 1 }
    }
    if !frames.page.isLoaded || frames.page.index != low { try unsafe load(low, &storage, work) }
    guard frames.page.holds(offset) else { throw contradiction() }
  }

  private mutating func contradiction() -> TrackError {
    frames.forgetPage()
    return .malformed
  }

  /// Reads, verifies, decrypts and judges a page.
  @inline(never)
  private mutating func load(
    _ index: UInt32, _ storage: inout some TrackStorage, _ work: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    // The page goes where keystream may have been.
    forgetWork()
    let pages = UInt64(TrackLayout.headerAreaSize &+ FrameMap.startSize) &+ contentLength
    let place = UInt64(index) &* UInt64(FrameMap.pageSize)
    try unsafe storage.read(at: pages &+ place, FrameMap.pageSize, to: work)
    let sealed = FrameMapPage.tagOffset
    try unsafe cipher.provider.check(work + sealed, of: work, sealed, under: .mapTag)
    try unsafe cipher.provider.decrypt(
      work, sealed, at: 64 &+ place, suite: suite, key: .map, scratch: work + FrameMap.pageSize)
    do throws(TrackError) {
      try unsafe judgePage(index, work)
    } catch {
      frames.forgetPage()
      throw error
    }
  }
}
