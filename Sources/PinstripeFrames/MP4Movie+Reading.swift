extension MP4Movie {
  /// Finds the tables of a content that can be read anywhere.
  ///
  /// - Returns: nil when there are none, or more of them or of boxes before them than
  ///   ``MP4Walker/mostTables`` and ``MP4Walker/mostBoxes``.
  static func find(in content: RandomAccess) throws -> MP4Movie? {
    var offset: UInt64 = 0
    for _ in 0..<MP4Walker.mostBoxes {
      let header = try content.bytes(at: offset, 16)
      guard let box = header.withUnsafeBytes({ MP4Box(ContentView($0)) }), let length = box.length
      else { return nil }
      if box.type == MP4Box.type("moov") {
        guard length <= MP4Walker.mostTables else { return nil }
        let start = offset.adding(saturating: UInt64(box.headerLength))
        return MP4Movie(try content.bytes(at: start, Int(length) - box.headerLength))
      }
      let (next, overflow) = offset.addingReportingOverflow(length)
      guard !overflow else { return nil }
      offset = next
    }
    return nil
  }
}
