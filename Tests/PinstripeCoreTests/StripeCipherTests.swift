import CPinstripe
import TestTools
import Testing

@testable import PinstripeCore

struct StripeCipherTests {
  static let strides: [UInt16] = [1, 2, 3, 7, 8, 9, 10, 16, 31, 32, 64, 100, 256, 1000, 65535]
  static let lengths = [0, 1, 2, 3, 7, 8, 9, 15, 17, 63, 64, 65, 300, 2000]

  /// One combination; failures name it.
  struct Case: CustomStringConvertible {
    var stride: UInt16
    var phase: UInt16
    var suite: UInt16
    var offset: UInt64
    var length: Int

    var description: String {
      "every \(stride), phase \(phase), suite \(suite), offset \(offset), length \(length)"
    }

    var content: [UInt8] { Array(Self.contents[..<length]) }

    private static let contents = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 5) }

    var expected: [UInt8] {
      KnownKeystream.naive(content, at: offset, every: stride, phase: phase, suite: suite)
    }
  }

  static func forEach(
    strides: [UInt16] = strides, lengths: [Int] = lengths, _ body: (Case) throws -> Void
  ) rethrows -> Int {
    var count = 0
    for suite: UInt16 in [1, 2] {
      for stride in strides {
        for phase in Set([0, min(1, stride - 1), stride / 2, stride - 1]) {
          let n = UInt64(stride)
          let p = UInt64(phase)
          for offset in Set([0, 1, p, p + 1, n, 7 * n - 1, 100 * n + p, 1 << 33 + 12345]) {
            for length in lengths {
              try body(
                Case(stride: stride, phase: phase, suite: suite, offset: offset, length: length))
              count += 1
            }
          }
        }
      }
    }
    return count
  }

  @Test(arguments: [false, true]) func matchesTheNaiveOne(vectored: Bool) throws {
    let provider = KnownKeystream(vectored: vectored)
    var scratch = [UInt8](repeating: 0, count: 256)
    let count = try Self.forEach { one in
      var cipher = try provider.cipher(every: one.stride, phase: one.phase, suite: one.suite)
      let bytes = try cipher.applied(at: one.offset, to: one.content, scratch: &scratch)
      if bytes != one.expected { Issue.record("\(one)") }
      // Encrypting is decrypting.
      let again = try cipher.applied(at: one.offset, to: bytes, scratch: &scratch)
      if again != one.content { Issue.record("back: \(one)") }
    }
    #expect(count > 10_000)
  }

  @Test(arguments: [false, true]) func matchesOutOfPlace(vectored: Bool) throws {
    let provider = KnownKeystream(vectored: vectored)
    var scratch = [UInt8](repeating: 0, count: 1024)
    let count = try Self.forEach(lengths: Self.lengths + [40_000]) { one in
      guard one.length < 40_000 || one.offset < 2 else { return }
      var cipher = try provider.cipher(every: one.stride, phase: one.phase, suite: one.suite)
      let content = one.content
      var bytes = [UInt8](repeating: 0xEE, count: one.length + 3)
      var target = bytes.mutableSpan
      var keystream = scratch.mutableSpan
      try cipher.apply(
        at: one.offset, from: content.span, to: &target, scratch: &keystream)
      if bytes != one.expected + [0xEE, 0xEE, 0xEE] { Issue.record("\(one)") }
    }
    #expect(count > 10_000)
  }

  @Test func clearChangesNothing() throws {
    let provider = KnownKeystream()
    var cipher = StripeCipher(
      pattern: .clear, suite: .chacha20, provider: try CryptoProvider(provider.table))
    let content = Random.fill(50_000)
    var scratch = [UInt8](repeating: 0, count: 256)
    #expect(try cipher.applied(at: 17, to: content, scratch: &scratch) == content)
    var copy = [UInt8](repeating: 0, count: content.count)
    var target = copy.mutableSpan
    var keystream = scratch.mutableSpan
    try cipher.apply(at: 17, from: content.span, to: &target, scratch: &keystream)
    #expect(copy == content)
    #expect(provider.requests.isEmpty)
  }

  /// Any pieces, with any scratch size, give the bytes of the whole.
  @Test(arguments: [false, true]) func splitsAnyway(vectored: Bool) throws {
    let provider = KnownKeystream(vectored: vectored)
    var random = Random(seed: 1)
    for stride: UInt16 in [1, 2, 5, 10, 33, 64, 100, 4000] {
      for size in [256, 257, 300, 1024, 4096, 16384] {
        for suite: UInt16 in [1, 2] {
          let one = Case(
            stride: stride, phase: stride / 3, suite: suite,
            offset: .random(in: 0...5000, using: &random), length: 20_000)
          let content = one.content
          let expected = one.expected
          var cipher = try provider.cipher(every: stride, phase: one.phase, suite: suite)
          var scratch = [UInt8](repeating: 0, count: size)
          var bytes: [UInt8] = []
          while bytes.count < content.count {
            let longest = [1, 10, 100, 3000].randomElement(using: &random) ?? 1
            let count = min(content.count - bytes.count, .random(in: 1...longest, using: &random))
            bytes += try cipher.applied(
              at: one.offset + UInt64(bytes.count),
              to: Array(content[bytes.count..<bytes.count + count]), scratch: &scratch)
          }
          #expect(bytes == expected, "\(one), scratch \(size)")
          // And backwards, in pieces of one length.
          for range in [UInt8].pieces(of: content.count, size: 777).reversed() {
            let piece = try cipher.applied(
              at: one.offset + UInt64(range.lowerBound), to: Array(content[range]),
              scratch: &scratch)
            if piece != Array(expected[range]) {
              Issue.record("\(one), scratch \(size), back to \(range)")
            }
          }
        }
      }
    }
  }

  @Test func refusesSmallScratch() throws {
    let provider = KnownKeystream()
    var cipher = try provider.cipher(every: 1)
    for size in [0, 1, 64, 255] {
      let content = [UInt8](repeating: 7, count: 10)
      var scratch = [UInt8](repeating: 0, count: size)
      let status = Statuses.of { () throws(TrackError) in
        _ = try cipher.applied(at: 0, to: content, scratch: &scratch)
      }
      #expect(status == "WORK_SIZE", "\(size)")
    }
    #expect(StripeCipher.minimumScratch == Int(PINSTRIPE_WORK_SIZE_PLAYING))
  }

  /// Keystream that is still in the scratch buffer is not asked for again.
  @Test func reusesTheWindow() throws {
    let provider = KnownKeystream()
    var cipher = try provider.cipher(every: 1)
    var scratch = [UInt8](repeating: 0, count: 1024)
    let content = [UInt8](repeating: 0, count: 1000)
    _ = try cipher.applied(at: 0, to: content, scratch: &scratch)
    #expect(provider.requests.map(\.first) == [0])
    #expect(provider.requests.map(\.blocks) == [16])
    // Inside the sixteen blocks, up to their last byte.
    _ = try cipher.applied(at: 500, to: Array(content[..<524]), scratch: &scratch)
    #expect(provider.requests.count == 1)
    // One byte further: one block more.
    _ = try cipher.applied(at: 1020, to: Array(content[..<5]), scratch: &scratch)
    #expect(provider.requests.map(\.first) == [0, 16])
    #expect(provider.requests.map(\.blocks) == [16, 1])
    // Now the window is that block.
    _ = try cipher.applied(at: 0, to: Array(content[..<1]), scratch: &scratch)
    #expect(provider.requests.map(\.first) == [0, 16, 0])
    // Another buffer holds nothing.
    cipher.forgetKeystream()
    scratch = [UInt8](repeating: 0xDD, count: 1024)
    let bytes = try cipher.applied(at: 0, to: Array(content[..<1]), scratch: &scratch)
    #expect(provider.requests.count == 4)
    #expect(bytes == [KnownKeystream.byte(0, 1)])
  }

  /// Larger scratch means fewer requests, and never more keystream than the range needs.
  @Test func asksForWhatItNeeds() throws {
    for (size, expected) in [(256, 16), (1000, 5), (4096, 1), (16384, 1)] {
      let provider = KnownKeystream()
      var cipher = try provider.cipher(every: 10)
      var scratch = [UInt8](repeating: 0, count: size)
      let content = [UInt8](repeating: 0, count: 40_950)
      _ = try cipher.applied(at: 0, to: content, scratch: &scratch)
      #expect(provider.requests.count == expected, "scratch \(size)")
      #expect(provider.requests.reduce(0) { $0 + $1.blocks } == 64, "scratch \(size)")
    }
  }

  /// Block indices beyond 32 bits, and the limit of 2^38 encrypted bytes.
  @Test(arguments: [false, true]) func worksFarOut(vectored: Bool) throws {
    let provider = KnownKeystream(vectored: vectored)
    var scratch = [UInt8](repeating: 0, count: 512)
    for suite: UInt16 in [1, 2] {
      for stride: UInt16 in [1, 10, 65535] {
        let phase = stride / 2
        // Around 2^32 bytes and 2^32 AES blocks of keystream, and up to the last byte.
        for index: UInt64 in [1 << 32, 1 << 36, 1 << 38 - 20] {
          let offset = index * UInt64(stride) + UInt64(phase) - 10
          let one = Case(
            stride: stride, phase: phase, suite: suite, offset: offset,
            length: stride == 65535 ? 30 : 200)
          guard index < 1 << 37 || stride > 10 else { continue }
          var cipher = try provider.cipher(every: stride, phase: phase, suite: suite)
          let bytes = try cipher.applied(at: offset, to: one.content, scratch: &scratch)
          #expect(bytes == one.expected, "\(one)")
        }
      }
      var cipher = try provider.cipher(every: 1, suite: suite)
      let last = Case(stride: 1, phase: 0, suite: suite, offset: 1 << 38 - 100, length: 100)
      #expect(
        try cipher.applied(at: last.offset, to: last.content, scratch: &scratch) == last.expected)
    }
  }

  @Test func refusesPositionsBeyondTheLimits() throws {
    let provider = KnownKeystream()
    let cases: [(UInt16, UInt64, Int, String)] = [
      (1, 1 << 38 - 1, 2, "TOO_LARGE"), (1, 1 << 38, 1, "TOO_LARGE"),
      (10, 10 << 38 - 1, 1, "OK"), (10, 10 << 38, 1, "TOO_LARGE"),
      (10, 1 << 56, 1, "RANGE"), (65535, 1 << 56 - 1, 2, "RANGE"), (1, .max, 1, "RANGE"),
      (65535, .max - 5, 10, "RANGE"),
    ]
    for (stride, offset, length, expected) in cases {
      var cipher = try provider.cipher(every: stride)
      var scratch = [UInt8](repeating: 0, count: 256)
      var bytes = [UInt8](repeating: 1, count: length)
      let status = Statuses.of { () throws(TrackError) in
        var span = bytes.mutableSpan
        var keystream = scratch.mutableSpan
        try cipher.apply(at: offset, to: &span, scratch: &keystream)
      }
      #expect(status == expected, "every \(stride), offset \(offset), length \(length)")
      #expect(bytes == [UInt8](repeating: 1, count: length), "nothing is touched")
    }
    #expect(provider.requests.isEmpty)
  }

  @Test func refusesASmallTarget() throws {
    let provider = KnownKeystream()
    var cipher = try provider.cipher(every: 1)
    var scratch = [UInt8](repeating: 0, count: 256)
    let content = [UInt8](repeating: 1, count: 10)
    var bytes = [UInt8](repeating: 0xEE, count: 9)
    let status = Statuses.of { () throws(TrackError) in
      var span = bytes.mutableSpan
      var keystream = scratch.mutableSpan
      try cipher.apply(at: 0, from: content.span, to: &span, scratch: &keystream)
    }
    #expect(status == "ARGUMENT")
    #expect(bytes == [UInt8](repeating: 0xEE, count: 9))
  }

  /// A provider that fails, or answers short or long, at any request leaves zeros.
  ///
  /// Neither what was to be encrypted nor half of it can be sent by mistake. The next call works.
  @Test func wipesWhatAProviderFailedOn() throws {
    let one = Case(stride: 3, phase: 1, suite: 1, offset: 5, length: 5000)
    for failing in 0..<8 {
      for answer: KnownKeystream.Answer in [.error(-14), .error(0), .error(77), .short, .long] {
        let provider = KnownKeystream()
        provider.answer = { $0 == failing ? answer : .right }
        var cipher = try provider.cipher(every: 3, phase: 1)
        var scratch = [UInt8](repeating: 0, count: 256)
        var bytes = one.content
        let status = Statuses.of { () throws(TrackError) in
          var span = bytes.mutableSpan
          var keystream = scratch.mutableSpan
          try cipher.apply(at: one.offset, to: &span, scratch: &keystream)
        }
        guard failing < 7 else {
          #expect(status == "OK" && bytes == one.expected, "seven requests")
          continue
        }
        #expect(status == "PROVIDER", "request \(failing), \(answer)")
        #expect(bytes.allSatisfy { $0 == 0 }, "request \(failing), \(answer)")
        let again = try cipher.applied(at: one.offset, to: one.content, scratch: &scratch)
        #expect(again == one.expected, "request \(failing), \(answer)")
      }
    }
  }

  @Test func namesTheBlocksOfARange() throws {
    let provider = KnownKeystream()
    for (suite, size) in [(UInt16(1), UInt64(64)), (2, 16)] {
      for stride: UInt16 in [1, 3, 10, 100] {
        for phase in [0, stride - 1] {
          let cipher = try provider.cipher(every: stride, phase: phase, suite: suite)
          for start in Swift.stride(from: UInt64(0), to: 3000, by: 37) {
            for length: UInt64 in [0, 1, 9, 64, 1000] {
              let encrypted = (start..<start + length).filter {
                $0 >= phase && ($0 - UInt64(phase)) % UInt64(stride) == 0
              }
              let blocks = Set(encrypted.map { ($0 - UInt64(phase)) / UInt64(stride) / size })
              let range = cipher.keystreamBlocks(from: start, to: start + length)
              let isRight =
                range.count == UInt64(blocks.count)
                && (blocks.isEmpty || range.first == blocks.min())
              if !isRight {
                Issue.record("every \(stride), phase \(phase), suite \(suite), \(start)+\(length)")
              }
            }
          }
        }
      }
    }
  }
}

extension Random {
  static func fill(_ count: Int, seed: UInt64 = 7) -> [UInt8] {
    var random = Random(seed: seed)
    return random.bytes(count)
  }
}
