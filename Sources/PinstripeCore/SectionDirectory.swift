/// Judges a directory: its entries must account for every byte behind the payload.
///
/// What a file holds and what its directory says must be the same, so that nothing can be appended,
/// hidden between sections, or described twice.
struct SectionDirectory {
  /// Where in its area the first entry stands: at most 1152.
  var start: UInt16
  /// How many entries there are, at most 12.
  var count: UInt8

  /// Where in the area an entry stands.
  func place(of index: Int) -> Int {
    Int(start) &+ index &* TrackLayout.sectionEntrySize
  }

  /// Checks all entries in a header area, one after another.
  ///
  /// - Parameters:
  ///   - contentLength: Bytes of payload, behind which the first section must start.
  ///   - fileEnd: The file offset where the last one must end: the file's end, or the trailer.
  ///   - isFramed: Whether the pattern demands a frame map, which is the first section then.
  ///   - obeysRights: Whether the reader processes rights, which are CRITICAL.
  /// - Returns: Where the rights are.
  /// - Throws: ``TrackError/truncated`` when the payload or the last section ends behind `fileEnd`;
  ///   ``TrackError/malformed`` for gaps, overlaps, a wrong order, a type that occurs twice, or bytes
  ///   behind the last section; ``TrackError/criticalSection``.
  @unsafe
  func check(
    _ area: UnsafePointer<UInt8>, contentLength: UInt64, fileEnd: UInt64, isFramed: Bool,
    obeysRights: Bool, _ rights: inout RightsSection
  ) throws(TrackError) {
    // Every length is at most 2^56 and there are at most 13 of them: no overflow.
    var expected = UInt64(TrackLayout.headerAreaSize) &+ contentLength
    guard expected <= fileEnd else { throw .truncated }
    var lastType: UInt16 = 0
    var hasMap = false
    var index = 0
    while index < Int(count) {
      let place = unsafe area + place(of: index)
      let entry = unsafe SectionNumbers(at: place)
      guard entry.isAllowed, entry.offset == expected, entry.type > lastType
      else { throw .malformed }
      if entry.type == SectionType.frameMap.number {
        hasMap = true
      } else if obeysRights, entry.type == RightsSection.type {
        rights = unsafe RightsSection(at: place, index)
      } else if entry.isCritical {
        throw .criticalSection
      }
      expected &+= entry.length
      lastType = entry.type
      index &+= 1
    }
    guard expected <= fileEnd else { throw .truncated }
    guard expected == fileEnd, hasMap == isFramed else { throw .malformed }
  }
}
