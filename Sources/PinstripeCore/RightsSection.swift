import CPinstripe

/// Where an open track's rights are, for a decoder that reads them later: 43 bytes, trivial.
///
/// What the verified directory said is kept here, because the work buffer that holds it is the caller's
/// and may be taken away.
struct RightsSection {
  /// Where in the file it is; 0 when the track has no rights.
  private var offset: UInt64 = 0
  private var tag: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
  private var index: UInt16 = 0
  /// Whether nothing is decrypted yet, because nobody has asked what is allowed.
  private(set) var areUnread = false

  /// Bytes of the section: its salt and a record.
  static var size: Int { 160 }
  static var type: UInt16 { 4 }

  /// A track without rights.
  init() {}

  /// Finds the rights in a verified directory.
  ///
  /// - Throws: ``TrackError/malformed`` for a section of another length.
  init(_ track: VerifiedTrack, in area: Span<UInt8>) throws(TrackError) {
    var entry = 0
    while entry < track.directory.count {
      let place = track.directory.start &+ entry &* TrackLayout.sectionEntrySize
      if let fields = unsafe SectionEntry.fields(of: area, at: place), fields.type == Self.type,
        fields.isCritical
      {
        guard fields.length == UInt64(Self.size) else { throw .malformed }
        offset = fields.offset
        tag = unsafe (
          area.littleEndian64(at: place &+ 24), area.littleEndian64(at: place &+ 32),
          area.littleEndian64(at: place &+ 40), area.littleEndian64(at: place &+ 48)
        )
        index = UInt16(truncatingIfNeeded: entry)
        areUnread = true
      }
      entry &+= 1
    }
  }

  /// Whether the track has rights.
  var isPresent: Bool { offset != 0 }

  /// Reads the section and verifies its tag.
  ///
  /// - Parameters:
  ///   - cipher: The track's, for its suite, and to know whether it has a content key.
  ///   - bytes: Receives the 128 bytes of the record.
  /// - Throws: ``TrackError/storage``, ``TrackError/tag``, ``TrackError/provider``.
  func read(
    _ storage: inout FirmwareStorage, _ cipher: StripeCipher,
    into bytes: inout InlineArray<128, UInt8>
  ) throws(TrackError) {
    guard isPresent else { throw .argument }
    let provider = cipher.provider
    var stored = InlineArray<160, UInt8>(repeating: 0)
    var area = stored.mutableSpan
    try storage.read(at: offset, into: &area)
    let section = area.span
    let salt = section.extracting(first: TrackLayout.sectionSaltSize)
    let content = cipher.pattern.isClear ? KeyPlace.zero : .content
    // One key after the other in one place, so that what the open track holds stays as it is.
    defer { provider.discard(.rights) }
    let ladder = KeyLadder(provider)
    try ladder.deriveSectionTagKey(
      content: content, salt: salt, type: Self.type, index: index, into: .rights)
    let expected = try provider.macWords(section, Span(), under: .rights)
    guard
      (expected[0] ^ tag.0) | (expected[1] ^ tag.1) | (expected[2] ^ tag.2)
        | (expected[3] ^ tag.3) == 0
    else { throw .tag }
    try ladder.deriveSectionKey(
      content: content, salt: salt, type: Self.type, index: index, into: .rights)
    let suite = cipher.suite
    var keystream = bytes.mutableSpan
    try provider.keystream(
      suite, key: .rights, firstBlock: 0,
      blocks: RightsRecord.size >> Int(truncatingIfNeeded: suite.blockShift),
      into: &keystream)
    for position in 0..<RightsRecord.size {
      unsafe keystream[unchecked: position] ^=
        section[unchecked: position &+ TrackLayout.sectionSaltSize]
    }
  }

  /// Lets the track be decrypted.
  mutating func markRead() {
    areUnread = false
  }
}
