import PinstripePlayer

/// What a fake did, kept where the test can see it after the fake was consumed.
final class Record<Element> {
  var entries: [Element] = []
}

/// A file in memory that can answer short, fail, and end early.
struct MemoryStorage: StorageReader, ~Copyable {
  var bytes: [UInt8]
  /// What the file claims to be; its bytes may be fewer.
  var claimedSize: UInt64
  /// The most bytes that one read gives.
  var longestRead = Int.max
  /// The first offset whose reading fails, with the code 5.
  var failingFrom = UInt64.max
  /// Added to what a read says it gave.
  var overstatement = 0
  let reads: Record<Range<UInt64>>

  init(_ bytes: [UInt8], reads: Record<Range<UInt64>> = Record()) {
    self.bytes = bytes
    claimedSize = UInt64(bytes.count)
    self.reads = reads
  }

  var size: UInt64 { claimedSize }

  mutating func read(
    at offset: UInt64, into out: inout MutableSpan<UInt8>
  ) throws(PlayerError) -> Int {
    guard offset < failingFrom else { throw .storage(5) }
    let start = Int(min(offset, UInt64(bytes.count)))
    let count = min(out.count, longestRead, bytes.count - start)
    for index in 0..<count { out[index] = bytes[start + index] }
    reads.entries.append(offset..<offset + UInt64(count))
    return count + overstatement
  }
}
