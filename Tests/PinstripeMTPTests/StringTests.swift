import PinstripeMTP
import Testing

/// MTP 1.1 §3.2.3: strings, and §3.2.5: dates.
struct StringTests {
  private func read(_ bytes: [UInt8]) throws -> String? {
    try PropertyValue(parsing: bytes, as: .string).text
  }

  @Test func empty() throws {
    #expect(try read([0]) == "")
    #expect(try read([1, 0, 0]) == "")
    #expect(PropertyValue.string("").encoded == [0])
  }

  @Test func theTerminatorIsCountedAndMayBeMissing() throws {
    #expect(PropertyValue.string("ab").encoded == [3, 0x61, 0, 0x62, 0, 0, 0])
    #expect(try read([3, 0x61, 0, 0x62, 0, 0, 0]) == "ab")
    #expect(try read([2, 0x61, 0, 0x62, 0]) == "ab")
  }

  @Test func whatFollowsATerminatorIsDropped() throws {
    #expect(try read([4, 0x61, 0, 0, 0, 0x62, 0, 0, 0]) == "a")
  }

  @Test func loneSurrogatesBecomeReplacementCharacters() throws {
    #expect(try read([2, 0x00, 0xD8, 0x61, 0x00]) == "\u{FFFD}a")
    #expect(try read([2, 0x61, 0x00, 0x00, 0xDC]) == "a\u{FFFD}")
    #expect(try read([3, 0x3C, 0xD8, 0xB5, 0xDF, 0, 0]) == "🎵")
  }

  @Test func aCountThatPromisesMoreIsRefused() {
    for count in 1...255 as ClosedRange<UInt8> {
      let bytes = [count] + [UInt8](repeating: 0x61, count: Int(count) * 2 - 1)
      #expect(throws: DatasetError(.countTooLarge, field: "value", offset: 0), "count \(count)") {
        try read(bytes)
      }
    }
  }

  @Test func whatIsTooLongIsCutButNotInsideAPair() throws {
    let text = String(repeating: "x", count: 253) + "🎵"
    #expect(try read(PropertyValue.string(text).encoded) == String(repeating: "x", count: 253))
    #expect(PropertyValue.string(String(repeating: "x", count: 999)).encoded.count == 1 + 255 * 2)
  }

  @Test func dates() {
    for text in [
      "20260102T030405", "20260102T030405Z", "20260102T030405+0530", "20260102T030405-0100",
      "00000101T000000", "99991231T235960",
    ] {
      #expect(MTPDate(text)?.description == text, "\(text)")
    }
    #expect(MTPDate("20260102T030405.7Z")?.description == "20260102T030405Z")
    #expect(MTPDate("20260102T030405+0530")?.utcOffset == 330)
    for text in [
      "", "2026", "20261302T030405", "20260100T030405", "20260102 030405", "20260102T240405",
      "20260102T036005", "20260102T030405X", "20260102T030405+05", "20260102T030405+05301",
      "20260102T030405Zx", "2026010éT030405", "20260102T030405+2400", "20260102T0304",
    ] {
      #expect(MTPDate(text) == nil, "\(text)")
    }
  }
}
