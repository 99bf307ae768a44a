import CPinstripe
import PinstripeCore
import Testing

@testable import PinstripePlayer

@Suite struct TrackReaderTests {
  let content = StubTrack.content(50_000)

  @Test(arguments: [1, 7, 4095, 16384, Int.max])
  func shortReadsGiveTheSameContent(longestRead: Int) throws {
    var storage = MemoryStorage(StubTrack.file(content))
    storage.longestRead = longestRead
    try withReader(storage) { reader throws(PlayerError) in
      #expect(reader.length == 50_000)
      #expect(try reader.bytes(60_000) == content, "reads of at most \(longestRead)")
      #expect(try reader.bytes(1).isEmpty)
    }
  }

  @Test func anySeekOrderGivesTheSameContent() throws {
    // Backwards in large and small steps, across portion boundaries, and to both ends.
    let offsets = [49_990, 16_383, 16_384, 0, 33_000, 32_767, 32_768, 5, 49_999, 50_000, 1]
    let storage = MemoryStorage(StubTrack.file(content, stride: 3))
    try withReader(storage) { reader throws(PlayerError) in
      for offset in offsets {
        try reader.seek(to: UInt64(offset))
        let wanted = Array(content[offset..<min(offset + 100, content.count)])
        #expect(try reader.bytes(100) == wanted, "at \(offset)")
        #expect(reader.position == UInt64(offset + wanted.count))
      }
    }
  }

  @Test func neverReadsMoreThanAPortionAhead() throws {
    let reads = Record<Range<UInt64>>()
    let storage = MemoryStorage(StubTrack.file(content), reads: reads)
    try withReader(storage) { reader throws(PlayerError) in
      reads.entries = []
      try reader.seek(to: 20_000)
      _ = try reader.bytes(10)
      // A step back inside the portion reads nothing again.
      try reader.seek(to: 16_384)
      _ = try reader.bytes(10)
    }
    #expect(reads.entries == [4096 + 16_384..<4096 + 32_768])
    #expect(TrackReader<MemoryStorage>.portionSize <= 16 * 1024)
  }

  @Test func seekingOutsideIsRefused() throws {
    try withReader(MemoryStorage(StubTrack.file(content))) { reader throws(PlayerError) in
      try reader.seek(to: 50_000)
      for offset: UInt64 in [50_001, .max] {
        #expect(describe { () throws(PlayerError) in try reader.seek(to: offset) } == "track(-15)")
      }
      #expect(reader.position == 50_000)
    }
  }

  @Test func theDecodersRefusalIsPassedOn() {
    var file = StubTrack.file(content)
    file[0] = 0
    #expect(
      describe { () throws(PlayerError) in
        try withReader(MemoryStorage(file)) { _ in }
      } == "track(-5)")
    let whole = StubTrack.file(content)
    #expect(
      describe { () throws(PlayerError) in
        try withReader(MemoryStorage(whole), recipients: []) { _ in }
      } == "track(-11)")
    #expect(
      describe { () throws(PlayerError) in
        try withReader(MemoryStorage(Array(whole.dropLast()))) { _ in }
      } == "track(-4)")
  }

  @Test func theStoragesOwnErrorIsPassedOn() {
    for offset: UInt64 in [0, 4096, 4096 + 16_384] {
      let error = describe { () throws(PlayerError) in
        var storage = MemoryStorage(StubTrack.file(content))
        storage.failingFrom = offset
        try withReader(storage) { reader throws(PlayerError) in _ = try reader.bytes(50_000) }
      }
      #expect(error == "storage(5)", "failing from \(offset)")
    }
  }

  @Test func aFileThatShrinksOrLiesIsTruncated() {
    for (missing, overstatement) in [(20_000, 0), (0, 1 << 20), (0, -1 << 20)] {
      let error = describe { () throws(PlayerError) in
        var storage = MemoryStorage(StubTrack.file(content))
        storage.bytes.removeLast(missing)
        storage.overstatement = overstatement
        try withReader(storage) { reader throws(PlayerError) in _ = try reader.bytes(50_000) }
      }
      #expect(error == "track(-4)", "\(missing) missing, \(overstatement) overstated")
    }
  }

  @Test func aFailedPortionIsNotPlayedAndCanBeReadAgain() throws {
    let storage = MemoryStorage(StubTrack.file(content))
    try withReader(storage, keystreamCalls: 0) { reader throws(PlayerError) in
      for _ in 0..<2 {
        #expect(describe { () throws(PlayerError) in _ = try reader.bytes(1) } == "track(-14)")
        #expect(reader.position == 0)
      }
    }
  }

  @Test func anEmptyTrackHasAnEnd() throws {
    try withReader(MemoryStorage(StubTrack.file([]))) { reader throws(PlayerError) in
      #expect(reader.length == 0)
      #expect(try reader.bytes(10).isEmpty)
    }
  }
}
