import CStripeKernels
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
        #expect(
          pad.run(STRIPE_SCALAR, 0, length, first, stride, copies: true) == expected,
          "length \(length), first \(first), stride \(stride)")
      }
    }
  }

  @Test("all lengths to 300 at all offsets to 130", arguments: [1, 2, 3, 4, 5, 10])
  func shortPieces(stride: Int) {
    let pad = Pad()
    for first in [0, stride / 2, stride - 1, stride + 1] {
      for offset in 0...130 {
        for length in stride == 10 && first > 0 ? [0, 1, 150, 299, 300] : Array(0...300) {
          check(pad, offset, length, first, stride)
        }
      }
    }
  }

  @Test("all strides to 128 with all phases, through whole super-blocks")
  func allStrides() {
    let pad = Pad()
    for stride in 1...128 {
      for first in 0..<stride {
        // Three super-blocks of the widest vectors, and a bit.
        check(pad, (stride + first) % 131, min(stride, 64) * 64 * 3 + 77, first, stride)
      }
    }
  }

  private func check(_ pad: Pad, _ offset: Int, _ length: Int, _ first: Int, _ stride: Int) {
    for copies in [false, true] {
      let expected = pad.run(STRIPE_SCALAR, offset, length, first, stride, copies: copies)
      for set in Self.sets {
        guard pad.run(set.number, offset, length, first, stride, copies: copies) != expected
        else { continue }
        Issue.record(
          """
          \(set.name): offset \(offset), length \(length), first \(first), stride \(stride), \
          \(copies ? "copied" : "in place")
          """)
      }
    }
  }
}

/// Buffers with known bytes around the piece that is worked on.
private final class Pad {
  static let size = 64 * 64 * 3 + 512
  let source: [UInt8] = (0..<Pad.size).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
  let keystream: [UInt8] = (0..<Pad.size).map { UInt8(truncatingIfNeeded: $0 &* 101 &+ 5) }
  private let target = UnsafeMutablePointer<UInt8>.allocate(capacity: Pad.size)

  deinit { target.deallocate() }

  /// The piece afterwards; empty when a byte outside it changed.
  func run(
    _ set: UInt32, _ offset: Int, _ length: Int, _ first: Int, _ stride: Int, copies: Bool
  ) -> [UInt8] {
    source.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return [] }
      let before = min(offset, 16)
      // In place the piece starts as the source's; copied it starts as something else.
      target.advanced(by: offset - before).update(
        from: base + offset - before, count: before + length + 16)
      if copies { target.advanced(by: offset).update(repeating: 0xAA, count: length) }
      let from = copies ? base + offset : UnsafePointer(target + offset)
      let status = keystream.withUnsafeBufferPointer { keystream in
        keystream.baseAddress.map {
          stripe_xor_with(
            set, target + offset, from, length, first, stride, $0, STRIPE_PAST_CACHES)
        }
      }
      let isUntouched =
        (offset - before..<offset).allSatisfy { target[$0] == base[$0] }
        && (offset + length..<offset + length + 16).allSatisfy { target[$0] == base[$0] }
      guard status == 0, isUntouched else { return [0] }
      return Array(UnsafeBufferPointer(start: target + offset, count: length))
    }
  }
}
