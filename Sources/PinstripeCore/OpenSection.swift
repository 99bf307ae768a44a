import CPinstripe

// A section of an open track, read in place: its tag over all of it first, then any piece at any time.
// The directory still lies in the work buffer when reading begins, so the context keeps no tag of it.

extension DecoderState {
  /// Finds a section in the directory that opening has left in the work buffer, verifies its tag, and
  /// leaves its key at ``KeyPlace/section``.
  ///
  /// - Parameters:
  ///   - buffer: `size` bytes, at least 64, through which the section is read.
  ///   - section: What was found; offset 0 for nothing.
  /// - Throws: ``TrackError/storage``, ``TrackError/tag``, ``TrackError/provider``.
  @unsafe
  mutating func beginSection(
    _ type: UInt32, _ buffer: UnsafeMutablePointer<UInt8>, _ size: Int,
    _ section: UnsafeMutablePointer<pinstripe_section>
  ) throws(TrackError) {
    let provider = track.cipher.cipher.provider
    sectionType = UInt8(truncatingIfNeeded: type)
    var index = 0
    while index < Int(track.directory.count) {
      let entry = unsafe UnsafePointer(work) + track.directory.place(of: index)
      // Judged when the track was opened.
      let numbers = unsafe SectionNumbers(at: entry)
      if UInt32(numbers.type) == type {
        let saltSize = UInt64(TrackLayout.sectionSaltSize)
        unsafe section.pointee.offset = numbers.offset &+ saltSize
        // At most 2^24 and 1024.
        unsafe section.pointee.length = UInt32(truncatingIfNeeded: numbers.length &- saltSize)
        defer { provider.discard(.tag) }
        try unsafe verify(numbers, UInt16(truncatingIfNeeded: index), buffer, size)
        try unsafe provider.macCheck(entry + SectionNumbers.tagOffset)
        return
      }
      index &+= 1
    }
  }

  /// Reads a section once, from its salt to its end, into a MAC.
  @unsafe
  private mutating func verify(
    _ numbers: SectionNumbers, _ index: UInt16, _ buffer: UnsafeMutablePointer<UInt8>, _ size: Int
  ) throws(TrackError) {
    let provider = track.cipher.cipher.provider
    let content = track.cipher.pattern.isClear ? KeyPlace.zero : .content
    // Once: the caller's buffer may lie over the directory by mistake, and this is what ends the loop.
    let length = numbers.length
    var done: UInt64 = 0
    // The salt first, because the key hangs on it.
    var piece = TrackLayout.sectionSaltSize
    repeat {
      try unsafe storage.read(at: numbers.offset &+ done, piece, to: buffer)
      if done == 0 {
        try unsafe KeyLadder(provider).deriveSectionKeys(
          content: content,
          salt: Span(_unsafeStart: UnsafePointer(buffer), count: TrackLayout.sectionSaltSize),
          type: numbers.type, index: index)
        try provider.macBegin(.tag)
      }
      try unsafe provider.macUpdate(buffer, piece)
      done &+= UInt64(truncatingIfNeeded: piece)
      piece = Int(truncatingIfNeeded: min(UInt64(truncatingIfNeeded: size), length &- done))
    } while piece > 0
  }

  /// Decrypts a piece of a section's contents.
  ///
  /// - Throws: ``TrackError/range``; after ``TrackError/storage`` and ``TrackError/provider`` the
  ///   target is all zero.
  @inline(never) @unsafe
  mutating func readSection(
    _ section: UnsafePointer<pinstripe_section>, _ offset: UInt32,
    to target: UnsafeMutablePointer<UInt8>, _ count: Int
  ) throws(TrackError) {
    let length = unsafe section.pointee.length
    guard offset <= length, UInt64(truncatingIfNeeded: count) <= UInt64(length &- offset)
    else { throw .range }
    do throws(TrackError) {
      let place = UInt64(offset)
      try unsafe storage.read(at: section.pointee.offset &+ place, count, to: target)
      try unsafe track.cipher.cipher.provider.decrypt(
        target, count, at: place, suite: track.cipher.suite, key: .section)
    } catch {
      unsafe wipe(target, count)
      throw error
    }
  }
}
