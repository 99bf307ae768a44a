import CPinstripe
import TestTools
import Testing

@testable import PinstripeCore

/// What is damaged never opens: every bit of header area and trailer, every length, and garbage.
struct TrackOpenerDamageTests {
  let bases: [String: RefusalVectors.Base]

  init() throws {
    bases = try VectorFolder.read("refusals.json", as: RefusalVectors.self).bases
  }

  /// A track, and a device that opens it as often as it is asked.
  final class Attempt {
    let file: TestFile
    let player = Player()
    private let opener: TrackOpener

    init(_ base: RefusalVectors.Base) throws {
      file = TestFile(base.file.bytes)
      opener = TrackOpener(provider: try player.keys.crypto(), allowsClear: true)
      #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
    }

    func open() -> String {
      do throws(TrackError) {
        var storage = TestFileStorage(file: file)
        let recipients = player.recipients
        var area = player.work.mutableSpan
        _ = try opener.open(&storage, recipients: recipients.span, work: &area)
        return "OK"
      } catch {
        return Statuses.name(error.status)
      }
    }
  }

  private func flipEachBit(of name: String, trailer: Bool) throws {
    let attempt = try Attempt(#require(bases[name]))
    #expect(attempt.open() == "OK")
    let size = attempt.file.bytes.count
    let tail = trailer ? size - TrackLayout.trailerSize..<size : 0..<0
    var reasons: [String: Int] = [:]
    for offset in Array(0..<TrackLayout.headerAreaSize) + Array(tail) {
      for bit in 0..<8 {
        attempt.file.bytes[offset] ^= 1 << UInt8(bit)
        let status = attempt.open()
        if status == "OK" {
          Issue.record("\(name): opens with bit \(bit) of byte \(offset) flipped")
        }
        attempt.file.bytes[offset] ^= 1 << UInt8(bit)
        reasons[status, default: 0] += 1
      }
    }
    #expect(attempt.open() == "OK", "\(name): as it was")
    #expect(reasons.values.reduce(0, +) == (4096 + tail.count) * 8)
    // Each is refused for a reason that fits; a provider or a storage has not failed.
    let fitting: Set = [
      "NOT_A_TRACK", "VERSION", "SUITE", "PATTERN", "MALFORMED", "TOO_LARGE", "NO_SLOT", "UNWRAP",
      "TAG", "TRUNCATED",
    ]
    #expect(fitting.isSuperset(of: reasons.keys), "\(reasons)")
  }

  @Test func refusesEveryFlippedBitOfAHeader() throws {
    try flipEachBit(of: "base-header", trailer: false)
  }

  @Test func refusesEveryFlippedBitOfAHeaderAndATrailer() throws {
    try flipEachBit(of: "base-trailer", trailer: true)
  }

  /// A clear track's tag is a checksum.
  @Test func refusesEveryFlippedBitOfAClearHeader() throws {
    try flipEachBit(of: "base-clear", trailer: false)
  }

  @Test func refusesEveryLength() throws {
    for (name, base) in bases {
      let attempt = try Attempt(base)
      let whole = base.file.bytes
      for length in 0..<whole.count {
        attempt.file.bytes = Array(whole[..<length])
        let status = attempt.open()
        let expected = (1..<8).contains(length) ? "NOT_A_TRACK" : "TRUNCATED"
        if status != expected { Issue.record("\(name) cut to \(length): \(status)") }
      }
      attempt.file.bytes = whole
      #expect(attempt.open() == "OK", "\(name)")
      for more in [1, 63, 1024, 4096] {
        attempt.file.bytes = whole + [UInt8](repeating: 0, count: more)
        #expect(attempt.open() != "OK", "\(name) and \(more) bytes")
      }
    }
  }

  @Test func refusesGarbage() throws {
    let base = try #require(bases["base-header"])
    let attempt = try Attempt(base)
    var random = Random(seed: 3)
    for round in 0..<3000 {
      var bytes = random.bytes(Int.random(in: 0...6000, using: &random))
      // Half of them start like a track, more or less far.
      let start = round % 2 == 0 ? 0 : Int.random(in: 0...400, using: &random)
      let kept = min(bytes.count, start)
      bytes.replaceSubrange(0..<kept, with: base.file.bytes[..<kept])
      attempt.file.bytes = bytes
      #expect(attempt.open() != "OK", "round \(round)")
    }
  }

  /// The header area is read once, the trailer once, and nothing else.
  @Test func readsOnce() throws {
    for (name, base) in bases {
      let attempt = try Attempt(base)
      #expect(attempt.open() == "OK")
      var expected = [(offset: UInt64(0), length: 4096)]
      if name.hasSuffix("trailer") {
        expected.append((UInt64(base.file.bytes.count) - 1024, 1024))
      }
      #expect(attempt.file.reads.map(\.offset) == expected.map(\.offset), "\(name)")
      #expect(attempt.file.reads.map(\.length) == expected.map(\.length), "\(name)")
    }
  }

  /// A header that changes after it was read does not matter; a trailer must fit the one that was.
  @Test func judgesItsOwnCopy() throws {
    let base = try #require(bases["base-trailer"])
    let attempt = try Attempt(base)
    attempt.file.beforeRead = { file, call in
      guard call == 1 else { return }
      for offset in 0..<4096 { file.bytes[offset] = 0xFF }
    }
    #expect(attempt.open() == "OK")
    attempt.file.bytes = base.file.bytes
    attempt.file.reads = []
    attempt.file.beforeRead = { file, call in
      if call == 1 { file.bytes[file.bytes.count - 1016] ^= 1 }
    }
    #expect(attempt.open() == "TAG")
  }
}
