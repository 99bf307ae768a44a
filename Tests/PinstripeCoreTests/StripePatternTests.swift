import Testing

@testable import PinstripeCore

struct StripePatternTests {
  /// Every stride there is, with its lowest, middle and highest phase: arithmetic only.
  @Test func countsForEveryStride() throws {
    for stride in UInt16(1)...65535 {
      for phase in Set([0, stride / 2, stride - 1]) {
        let pattern = try StripePattern(every: stride, phase: phase)
        let n = UInt64(stride)
        let p = UInt64(phase)
        // Before, at and behind the first encrypted bytes, and far away.
        for (offset, count) in [
          (0, 0), (p, 0), (p + 1, 1), (p + n, 1), (p + n + 1, 2), (p + 1000 * n, 1000),
          (p + 1000 * n + 1, 1001), (p + (1 << 40) * n, 1 << 40),
        ] where pattern.encryptedCount(before: offset) != count {
          Issue.record("every \(stride), phase \(phase): \(count) before \(offset)")
        }
      }
    }
  }

  @Test func countsLikeACounter() throws {
    for stride: UInt16 in [1, 2, 3, 5, 9, 10, 11, 64, 255, 300] {
      for phase in 0..<stride {
        let pattern = try StripePattern(every: stride, phase: phase)
        var count: UInt64 = 0
        for offset in 0..<UInt64(1000) {
          let counted = pattern.encryptedCount(before: offset)
          if counted != count {
            Issue.record("every \(stride), phase \(phase), offset \(offset): \(counted)")
          }
          if offset >= phase, (offset - UInt64(phase)) % UInt64(stride) == 0 { count += 1 }
        }
      }
    }
  }

  /// 65,536 does not fit into a stride.
  @Test func refusesStride0() {
    #expect(Statuses.of { () throws(TrackError) in _ = try StripePattern(every: 0) } == "PATTERN")
    #expect(UInt16(exactly: 65536) == nil)
  }

  @Test func refusesPhasesFromTheStrideOn() {
    for stride: UInt16 in [1, 2, 10, 32768, 65535] {
      for phase in [stride, stride &+ 1, 65535] where phase >= stride {
        let status = Statuses.of { () throws(TrackError) in
          _ = try StripePattern(every: stride, phase: phase)
        }
        #expect(status == "PATTERN", "every \(stride), phase \(phase)")
      }
    }
  }

  @Test func clearHasNoStripe() {
    #expect(StripePattern.clear.isClear)
    #expect(StripePattern.clear.encryptedCount(before: .max) == 0)
  }

  @Test func encodesAndDecodes() throws {
    for stride in Swift.stride(from: UInt16(1), through: 65000, by: 631) {
      for phase in [0, stride / 3, stride - 1] {
        let pattern = try StripePattern(every: stride, phase: phase)
        let encoded = pattern.encoded.array
        var expected = [UInt8](repeating: 0, count: 16)
        expected[0] = 1
        expected.put(UInt64(stride), 2, at: 2)
        expected.put(UInt64(phase), 2, at: 4)
        #expect(encoded == expected)
        let again = try StripePattern(decoding: encoded.span)
        #expect(again.stride == stride && again.phase == phase && !again.isClear)
      }
    }
    #expect(StripePattern.clear.encoded.array == [UInt8](repeating: 0, count: 16))
    #expect(try StripePattern(decoding: [UInt8](repeating: 0, count: 16).span).isClear)
  }

  /// There is one encoding of each pattern: a bit more anywhere is another pattern or none.
  @Test func refusesOtherEncodings() throws {
    let every10 = try StripePattern(every: 10, phase: 3).encoded.array
    for bit in 0..<128 {
      var edited = every10
      edited[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let pattern = try? StripePattern(decoding: edited.span) else { continue }
      #expect(pattern.encoded.array == edited, "bit \(bit)")
      #expect((16..<48).contains(bit), "bit \(bit)")
    }
    for count in [0, 8, 15, 17] {
      let bytes = [UInt8](repeating: 0, count: count)
      let status = Statuses.of { () throws(TrackError) in
        _ = try StripePattern(decoding: bytes.span)
      }
      #expect(status == "PATTERN", "\(count) bytes")
    }
  }

  @Test func limitsContent() throws {
    let all = try StripePattern(every: 1)
    let sparse = try StripePattern(every: 65535, phase: 65534)
    let cases: [(StripePattern, UInt64, String)] = [
      (all, 1 << 38, "OK"), (all, 1 << 38 + 1, "TOO_LARGE"), (all, .max, "TOO_LARGE"),
      (sparse, 1 << 38 * 65535, "OK"), (sparse, 1 << 38 * 65535 + 65534, "OK"),
      (sparse, 1 << 38 * 65535 + 65535, "TOO_LARGE"),
      (.clear, 1 << 56, "OK"), (.clear, 1 << 56 + 1, "TOO_LARGE"), (.clear, .max, "TOO_LARGE"),
    ]
    for (pattern, length, expected) in cases {
      let status = Statuses.of { () throws(TrackError) in try pattern.checkLength(length) }
      #expect(status == expected, "every \(pattern.stride), \(length)")
    }
  }
}
