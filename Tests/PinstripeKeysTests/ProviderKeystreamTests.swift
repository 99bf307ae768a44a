import CLibCrypto
import CPinstripe
import Testing

/// The provider's keystream is libcrypto's at every position, in whatever order it is asked for.
struct ProviderKeystreamTests {
  static let suites = [PINSTRIPE_SUITE_CHACHA20, PINSTRIPE_SUITE_AES_128_CTR]
  let provider = ProviderTable()
  let key = (0..<32).map { UInt8(truncatingIfNeeded: $0 * 29 + 3) }

  init() {
    #expect(provider.load(key, at: 4) == PINSTRIPE_OK)
    #expect(provider.load(key.reversed(), at: 6) == PINSTRIPE_OK)
  }

  /// The same blocks straight from libcrypto.
  func expected(
    _ suite: UInt32, from block: UInt64, blocks: UInt32, key: [UInt8]? = nil
  ) -> [UInt8] {
    let key = key ?? self.key
    if suite == PINSTRIPE_SUITE_CHACHA20 {
      let iv = (0..<16).map { $0 < 4 ? UInt8(truncatingIfNeeded: block >> (8 * $0)) : 0 }
      return OpenSSLReference.stream(
        EVP_chacha20(), key: key, iv: iv, [UInt8](repeating: 0, count: Int(blocks) * 64))
    }
    let counter = OpenSSLReference.counter([UInt8](repeating: 0, count: 16), plus: block)
    return OpenSSLReference.stream(
      EVP_aes_128_ctr(), key: Array(key.prefix(16)), iv: counter,
      [UInt8](repeating: 0, count: Int(blocks) * 16))
  }

  @Test(arguments: suites)
  func agreesAtEveryPosition(suite: UInt32) {
    var positions: [UInt64] = Array(0..<70) + [255, 256, 65_535, 65_536]
    positions += [(1 << 31) - 1, (1 << 32) - 8]
    if suite == PINSTRIPE_SUITE_AES_128_CTR {
      positions += [(1 << 32) - 1, 1 << 32, (1 << 48) - 1, .max - 9]
    }
    // Forwards, backwards, and each twice: sequential, seeking, repeated.
    for position in positions + positions.reversed() + positions.flatMap({ [$0, $0] }) {
      for blocks in [1, 2, 7, 8] as [UInt32] {
        #expect(
          provider.keystream(suite, key: 4, from: position, blocks: blocks)
            == expected(suite, from: position, blocks: blocks),
          "suite \(suite), block \(position), \(blocks) blocks")
      }
    }
  }

  @Test(arguments: suites)
  func goesOnWhereItStopped(suite: UInt32) {
    let whole = expected(suite, from: 5, blocks: 3000)
    var joined: [UInt8] = []
    var block: UInt64 = 5
    // 1500 blocks of ChaCha20 are longer than one internal piece.
    for blocks in [1, 2, 3, 250, 1, 1500, 743, 500] as [UInt32] {
      joined += provider.keystream(suite, key: 4, from: block, blocks: blocks) ?? []
      block += UInt64(blocks)
    }
    #expect(joined == whole)
  }

  @Test func keepsKeysAndSuitesApart() {
    for round in 0..<3 as Range<UInt64> {
      for suite in Self.suites {
        #expect(
          provider.keystream(suite, key: 4, from: round, blocks: 1)
            == expected(suite, from: round, blocks: 1))
        #expect(
          provider.keystream(suite, key: 6, from: round, blocks: 1)
            == expected(suite, from: round, blocks: 1, key: key.reversed()))
      }
    }
    // A key that is replaced under a running stream.
    #expect(provider.load(key.reversed(), at: 4) == PINSTRIPE_OK)
    for suite in Self.suites {
      #expect(
        provider.keystream(suite, key: 4, from: 3, blocks: 1)
          == expected(suite, from: 3, blocks: 1, key: key.reversed()))
    }
  }

  @Test func refusesBlocksBeyondTheCounter() {
    let table = provider.table
    var out = [UInt8](repeating: 0xEE, count: 128)
    func ask(_ suite: UInt32, _ first: UInt64, _ blocks: UInt32) -> Int32 {
      table.keystream(table.state, 4, suite, first, &out, blocks)
    }
    let end: UInt64 = 1 << 32
    #expect(ask(1, end - 1, 1) == 1)
    #expect(ask(1, end - 1, 2) == PINSTRIPE_E_ARGUMENT)
    #expect(ask(1, end, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(ask(1, .max, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(ask(2, .max - 1, 1) == 1)
    #expect(ask(2, .max - 1, 2) == PINSTRIPE_E_ARGUMENT)
    #expect(ask(2, .max, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(ask(1, 0, 0) == 0)
    #expect(ask(1, 0, 1 << 31) == PINSTRIPE_E_ARGUMENT)
    for suite in [0, 3, .max] as [UInt32] {
      #expect(ask(suite, 0, 1) == PINSTRIPE_E_ARGUMENT, "suite \(suite)")
    }
    #expect(out[64...].allSatisfy { $0 == 0xEE })
  }
}
