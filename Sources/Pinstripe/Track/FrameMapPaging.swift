import PinstripeCore

/// Divides runs into the pages of a frame map, in order and in constant memory.
struct FrameMapPaging {
  private(set) var pageCount: UInt32 = 0
  private(set) var runCount: UInt64 = 0
  private var page: FrameMapPageBuilder?

  /// Bytes of the section that these pages make.
  var sectionLength: UInt64 {
    UInt64(FrameMap.startSize) + UInt64(pageCount) * UInt64(FrameMap.pageSize)
  }

  /// Takes the next run, and hands over the page that it did not fit into.
  mutating func add(
    _ run: FrameRun, full: (FrameMapPageBuilder) throws(PinstripeError) -> Void
  ) throws(PinstripeError) {
    runCount += 1
    let length = run.end - run.start
    if page?.append(length: length, run.rule) == true { return }
    if let page { try full(page) }
    var next = FrameMapPageBuilder(
      index: pageCount, start: run.start, encryptedBefore: run.encryptedBefore)
    _ = next.append(length: length, run.rule)
    page = next
    pageCount += 1
  }

  /// Hands over the last page.
  mutating func finish(
    full: (FrameMapPageBuilder) throws(PinstripeError) -> Void
  ) throws(PinstripeError) {
    if let page { try full(page) }
    page = nil
  }
}
