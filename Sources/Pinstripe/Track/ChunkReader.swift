import PinstripeCore
import PinstripeKeys

/// Verifies a payload chunk by chunk as it is read, before it is decrypted.
final class ChunkReader {
  /// Bytes of a chunk.
  let size: Int
  /// Tags are read from the file some thousand at a time.
  private static let tagsAtOnce = 4096

  private let count: Int
  private let contentLength: UInt64
  /// Where the tags start in the file.
  private let start: UInt64
  private let provider: SoftwareProvider
  private var tags: [UInt8] = []
  private var firstTag = 0

  /// Reads and judges the section's head, and puts the tags' key into the provider.
  ///
  /// - Returns: nil when the track has no chunk tags.
  /// - Throws: ``TrackError/tag``, ``TrackError/malformed`` and what the storage throws.
  init?(
    _ track: OpenedTrack, _ sections: SectionReader, _ provider: SoftwareProvider,
    from storage: inout FileStorage
  ) throws {
    guard let (entry, index) = try sections.entry(of: .chunkTags) else { return nil }
    let head = TrackLayout.sectionSaltSize + ChunkTags.headerSize
    guard entry.length >= UInt64(head) else { throw TrackError.malformed }
    let stored = try storage.bytes(at: entry.offset, count: head)
    // The section's tag covers its head; the others are tags themselves.
    let header = try SealedSection.open(
      stored, entry: entry, index: index, content: track.content, suite: track.header.suite,
      provider: provider, track: storage.path)
    func number(_ offset: Int, _ width: Int) -> UInt64 {
      (0..<width).reduce(0) { $0 | UInt64(header[offset + $1]) << (8 * UInt64($1)) }
    }
    let size = Int(number(0, 4))
    guard ChunkTags.isSize(size), number(4, 4) == 0, header[16...].allSatisfy({ $0 == 0 }),
      number(8, 8) == UInt64(ChunkTags.count(of: track.contentLength, size)),
      entry.length == UInt64(ChunkTags.sectionLength(of: track.contentLength, size))
    else { throw TrackError.malformed }
    self.size = size
    self.provider = provider
    count = ChunkTags.count(of: track.contentLength, size)
    contentLength = track.contentLength
    start = entry.offset + UInt64(head)
    try KeyLadder(provider.crypto).deriveSectionTagKey(
      content: track.content, salt: stored.span.extracting(first: TrackLayout.sectionSaltSize),
      type: SectionType.chunkTags.number, index: index, into: ChunkTags.place)
  }

  /// Verifies whole chunks of the payload.
  ///
  /// - Parameter offset: Where in the content they lie: a multiple of ``size``.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/badTrack``.
  func verify(
    _ bytes: UnsafeRawBufferPointer, at offset: UInt64, _ storage: inout FileStorage
  ) throws {
    var done = 0
    while done < bytes.count {
      let part = min(size, bytes.count - done)
      let place = offset + UInt64(done)
      let index = Int(place / UInt64(size))
      let chunk = UnsafeRawBufferPointer(rebasing: bytes[done..<done + part])
      let tag = try ChunkTags.tag(
        of: chunk, index: UInt64(index), isLast: index == count - 1, provider)
      let expected = try self.tag(index, &storage)
      var difference: UInt8 = 0
      for byte in 0..<ChunkTags.tagSize { difference |= tag[byte] ^ expected[byte] }
      guard difference == 0 else {
        throw PinstripeError(
          .badTrack,
          "Among bytes \(place) to \(place + UInt64(part) - 1) of the music in \(storage.path) some "
            + "were changed since it was packed; copy or pack it again.")
      }
      done += part
    }
  }

  /// How long the chunk is that starts at an offset.
  func length(at offset: UInt64) -> Int {
    Int(min(UInt64(size), contentLength - offset))
  }

  private func tag(_ index: Int, _ storage: inout FileStorage) throws(TrackError) -> [UInt8] {
    if index < firstTag || index >= firstTag + tags.count / ChunkTags.tagSize {
      firstTag = index / Self.tagsAtOnce * Self.tagsAtOnce
      tags = try storage.bytes(
        at: start + UInt64(firstTag * ChunkTags.tagSize),
        count: min(Self.tagsAtOnce, count - firstTag) * ChunkTags.tagSize)
    }
    let place = (index - firstTag) * ChunkTags.tagSize
    return Array(tags[place..<place + ChunkTags.tagSize])
  }
}
