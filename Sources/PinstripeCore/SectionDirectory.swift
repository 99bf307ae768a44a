/// Judges a directory: its entries must account for every byte behind the payload.
///
/// What a file holds and what its directory says must be the same, so that nothing can be appended,
/// hidden between sections, or described twice.
struct SectionDirectory {
  /// Where in its area the first entry stands.
  let start: Int
  /// How many entries there are.
  let count: Int

  /// Checks all entries in `area`.
  ///
  /// - Parameters:
  ///   - payloadEnd: The file offset behind the payload, where the first section must start.
  ///   - fileEnd: The file offset where the last one must end: the file's end, or the trailer.
  /// - Throws: ``TrackError/malformed`` for gaps, overlaps, a wrong order or a type that occurs twice;
  ///   ``TrackError/truncated`` when the file is shorter than they say;
  ///   ``TrackError/criticalSection``.
  func check(_ area: Span<UInt8>, payloadEnd: UInt64, fileEnd: UInt64) throws(TrackError) {
    var expected = payloadEnd
    var lastType: UInt16 = 0
    var index = 0
    while index < count {
      let entry = try SectionEntry(
        decoding: area, at: start &+ index &* TrackLayout.sectionEntrySize)
      guard entry.offset == expected, entry.type.number > lastType else { throw .malformed }
      guard !entry.isCritical else { throw .criticalSection }
      // Both are at most 2^56 + 4096 here, and there are at most 12 of them: no overflow.
      expected &+= entry.length
      lastType = entry.type.number
      index &+= 1
    }
    guard expected <= fileEnd else { throw .truncated }
    guard expected == fileEnd else { throw .malformed }
  }
}
