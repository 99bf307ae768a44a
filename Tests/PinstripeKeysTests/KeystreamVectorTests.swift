import CLibCrypto
import CPinstripe
import Testing

@testable import PinstripeKeys

/// Keystreams of both suites.
///
/// Ours have a zero nonce and a counter of 32 or 64 bits, so the vectors that the provider
/// can express are those; the others prove libcrypto's carry and our seek arithmetic, and
/// ProviderKeystreamTests compares the provider with that.
struct KeystreamVectorTests {
  let provider = ProviderTable()

  func xor(_ first: [UInt8], _ second: [UInt8]) -> [UInt8] { zip(first, second).map { $0 ^ $1 } }

  /// The first bytes of an AES-128-CTR keystream from the provider.
  func aes(_ key: [UInt8], block: UInt64) -> [UInt8]? {
    let padded = key + [UInt8](repeating: 0xFF, count: 16)
    #expect(provider.load(padded, at: 4) == PINSTRIPE_OK)
    return provider.keystream(PINSTRIPE_SUITE_AES_128_CTR, key: 4, from: block, blocks: 1)
  }

  /// AES of a block whose upper half is zero is the keystream block of that index.
  @Test(
    .enabled(if: Vectors.published != nil, Vectors.publishedMissing),
    arguments: [("ECBVarKey128", 128), ("ECBKeySbox128", 21), ("ECBVarTxt128", 0)])
  func nistBlocks(file: String, atLeast: Int) throws {
    var run = 0
    for vector in try Vectors.response("ciphers/AES/ECB/\(file).rsp", in: Vectors.published)
    where vector["section"] == "[ENCRYPT]" {
      let plain = try hex(vector["PLAINTEXT"])
      guard plain.prefix(8).allSatisfy({ $0 == 0 }) else { continue }
      let block = plain.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(aes(try hex(vector["KEY"]), block: block) == (try hex(vector["CIPHERTEXT"])))
      run += 1
    }
    #expect(run >= atLeast, "\(file)")
  }

  @Test(
    .enabled(if: Vectors.published != nil, Vectors.publishedMissing), arguments: [128, 192, 256])
  func rfc3686(bits: Int) throws {
    let cipher = [128: EVP_aes_128_ctr(), 192: EVP_aes_192_ctr(), 256: EVP_aes_256_ctr()][bits]
    var run = 0
    for vector in try Vectors.response("ciphers/AES/CTR/aes-\(bits)-ctr.txt", in: Vectors.published)
    where vector["CIPHERTEXT"] != nil {
      let out = OpenSSLReference.stream(
        try #require(cipher), key: try hex(vector["KEY"]), iv: try hex(vector["IV"]),
        try hex(vector["PLAINTEXT"]))
      #expect(out == (try hex(vector["CIPHERTEXT"])), "\(vector)")
      run += 1
    }
    #expect(run >= 3)
  }

  /// Botan's vectors, most with `Seek`: the keystream from that byte on is the one from block
  /// ⌊seek / 16⌋ without its first seek mod 16 bytes.
  @Test(.enabled(if: Vectors.shared != nil, Vectors.sharedMissing))
  func botanSeek() throws {
    let ciphers = [16: EVP_aes_128_ctr(), 24: EVP_aes_192_ctr(), 32: EVP_aes_256_ctr()]
    var run = 0
    var seeking = 0
    for vector in try Vectors.response(
      "nist-rfc/botan-ctr-aes.vec", in: Vectors.shared, startingAt: nil)
    where vector["Key"] != nil {
      // Another mode: a counter of 4 to 8 bytes that wraps by itself.
      guard vector["section"]?.contains(",") == false else { continue }
      let out = try hex(vector["Out"])
      let input = try vector["In"].map { try hex($0) } ?? [UInt8](repeating: 0, count: out.count)
      let seek = UInt64(vector["Seek"] ?? "0") ?? 0
      // A short nonce is the counter's upper bytes.
      let nonce = try hex(vector["Nonce"])
      let start = nonce + [UInt8](repeating: 0, count: 16 - nonce.count)
      let skipped = [UInt8](repeating: 0, count: Int(seek % 16))
      let key = try hex(vector["Key"])
      let stream = OpenSSLReference.stream(
        try #require(ciphers[key.count]), key: key,
        iv: OpenSSLReference.counter(start, plus: seek / 16), skipped + input)
      #expect(Array(stream.dropFirst(skipped.count)) == out, "\(vector)")
      run += 1
      if vector["Seek"] != nil { seeking += 1 }
    }
    #expect(run >= 185)
    #expect(seeking >= 181)
  }

  /// The ChaCha20 vectors have a 64-bit counter before a 64-bit nonce; below 2^32 and with a zero nonce
  /// that is our layout.
  @Test(
    .enabled(if: Vectors.published != nil, Vectors.publishedMissing),
    arguments: ["rfc7539.txt", "counter-overflow.txt"])
  func chacha20(file: String) throws {
    var run = 0
    var byProvider = 0
    for vector in try Vectors.response("ciphers/ChaCha20/\(file)", in: Vectors.published)
    where vector["CIPHERTEXT"] != nil {
      let key = try hex(vector["KEY"])
      let nonce = try hex(vector["NONCE"])
      let plain = try hex(vector["PLAINTEXT"])
      let cipher = try hex(vector["CIPHERTEXT"])
      let block = try #require(UInt64(vector["INITIAL_BLOCK_COUNTER"] ?? ""))
      let counter = (0..<8).map { UInt8(truncatingIfNeeded: block >> (8 * $0)) }
      let out = OpenSSLReference.stream(EVP_chacha20(), key: key, iv: counter + nonce, plain)
      #expect(out == cipher, "\(vector)")
      run += 1
      let blocks = UInt32((plain.count + 63) / 64)
      guard nonce.allSatisfy({ $0 == 0 }), block <= (1 << 32) - UInt64(blocks) else { continue }
      #expect(provider.load(key, at: 4) == PINSTRIPE_OK)
      let stream = provider.keystream(PINSTRIPE_SUITE_CHACHA20, key: 4, from: block, blocks: blocks)
      #expect(xor(stream ?? [], plain) == cipher, "\(vector)")
      byProvider += 1
    }
    #expect(run >= 3)
    #expect(byProvider >= 1, "\(file)")
  }

  /// RFC 8439 appendix A.1, vectors 1 to 3 (zero nonce), so that something runs on every machine.
  @Test func rfc8439AppendixA1() throws {
    let zero = [UInt8](repeating: 0, count: 32)
    let starts: [(key: [UInt8], block: UInt64, start: String)] = [
      (zero, 0, "76b8e0ada0f13d90405d6ae55386bd28"),
      (zero, 1, "9f07e7be5551387a98ba977c732d080d"),
      (Array(zero.dropLast()) + [1], 1, "3aeb5224ecf849929b9d828db1ced4dd"),
    ]
    for (key, block, start) in starts {
      #expect(provider.load(key, at: 4) == PINSTRIPE_OK)
      let stream = provider.keystream(PINSTRIPE_SUITE_CHACHA20, key: 4, from: block, blocks: 1)
      #expect(stream.map { Array($0.prefix(16)) } == (try hex(start)), "block \(block)")
    }
  }
}
