import CPinstripe
import Testing

@testable import PinstripePlayer

/// A counter in memory, which only goes up.
struct MemoryCounter: MonotonicCounter {
  var count: UInt64

  mutating func value() throws(PlayerError) -> UInt64? { count }
  mutating func advance() throws(PlayerError) { count += 1 }
}

/// The layout and the key are held against another program's in Tests/Embedded/make_tracks.py.
@Suite struct PlayLedgerTests {
  let device = Self.keybox(1)

  static func keybox(_ number: UInt8) -> pinstripe_keybox {
    var box = pinstripe_keybox()
    box.device_id.0 = number
    return box
  }

  static func rights(_ number: UInt8, plays: UInt32 = 3, flags: UInt32 = 2) -> pinstripe_rights {
    var rights = pinstripe_rights()
    rights.present = 1
    rights.flags = flags
    rights.plays = plays
    rights.rights_id.15 = number
    return rights
  }

  func withKey<Result>(_ body: (LedgerKey) throws -> Result) throws -> Result {
    var provider = StubTrack.provider()
    return try withUnsafePointer(to: &provider) { table in
      try body(try LedgerKey(table, place: PINSTRIPE_KEY_FIRST_WRAP))
    }
  }

  /// Reads a state, and says how that ended.
  func read(_ bytes: [UInt8], counter: UInt64? = nil) throws -> String {
    try withKey { key in
      do throws(LedgerError) {
        _ = try PlayLedger(bytes, device: device, key: key, counter: counter)
        return "none"
      } catch {
        return "\(error)"
      }
    }
  }

  func written() throws -> [UInt8] {
    try withKey { key in
      var ledger = PlayLedger(device: device)
      _ = ledger.time(by: 1000)
      for number: UInt8 in [1, 2, 1] { try ledger.countPlay(by: Self.rights(number)) }
      return try ledger.sealed(key)
    }
  }

  @Test func whatWasCountedIsReadAgain() throws {
    let bytes = try written()
    #expect(bytes.count == 48 + 2 * 24 + 32)
    var ledger = try withKey { try PlayLedger(bytes, device: device, key: $0, counter: nil) }
    #expect((0..<4).map { ledger.plays(by: Self.rights($0)) } == [0, 2, 1, 0])
    #expect(ledger.latestTime == 1000 && ledger.writes == 1)
    // A clock that went back is not believed.
    #expect(ledger.time(by: 10) == 1000 && ledger.time(by: 1001) == 1001)
    #expect(ledger.time(by: 0) == 1001)
  }

  @Test func everyOtherLengthAndFormIsRefused() throws {
    let bytes = try written()
    #expect(try read(bytes) == "none")
    for count in 0..<bytes.count { #expect(try read(Array(bytes[..<count])) == "malformed") }
    #expect(try read(bytes + [0]) == "malformed")
    #expect(try read([UInt8](repeating: 0, count: PlayLedger.largestSize + 24)) == "malformed")
    for (place, reason) in [
      (0, "malformed"), (8, "version"), (10, "malformed"), (12, "malformed"), (32, "otherDevice"),
      (bytes.count - 1, "edited"),
    ] {
      var changed = bytes
      changed[place] ^= 4
      #expect(try read(changed) == reason, "byte \(place)")
    }
  }

  @Test func anOlderStateIsNoticedByTheCounter() throws {
    let bytes = try written()
    // Written once: the counter stands at 1, or at 0 after a crash before its step.
    for (counter, reason) in [(0, "none"), (1, "none"), (2, "outdated"), (9, "outdated")] {
      #expect(try read(bytes, counter: UInt64(counter)) == reason, "counter \(counter)")
    }
    var counter = MemoryCounter(count: 1)
    try counter.advance()
    #expect(try read(bytes, counter: counter.value()) == "outdated")
    var none = NoCounter()
    #expect(try none.value() == nil)
  }

  @Test func thereIsAnEndToTheRoom() throws {
    var ledger = PlayLedger(device: device)
    for number in 0..<PlayLedger.mostEntries {
      var rights = Self.rights(0)
      rights.rights_id.0 = UInt8(number & 255)
      rights.rights_id.1 = UInt8(number >> 8)
      try ledger.countPlay(by: rights)
    }
    #expect(throws: LedgerError.full) { try ledger.countPlay(by: Self.rights(1)) }
    let bytes = try withKey { try ledger.sealed($0) }
    #expect(bytes.count == PlayLedger.largestSize)
    #expect(try read(bytes) == "none")
  }

  @Test func rightsAreJudged() {
    var rights = Self.rights(1)
    func verdict(_ time: UInt64, _ plays: UInt32) -> String {
      "\(RightsVerdict(rights, time: time, plays: plays))"
    }
    #expect([0, 2, 3, 4].map { verdict(0, $0) } == ["counted", "counted", "used", "used"])
    (rights.not_before, rights.not_after) = (10, 20)
    #expect([9, 10, 20, 21].map { verdict($0, 0) } == ["early", "counted", "counted", "late"])
    rights.plays = 0
    #expect(verdict(15, 100) == "allowed")
    // Without the issuer's tag they are advice; without rights nothing is limited.
    rights.flags = 1
    #expect(verdict(0, 0) == "allowed")
    #expect("\(RightsVerdict(pinstripe_rights(), time: 0, plays: 0))" == "allowed")
  }
}
