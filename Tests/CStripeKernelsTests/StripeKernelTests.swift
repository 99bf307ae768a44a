import CStripeKernels
import Glibc
import Testing

/// Every instruction set against the scalar twin, byte for byte, and nothing outside touched.
struct StripeKernelTests {
  static let sets: [(name: String, number: UInt32)] = [
    ("SSSE3", STRIPE_SSSE3), ("AVX2", STRIPE_AVX2), ("AVX-512", STRIPE_AVX512),
    ("NEON", STRIPE_NEON),
  ].filter { set in
    var byte: UInt8 = 0
    return withUnsafeMutablePointer(to: &byte) {
      stripe_xor_with(set.number, $0, $0, 0, 0, 1, $0, 0) == 0
    }
  }

  @Test("the CPU's best instruction set is one that it has")
  func bestIsThere() {
    let best = stripe_instructions()
    #expect(best == STRIPE_SCALAR || Self.sets.contains { $0.number == best })
    #expect(Self.sets.allSatisfy { $0.number <= best })
  }

  @Test("an instruction set that does not exist is refused")
  func unknownIsRefused() {
    var byte: [UInt8] = [1]
    #expect(stripe_xor_with(99, &byte, byte, 1, 0, 1, byte, 0) == -1)
    #expect(byte == [1])
  }

  @Test("the scalar twin does what the definition says", arguments: [1, 2, 10, 64, 300])
  func scalarIsRight(stride: Int) {
    let pad = Pad()
    for length in 0...300 {
      for first in [0, 1, stride - 1, stride, 7 * stride + 1] {
        var expected = Array(pad.source[..<length])
        for (j, index) in Swift.stride(from: first, to: length, by: stride).enumerated() {
          expected[index] ^= pad.keystream[j]
        }
        for copies in [false, true] {
          pad.run(STRIPE_SCALAR, 0, length, first, stride, copies: copies)
          #expect(
            pad.result(0, length) == expected, "length \(length), first \(first), stride \(stride)")
        }
      }
    }
  }

  @Test("all lengths to 300 at all offsets to 130", arguments: [1, 2, 3, 4, 5, 10])
  func shortPieces(stride: Int) {
    let pad = Pad()
    for first in [0, stride / 2, stride - 1, stride + 1] {
      for length in stride == 10 && first > 0 ? [0, 1, 150, 299, 300] : Array(0...300) {
        pad.expect(length, first, stride)
        for offset in 0...130 { check(pad, offset, length, first, stride) }
      }
    }
  }

  @Test("all strides to 128 with all phases, through whole super-blocks")
  func allStrides() {
    let pad = Pad()
    for stride in 1...128 {
      for first in 0..<stride {
        // Three super-blocks of the widest vectors, and a bit.
        let length = min(stride, 64) * 64 * 3 + 77
        pad.expect(length, first, stride)
        check(pad, (stride + first) % 131, length, first, stride)
      }
    }
  }

  /// Runs every instruction set, the scalar twin too, in place and copied.
  private func check(_ pad: Pad, _ offset: Int, _ length: Int, _ first: Int, _ stride: Int) {
    for set in Self.numbers {
      for copies in [false, true] {
        guard !pad.isRight(set, offset, length, first, stride, copies: copies) else { continue }
        Issue.record(
          """
          \(Self.sets.first { $0.number == set }?.name ?? "scalar"): offset \(offset), \
          length \(length), first \(first), stride \(stride), \(copies ? "copied" : "in place")
          """)
      }
    }
  }

  private static let numbers = [STRIPE_SCALAR] + sets.map(\.number)
}

/// Buffers with known bytes around the piece that is worked on.
///
/// Millions of pieces are run in a build without optimisation, so this is memcpy and memcmp on raw
/// memory: no array, no closure and no iterator is in the way.
private final class Pad {
  static let margin = 16
  static let size = 64 * 64 * 3 + 512
  let source: [UInt8] = (0..<Pad.size).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
  let keystream: [UInt8] = (0..<Pad.size).map { UInt8(truncatingIfNeeded: $0 &* 101 &+ 5) }
  /// The source, margins around it: the same bytes wherever a piece starts.
  private let original = UnsafeMutablePointer<UInt8>.allocate(capacity: Pad.size)
  /// What must come out, margins around it too.
  private let expected = UnsafeMutablePointer<UInt8>.allocate(capacity: Pad.size)
  /// Where pieces are copied from, at the same offsets as they go to.
  private let origin = UnsafeMutablePointer<UInt8>.allocate(capacity: Pad.size)
  private let target = UnsafeMutablePointer<UInt8>.allocate(capacity: Pad.size)
  private let key = UnsafeMutablePointer<UInt8>.allocate(capacity: Pad.size)

  init() {
    original.initialize(repeating: 0xC3, count: Pad.size)
    original.advanced(by: Pad.margin).update(from: source, count: Pad.size - 2 * Pad.margin)
    origin.initialize(repeating: 0, count: Pad.size)
    target.initialize(repeating: 0, count: Pad.size)
    expected.initialize(repeating: 0, count: Pad.size)
    key.initialize(from: keystream, count: Pad.size)
  }

  deinit {
    for memory in [original, expected, origin, target, key] { memory.deallocate() }
  }

  /// Lets the scalar twin say what must come of a piece, wherever it lies.
  func expect(_ length: Int, _ first: Int, _ stride: Int) {
    memcpy(expected, original, length + 2 * Pad.margin)
    let piece = expected + Pad.margin
    stripe_xor_with(STRIPE_SCALAR, piece, piece, length, first, stride, key, STRIPE_PAST_CACHES)
  }

  /// Whether an instruction set makes of a piece what was expected, and touches nothing around it.
  func isRight(
    _ set: UInt32, _ offset: Int, _ length: Int, _ first: Int, _ stride: Int, copies: Bool
  ) -> Bool {
    run(set, offset, length, first, stride, copies: copies)
      && memcmp(target + offset, expected, length + 2 * Pad.margin) == 0
  }

  /// Runs one piece, `offset` bytes behind an aligned address.
  @discardableResult
  func run(
    _ set: UInt32, _ offset: Int, _ length: Int, _ first: Int, _ stride: Int, copies: Bool
  ) -> Bool {
    memcpy(target + offset, original, length + 2 * Pad.margin)
    let piece = target + offset + Pad.margin
    // In place the piece starts as the source's; copied it starts as something else.
    guard copies else {
      return stripe_xor_with(set, piece, piece, length, first, stride, key, STRIPE_PAST_CACHES) == 0
    }
    memset(piece, 0xAA, length)
    memcpy(origin + offset, original, length + 2 * Pad.margin)
    return stripe_xor_with(
      set, piece, origin + offset + Pad.margin, length, first, stride, key, STRIPE_PAST_CACHES) == 0
  }

  /// The piece that was run last.
  func result(_ offset: Int, _ length: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: target + offset + Pad.margin, count: length))
  }
}
