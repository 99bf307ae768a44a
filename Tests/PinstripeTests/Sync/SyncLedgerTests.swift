import TestTools
import Testing

@testable import Pinstripe

/// What this computer remembers of a player.
struct SyncLedgerTests {
  let folder = TemporaryFolder()
  private var path: String { folder("state/players/a.jsonl") }

  private func entry(_ place: String, size: UInt64 = 1) -> SyncLedger.Entry {
    SyncLedger.Entry(
      place: place, source: "/lib/\(place)", size: size, modified: -5, stored: size + 1,
      protection: "none")
  }

  @Test func whatWasRecordedIsThere() throws {
    var ledger: SyncLedger? = try SyncLedger(path: path)
    try ledger?.begin(entry("a"))
    try ledger?.record(entry("a"))
    try ledger?.record(entry("b\n\"ü"))
    try ledger?.begin(entry("c"))
    try ledger?.record(entry("d"))
    try ledger?.forget("d")
    #expect(throws: PinstripeError(.playerBusy, "")) { try SyncLedger(path: path) }
    ledger = nil
    let contents = try SyncLedger(path: path).contents
    #expect(contents.entries == ["a": entry("a"), "b\n\"ü": entry("b\n\"ü")])
    #expect(contents.pending == ["c": entry("c")])
    #expect(TestFile.mode(path).map { $0 & 0o777 } == 0o600)
  }

  /// A crash may cut the last line off at any byte; no other line suffers.
  @Test func aLineThatWasCutOffIsPassedOver() throws {
    do {
      let ledger = try SyncLedger(path: path)
      try ledger.record(entry("a"))
      try ledger.record(entry("b"))
    }
    let whole = try #require(TestFile.read(path))
    let first = try #require(whole.firstIndex(of: UInt8(ascii: "\n"))) + 1
    for length in 0...whole.count {
      TestFile.write(whole[..<length], to: path)
      try SyncLedger(path: path).record(entry("c"))
      let expected = (length >= first - 1 ? ["a"] : []) + (length >= whole.count - 1 ? ["b"] : [])
      #expect(try SyncLedger(path: path).contents.entries.keys.sorted() == expected + ["c"])
    }
  }

  @Test func anyBytesAreALedger() throws {
    var random = Random(seed: 3)
    try SyncLedger(path: path).record(entry("a"))
    for text in [
      "{}", "[]", "{\"put\":1}", "{\"put\":\"x\",\"size\":-1}", "{\"removed\":{}}", "nonsense\0",
    ] {
      TestFile.write(Array((text + "\n").utf8) + random.bytes(200), to: path)
      #expect(try SyncLedger(path: path).contents.entries == [:])
    }
  }

  @Test func aLongLedgerIsWrittenAnew() throws {
    do {
      let ledger = try SyncLedger(path: path)
      for size in 0..<1200 { try ledger.record(entry("a", size: UInt64(size))) }
      try ledger.begin(entry("b"))
    }
    let ledger = try SyncLedger(path: path)
    #expect(ledger.contents.entries == ["a": entry("a", size: 1199)])
    #expect(ledger.contents.pending == ["b": entry("b")])
    #expect(try #require(TestFile.size(path)) < 500)
  }

  /// Regression: a part of an attempt before the last one was taken for somebody else's.
  @Test func aPartMayBeOfAnEarlierAttempt() throws {
    for isRead in [false, true] {
      var ledger: SyncLedger? = try SyncLedger(path: folder("\(isRead)"))
      try ledger?.begin(entry("a", size: 100))
      try ledger?.begin(entry("a", size: 10))
      if isRead {
        for size in 0..<1200 { try ledger?.record(entry("b", size: UInt64(size))) }
        for _ in 0..<2 {
          ledger = nil
          ledger = try SyncLedger(path: folder("\(isRead)"))
        }
      }
      let contents = try #require(ledger?.contents)
      #expect(contents.unfinished(StoredTrack(name: "a", size: 101)) == entry("a", size: 10))
      #expect(contents.unfinished(StoredTrack(name: "a", size: 102)) == nil)
      #expect(contents.unfinished(StoredTrack(name: "a", size: nil)) == nil)
      try ledger?.withdraw("a")
      #expect(ledger?.contents.unfinished(StoredTrack(name: "a", size: 1)) == nil)
    }
  }

  @Test func whereItLies() {
    func find(_ player: String, _ variables: [String: String]) -> String? {
      SyncLedger.find(player) { variables[$0] }
    }
    #expect(find("a/../b", ["HOME": "/h"]) == "/h/.local/state/pinstripe/players/a____b.jsonl")
    #expect(
      find("x", ["HOME": "/h", "XDG_STATE_HOME": "/s"]) == "/s/pinstripe/players/x.jsonl")
    #expect(find("x", ["XDG_STATE_HOME": "s"]) == nil)
  }
}
