/// Where a track's samples are, one after the other, from its tables (ISO 14496-12 §8.7).
///
/// ```
/// stsz  version  size, or 0 for a table  count  sizes (32 bits each)
/// stz2  version  24 zero  8 bits in a size (4, 8, 16)  count  sizes
/// stsc  version  count  (first chunk from 1, samples in a chunk, description) each
/// stco  version  count  offsets (32 bits each)            co64: 64 bits each
/// ```
/// The tables stay as they are; this is a place in them. Each table is passed once.
struct MP4Samples {
  private struct Table {
    let start: Int
    let count: Int
    let bits: Int
  }

  private let fixedSize: UInt32
  private let sampleCount: UInt64
  private let sizes: Table
  private let groups: Table
  private let chunks: Table

  private var chunk = -1
  private var group = 0
  private var leftInChunk: UInt32 = 0
  private var sample: UInt64 = 0
  private var next: UInt64 = 0
  /// The sample that comes next; nil behind the last.
  private(set) var current: MP4Sample?

  init?(stbl: Range<Int>, _ tables: MP4Bytes) {
    if let stsz = tables.box("stsz", in: stbl), let size = tables.big32(stsz.lowerBound + 4),
      let count = tables.big32(stsz.lowerBound + 8)
    {
      fixedSize = size
      sampleCount = UInt64(count)
      sizes = Table(start: stsz.lowerBound + 12, count: size == 0 ? Int(count) : 0, bits: 32)
      guard Self.fits(sizes, in: stsz) else { return nil }
    } else if let stz2 = tables.box("stz2", in: stbl),
      let bits = tables.big32(stz2.lowerBound + 4).map({ Int($0 & 0xFF) }),
      [4, 8, 16].contains(bits),
      let count = tables.big32(stz2.lowerBound + 8)
    {
      fixedSize = 0
      sampleCount = UInt64(count)
      sizes = Table(start: stz2.lowerBound + 12, count: Int(count), bits: bits)
      guard Self.fits(sizes, in: stz2) else { return nil }
    } else {
      return nil
    }
    let stco = tables.box("stco", in: stbl)
    guard let stsc = tables.box("stsc", in: stbl),
      let chunkBox = stco ?? tables.box("co64", in: stbl),
      let groupCount = tables.big32(stsc.lowerBound + 4),
      let chunkCount = tables.big32(chunkBox.lowerBound + 4)
    else { return nil }
    groups = Table(start: stsc.lowerBound + 8, count: Int(groupCount), bits: 96)
    chunks = Table(
      start: chunkBox.lowerBound + 8, count: Int(chunkCount), bits: stco == nil ? 64 : 32)
    guard Self.fits(groups, in: stsc), Self.fits(chunks, in: chunkBox) else { return nil }
    advance(tables)
  }

  /// Whether all samples have one small size: then they are no packets, but PCM or QuickTime's units.
  var isFine: Bool { fixedSize > 0 && UInt64(fixedSize) <= Step.head }

  private static func fits(_ table: Table, in box: Range<Int>) -> Bool {
    // Counts have 32 bits, so this does not overflow.
    table.start <= box.upperBound
      && (table.count * table.bits + 7) / 8 <= box.upperBound - table.start
  }

  /// Goes on to the next sample that has bytes.
  mutating func advance(_ tables: MP4Bytes) {
    current = nil
    while sample < sampleCount {
      while leftInChunk == 0 {
        guard nextChunk(tables) else { return }
      }
      guard let size = size(tables) else { return }
      sample += 1
      leftInChunk -= 1
      guard size > 0 else { continue }
      current = MP4Sample(offset: next, size: UInt64(size))
      next = next.adding(saturating: UInt64(size))
      return
    }
  }

  private mutating func nextChunk(_ tables: MP4Bytes) -> Bool {
    chunk += 1
    guard chunk < chunks.count else { return false }
    let offset =
      chunks.bits == 32
      ? tables.big32(chunks.start + 4 * chunk).map(UInt64.init)
      : tables.big64(chunks.start + 8 * chunk)
    // §8.7.4: an entry holds until the next one's first chunk.
    while group + 1 < groups.count, let first = tables.big32(groups.start + 12 * (group + 1)),
      first <= UInt32(truncatingIfNeeded: chunk + 1)
    {
      group += 1
    }
    guard let offset, group < groups.count, let first = tables.big32(groups.start + 12 * group),
      let samples = tables.big32(groups.start + 12 * group + 4)
    else { return false }
    next = offset
    leftInChunk = first <= UInt32(truncatingIfNeeded: chunk + 1) ? samples : 0
    return true
  }

  private func size(_ tables: MP4Bytes) -> UInt32? {
    if fixedSize > 0 { return fixedSize }
    let bit = Int(sample) * sizes.bits
    let index = sizes.start + bit / 8
    if sizes.bits == 32 { return tables.big32(index) }
    guard index >= 0, index + sizes.bits / 16 < tables.bytes.count else { return nil }
    switch sizes.bits {
    case 16: return UInt32(tables.bytes[index]) << 8 | UInt32(tables.bytes[index + 1])
    case 8: return UInt32(tables.bytes[index])
    default: return UInt32(bit % 8 == 0 ? tables.bytes[index] >> 4 : tables.bytes[index] & 15)
    }
  }
}

/// Where a sample is.
struct MP4Sample {
  let offset: UInt64
  let size: UInt64

  var end: UInt64 { offset.adding(saturating: size) }
}
