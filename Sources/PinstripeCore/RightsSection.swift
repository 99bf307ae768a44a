import CPinstripe

/// Where an open track's rights are, for a decoder that reads them later: 42 bytes, trivial.
///
/// What the verified directory said is kept here, because the work buffer that holds it is the caller's
/// and may be taken away.
struct RightsSection {
  /// Where in the file it is; 0 when the track has no rights.
  fileprivate var offset: UInt64 = 0
  fileprivate var tag: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
  fileprivate var index: UInt8 = 0
  /// Whether nothing is decrypted yet, because nobody has asked what is allowed.
  private(set) var areUnread = false

  /// Bytes of the section: its salt and a record.
  static var size: Int { 160 }
  static var type: UInt16 { 4 }

  /// A track without rights.
  init() {}

  /// Takes over entry `index` of a directory, which stands at `entry`.
  @unsafe
  init(at entry: UnsafePointer<UInt8>, _ index: Int) {
    offset = unsafe entry.littleEndian64(at: 8)
    tag = unsafe UnsafeRawPointer(entry + SectionNumbers.tagOffset).loadUnaligned(
      as: (UInt64, UInt64, UInt64, UInt64).self)
    self.index = UInt8(truncatingIfNeeded: index)
    areUnread = true
  }

  /// Whether the track has rights.
  var isPresent: Bool { offset != 0 }

  /// Lets the track be decrypted.
  mutating func markRead() {
    areUnread = false
  }
}

extension VerifiedTrack {
  /// Reads the rights that a track has, and verifies their section's tag.
  ///
  /// - Parameters:
  ///   - section: Room for the section, and for 32 bytes before it; the record is behind the salt then,
  ///     which is gone.
  /// - Throws: ``TrackError/storage``, ``TrackError/tag``, ``TrackError/provider``.
  @inline(__always) @unsafe
  mutating func readRights(
    _ storage: inout some TrackStorage, into section: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    let provider = cipher.cipher.provider
    let content = cipher.cipher.pattern.isClear ? KeyPlace.zero : .content
    // One key after the other in one place, so that what the open track holds stays as it is.
    defer { provider.discard(.rights) }
    let ladder = KeyLadder(provider)
    try unsafe storage.read(at: rights.offset, RightsSection.size, to: section)
    let salt = unsafe Span(_unsafeStart: UnsafePointer(section), count: TrackLayout.sectionSaltSize)
    let index = UInt16(rights.index)
    try ladder.deriveSectionTagKey(
      content: content, salt: salt, type: RightsSection.type, index: index, into: .rights)
    try unsafe withUnsafeMutableBytes(of: &rights.tag) { tag throws(TrackError) in
      guard let tag = unsafe tag.assumingMemoryBound(to: UInt8.self).baseAddress
      else { throw .argument }
      try unsafe provider.check(tag, of: section, RightsSection.size, under: .rights)
    }
    try ladder.deriveSectionKey(
      content: content, salt: salt, type: RightsSection.type, index: index, into: .rights)
    try unsafe provider.decrypt(
      section + TrackLayout.sectionSaltSize, RightsRecord.size, at: 0, suite: cipher.cipher.suite,
      key: .rights, scratch: section - 32)
  }
}
