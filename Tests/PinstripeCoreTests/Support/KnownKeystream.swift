import CPinstripe
import CStripeKernels
import PinstripeCore

/// A provider whose keystream is a known function, that counts what it is asked for and fails to order.
///
/// Its other functions accept everything: every key unwraps, and every tag is `tag` 32 times.
final class KnownKeystream {
  enum Answer {
    case right, error(Int32), short, long
  }

  /// Requests for keystream so far.
  var requests: [(first: UInt64, blocks: Int)] = []
  /// What a request for keystream gets, by its number.
  var answer: (Int) -> Answer = { _ in .right }
  var tag: UInt8 = 0
  let table: UnsafeMutablePointer<pinstripe_provider>

  /// Keystream byte `index` of a suite.
  static func byte(_ index: UInt64, _ suite: UInt16) -> UInt8 {
    let mixed = (index &+ 1) &* (suite == 1 ? 0x9E37_79B9_7F4A_7C15 : 0xBF58_476D_1CE4_E5B9)
    return UInt8(truncatingIfNeeded: mixed >> 56)
  }

  /// The bytes of `content`, which lie at `offset`, encrypted as TrackFormat.md words it.
  static func naive(
    _ content: [UInt8], at offset: UInt64, every stride: UInt16, phase: UInt16, suite: UInt16
  ) -> [UInt8] {
    var bytes = content
    let (stride, phase, end) = (UInt64(stride), UInt64(phase), offset + UInt64(content.count))
    // The first encrypted byte that does not lie before the content.
    var number = offset > phase ? (offset - phase + stride - 1) / stride : 0
    while phase + number * stride < end {
      bytes[Int(phase + number * stride - offset)] ^= byte(number, suite)
      number += 1
    }
    return bytes
  }

  /// - Parameter vectored: Whether the table has a stripe function, the host's.
  init(vectored: Bool = false) {
    table = .allocate(capacity: 1)
    table.initialize(
      to: pinstripe_provider(
        struct_size: UInt32(MemoryLayout<pinstripe_provider>.size),
        abi_version: PINSTRIPE_ABI_VERSION, state: nil,
        derive: { _, _, _, _, _, _, _ in PINSTRIPE_OK },
        unwrap: { _, _, _, _ in PINSTRIPE_OK },
        mac_begin: { _, _ in PINSTRIPE_OK },
        mac_update: { _, _, _ in PINSTRIPE_OK },
        mac_finish: { state, tag in
          tag.update(repeating: KnownKeystream.from(state).tag, count: 32)
          return PINSTRIPE_OK
        },
        keystream: { state, _, suite, first, out, count in
          KnownKeystream.from(state).keystream(UInt16(suite), first, out, Int(count))
        },
        discard: { _, _ in }, stripe: vectored ? stripe_xor : nil))
    table.pointee.state = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { table.deallocate() }

  private static func from(_ state: UnsafeMutableRawPointer?) -> KnownKeystream {
    guard let state else { return KnownKeystream() }
    return Unmanaged.fromOpaque(state).takeUnretainedValue()
  }

  private func keystream(
    _ suite: UInt16, _ first: UInt64, _ out: UnsafeMutablePointer<UInt8>, _ count: Int
  ) -> Int32 {
    let answer = answer(requests.count)
    requests.append((first, count))
    if case .error(let status) = answer { return status }
    let size = suite == 1 ? 64 : 16
    for index in 0..<count * size {
      out[index] = Self.byte(first * UInt64(size) + UInt64(index), suite)
    }
    switch answer {
    case .right: return Int32(count)
    case .short: return Int32(count) - 1
    case .long: return Int32(count) + 1
    case .error(let status): return status
    }
  }

  func cipher(every stride: UInt16, phase: UInt16 = 0, suite: UInt16 = 1) throws -> StripeCipher {
    StripeCipher(
      pattern: try StripePattern(every: stride, phase: phase),
      suite: try CipherSuite(number: suite), provider: try CryptoProvider(table))
  }
}
