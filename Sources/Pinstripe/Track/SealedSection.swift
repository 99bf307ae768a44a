import PinstripeCore
import PinstripeKeys

/// A section of a track: salt, encrypted contents, and the tag over both (TrackFormat.md, "Sections").
struct SealedSection {
  let type: SectionType
  /// Salt and encrypted contents, as they stand in the file.
  let bytes: [UInt8]
  let tag: InlineArray<32, UInt8>

  /// Takes what was sealed already.
  init(type: SectionType, bytes: [UInt8], tag: InlineArray<32, UInt8>) {
    self.type = type
    self.bytes = bytes
    self.tag = tag
  }

  /// Encrypts and tags contents.
  ///
  /// - Parameter salt: Fresh random bytes; made here when nil.
  init(
    _ contents: [UInt8], type: SectionType, index: UInt16, salt: [UInt8]? = nil, content: KeyPlace,
    suite: CipherSuite, provider: SoftwareProvider
  ) throws(PinstripeError) {
    do {
      let salt =
        if let salt { salt } else {
          try SystemRandom.bytes(count: TrackLayout.sectionSaltSize)
        }
      var contents = contents
      try SectionKeys(
        salt: salt, type: type, index: index, content: content, suite: suite, provider: provider
      ).xor(&contents)
      let bytes = salt + contents
      tag = try provider.crypto.mac(bytes.span, Span(), under: .tag)
      self.bytes = bytes
      self.type = type
    } catch {
      throw Self.failure(error)
    }
  }

  /// The directory entry for the section at `offset`.
  func entry(at offset: UInt64) -> SectionEntry {
    SectionEntry(
      type: type, isCritical: false, offset: offset, length: UInt64(bytes.count), tag: tag)
  }

  /// Verifies and decrypts a stored section.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/badTrack`` when the tag fails.
  static func open(
    _ stored: [UInt8], entry: SectionEntry, index: UInt16, content: KeyPlace, suite: CipherSuite,
    provider: SoftwareProvider, track: String
  ) throws(PinstripeError) -> [UInt8] {
    do {
      let salt = Array(stored.prefix(TrackLayout.sectionSaltSize))
      let keys = try SectionKeys(
        salt: salt, type: entry.type, index: index, content: content, suite: suite,
        provider: provider)
      let tag = try provider.crypto.mac(stored.span, Span(), under: .tag)
      guard tag.isEqual(to: entry.tag) else { throw TrackError.tag }
      var contents = Array(stored.dropFirst(TrackLayout.sectionSaltSize))
      try keys.xor(&contents)
      return contents
    } catch let error as TrackError {
      throw PinstripeError(error, track: track)
    } catch {
      throw failure(error)
    }
  }

  static func failure(_ error: any Error) -> PinstripeError {
    PinstripeError(.system, "A section of the track cannot be processed.", underlying: error)
  }
}

/// A section's keys, in the provider's places ``KeyPlace/section`` and ``KeyPlace/tag``.
private struct SectionKeys {
  private let suite: CipherSuite
  private let provider: SoftwareProvider

  init(
    salt: [UInt8], type: SectionType, index: UInt16, content: KeyPlace, suite: CipherSuite,
    provider: SoftwareProvider
  ) throws(TrackError) {
    self.suite = suite
    self.provider = provider
    try KeyLadder(provider.crypto).deriveSectionKeys(
      content: content, salt: salt.span, type: type.number, index: index)
  }

  func xor(_ contents: inout [UInt8]) throws(TrackError) {
    var cipher = StripeCipher(
      pattern: try StripePattern(every: 1), suite: suite, provider: provider.crypto, key: .section)
    var scratch = [UInt8](repeating: 0, count: 4096)
    var span = contents.mutableSpan
    var keystream = scratch.mutableSpan
    try cipher.apply(at: 0, to: &span, scratch: &keystream)
  }
}

extension InlineArray where Element == UInt8 {
  /// Compares all bytes, so that the time taken tells nothing about a tag.
  func isEqual(to other: Self) -> Bool {
    var difference: UInt8 = 0
    for index in indices { difference |= self[index] ^ other[index] }
    return difference == 0
  }
}
