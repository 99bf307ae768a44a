import PinstripeCore
import PinstripeKeys

// Chunk tags, the contents of their section, little-endian (TrackFormat.md, "Chunk tags"):
//
//   offset  size  field
//        0     4  chunk size: a power of two from 4096 to 1048576
//        4     4  zero
//        8     8  chunk count
//       16    16  zero
//       32  16·k  the tags, in clear
//
// A tag is the first 16 bytes of HMAC(K_sectag, k (u64) ‖ length (u32) ‖ 1 for the last chunk, otherwise
// 0 (u32) ‖ the chunk's bytes in the payload).

/// Sizes and limits of chunk tags, and what both sides do with them.
public enum ChunkTags {
  /// Bytes of a chunk unless told otherwise: the tags are 0.02 % of the content then.
  public static let standardSize = 65_536
  /// The chunk sizes that there are: the powers of two among these.
  public static let sizes = 4096...1_048_576
  static let tagSize = 16
  static let headerSize = 32
  /// The most that all tags of a track may take: they are kept in memory while it is packed.
  static let maximumTags = 64 << 20
  /// Where K_sectag is while a track is packed or read: no other key goes there by then.
  static let place = KeyPlace(number: 20)

  /// Whether there is such a chunk size.
  public static func isSize(_ size: Int) -> Bool {
    sizes.contains(size) && size & (size - 1) == 0
  }

  /// The smallest chunk size from ``standardSize`` on with which the tags of a content are not too many.
  public static func size(for length: UInt64?) -> Int {
    var size = standardSize
    while let length, size < sizes.upperBound, count(of: length, size) > maximumTags / tagSize {
      size *= 2
    }
    return size
  }

  /// How many chunks a content has.
  static func count(of length: UInt64, _ size: Int) -> Int {
    let (whole, rest) = length.quotientAndRemainder(dividingBy: UInt64(size))
    return Int(clamping: whole) + (rest > 0 ? 1 : 0)
  }

  /// Bytes of the section.
  static func sectionLength(of length: UInt64, _ size: Int) -> Int {
    TrackLayout.sectionSaltSize + headerSize + tagSize * count(of: length, size)
  }

  /// The tag of a chunk.
  static func tag(
    of chunk: UnsafeRawBufferPointer, index: UInt64, isLast: Bool, _ provider: SoftwareProvider
  ) throws(TrackError) -> InlineArray<32, UInt8> {
    var head = InlineArray<16, UInt8>(repeating: 0)
    for byte in 0..<8 { head[byte] = UInt8(truncatingIfNeeded: index >> (8 * UInt64(byte))) }
    for byte in 0..<4 { head[8 + byte] = UInt8(truncatingIfNeeded: chunk.count >> (8 * byte)) }
    head[12] = isLast ? 1 : 0
    let bytes = Span<UInt8>(_unsafeElements: chunk.assumingMemoryBound(to: UInt8.self))
    return try provider.crypto.mac(head.span, bytes, under: place)
  }
}

/// Tags a payload as it passes by.
///
/// A tag says whether its chunk is the last, so one chunk is held back until more comes or the end.
final class ChunkTagger {
  private let size: Int
  /// Its section's place in the directory, which the tags' key depends on.
  private let index: UInt16
  private let salt: [UInt8]
  private let content: KeyPlace
  private let suite: CipherSuite
  private let provider: SoftwareProvider
  private let held: UnsafeMutableRawBufferPointer
  private var heldCount = 0
  private var count: UInt64 = 0
  private var tags: [UInt8] = []

  init(
    size: Int, index: UInt16, content: KeyPlace, suite: CipherSuite, provider: SoftwareProvider
  ) throws {
    guard ChunkTags.isSize(size) else {
      throw PinstripeError(
        .usage, "Chunks have a power of two of bytes, from 4096 to 1048576, and not \(size).")
    }
    self.size = size
    self.index = index
    self.content = content
    self.suite = suite
    self.provider = provider
    let salt = try SystemRandom.bytes(count: TrackLayout.sectionSaltSize)
    self.salt = salt
    held = .allocate(byteCount: size, alignment: 64)
    try KeyLadder(provider.crypto).deriveSectionTagKey(
      content: content, salt: salt.span, type: SectionType.chunkTags.number, index: index,
      into: ChunkTags.place)
  }

  deinit {
    held.deallocate()
  }

  /// Takes the next bytes of the payload.
  func update(_ bytes: UnsafeRawBufferPointer) throws(PinstripeError) {
    var done = 0
    while done < bytes.count {
      // More has come: what is held is not the last chunk.
      if heldCount == size {
        try add(UnsafeRawBufferPointer(held), isLast: false)
        heldCount = 0
      }
      let left = bytes.count - done
      if heldCount == 0, left > size {
        try add(UnsafeRawBufferPointer(rebasing: bytes[done..<done + size]), isLast: false)
        done += size
        continue
      }
      let part = min(left, size - heldCount)
      UnsafeMutableRawBufferPointer(rebasing: held[heldCount..<heldCount + part])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[done..<done + part]))
      heldCount += part
      done += part
    }
  }

  /// Ends the payload, and seals the section.
  ///
  /// - Parameter index: Its place in the directory, which must be the one that was said.
  func finish(at index: Int) throws(PinstripeError) -> SealedSection {
    guard index == Int(self.index) else {
      throw PinstripeError(.system, "The sections are in another order; please report this.")
    }
    if heldCount > 0 {
      try add(UnsafeRawBufferPointer(rebasing: held[..<heldCount]), isLast: true)
      heldCount = 0
    }
    var header = [UInt8](repeating: 0, count: ChunkTags.headerSize)
    for byte in 0..<4 { header[byte] = UInt8(truncatingIfNeeded: size >> (8 * byte)) }
    for byte in 0..<8 { header[8 + byte] = UInt8(truncatingIfNeeded: count >> (8 * UInt64(byte))) }
    // The header is sealed as contents of its own, and the tags follow in clear.
    let section = try SealedSection(
      header, type: .chunkTags, index: self.index, salt: salt, content: content, suite: suite,
      provider: provider)
    return SealedSection(type: .chunkTags, bytes: section.bytes + tags, tag: section.tag)
  }

  private func add(_ chunk: UnsafeRawBufferPointer, isLast: Bool) throws(PinstripeError) {
    guard tags.count < ChunkTags.maximumTags else {
      throw PinstripeError(
        .usage,
        "The music is too long for chunk tags of \(size) bytes; use larger ones, as "
          + "--chunk-tags=1048576.")
    }
    do throws(TrackError) {
      let tag = try ChunkTags.tag(of: chunk, index: count, isLast: isLast, provider)
      for byte in 0..<ChunkTags.tagSize { tags.append(tag[byte]) }
    } catch {
      throw PinstripeError(error, track: "The source")
    }
    count += 1
  }
}
