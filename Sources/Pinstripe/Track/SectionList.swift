import PinstripeCore
import PinstripeKeys

/// The sections behind a track's payload, as they are added in the order of their types.
struct SectionList {
  /// Their bytes, one after the other.
  private(set) var tail = TrackTail()
  /// Their directory.
  private(set) var entries: [SectionEntry] = []
  private let start: UInt64
  private let content: KeyPlace
  private let suite: CipherSuite
  private let provider: SoftwareProvider

  /// Starts a list behind a payload of some length.
  init(
    behind contentLength: UInt64, content: KeyPlace, suite: CipherSuite, provider: SoftwareProvider
  ) {
    start = UInt64(TrackLayout.headerAreaSize) + contentLength
    self.content = content
    self.suite = suite
    self.provider = provider
  }

  /// Encrypts and tags contents, and adds them.
  mutating func append(
    _ contents: [UInt8], type: SectionType, isCritical: Bool = false
  ) throws(PinstripeError) {
    append(
      try SealedSection(
        contents, type: type, index: UInt16(entries.count), content: content, suite: suite,
        provider: provider), isCritical: isCritical)
  }

  /// Adds a section that was sealed as the next one.
  mutating func append(_ section: SealedSection, isCritical: Bool = false) {
    var entry = section.entry(at: start + tail.length)
    entry.isCritical = isCritical
    entries.append(entry)
    tail.append(SpillBuffer(section.bytes))
  }

  /// Adds the frame map, which must be the first.
  mutating func append(_ map: FrameMapWriter.Section) {
    entries.append(
      SectionEntry(
        type: .frameMap, isCritical: true, offset: start + tail.length, length: map.length,
        tag: map.tag))
    map.parts.forEach { tail.append($0) }
  }
}
