/// Judges a directory: its entries must account for every byte behind the payload.
///
/// What a file holds and what its directory says must be the same, so that nothing can be appended,
/// hidden between sections, or described twice.
struct SectionDirectory {
  /// Where in its area the first entry stands; not negative.
  let start: Int
  /// How many entries there are, at most 12.
  let count: Int

  /// Checks all entries in `area`, one after another.
  ///
  /// - Parameters:
  ///   - contentLength: Bytes of payload, behind which the first section must start.
  ///   - fileEnd: The file offset where the last one must end: the file's end, or the trailer.
  ///   - isFramed: Whether the pattern demands a frame map, which is the first section then.
  ///   - obeysRights: Whether the reader processes rights, which are CRITICAL.
  /// - Throws: ``TrackError/truncated`` when the payload or the last section ends behind `fileEnd`;
  ///   ``TrackError/malformed`` for gaps, overlaps, a wrong order, a type that occurs twice, or bytes
  ///   behind the last section; ``TrackError/criticalSection``.
  func check(
    _ area: Span<UInt8>, contentLength: UInt64, fileEnd: UInt64, isFramed: Bool, obeysRights: Bool
  ) throws(TrackError) {
    // Every length is at most 2^56 and there are at most 13 of them: no overflow.
    var expected = UInt64(TrackLayout.headerAreaSize) &+ contentLength
    guard expected <= fileEnd else { throw .truncated }
    var lastType: UInt16 = 0
    var hasMap = false
    var offset = start
    let end = start &+ count &* TrackLayout.sectionEntrySize
    guard end <= area.count else { throw .malformed }
    while offset < end {
      guard let entry = unsafe SectionEntry.fields(of: area, at: offset),
        entry.offset == expected, entry.type > lastType,
        SectionType(number: entry.type).allows(isCritical: entry.isCritical, length: entry.length)
      else { throw .malformed }
      let isMap = entry.type == SectionType.frameMap.number
      guard !entry.isCritical || isMap || (obeysRights && entry.type == RightsSection.type)
      else { throw .criticalSection }
      if isMap { hasMap = true }
      expected &+= entry.length
      lastType = entry.type
      offset &+= TrackLayout.sectionEntrySize
    }
    guard expected <= fileEnd else { throw .truncated }
    guard expected == fileEnd, hasMap == isFramed else { throw .malformed }
  }
}
