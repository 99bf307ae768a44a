import CPinstripe
import Testing

@testable import PinstripeCore

/// Keystreams and payloads against Tests/Vectors/keystream.json and stripes.json.
struct StripeCipherVectorTests {
  @Test func keystreamBlocks() throws {
    let vectors = try VectorFolder.read("keystream.json", as: KeystreamVectors.self)
    var blocks = 0
    for vector in vectors.cases {
      let keys = OpenSSLKeys()
      let crypto = try keys.crypto()
      let suite = try CipherSuite(number: vector.suite)
      keys.load(vector.key.bytes, at: .stripe)
      #expect(suite.blockSize == vector.blockSize)
      for (text, expected) in vector.blocks {
        let index = try #require(UInt64(text))
        var out = [UInt8](repeating: 0, count: vector.blockSize)
        try crypto.keystream(suite, key: .stripe, firstBlock: index, blocks: 1, into: &out)
        #expect(out == expected.bytes, "suite \(vector.suite), block \(index)")
        blocks += 1
      }
    }
    #expect(vectors.cases.count >= 4)
    #expect(blocks >= 20)
  }

  @Test func payloads() throws {
    let vectors = try VectorFolder.read("stripes.json", as: StripeVectors.self)
    var payloads = 0
    for vector in vectors.cases {
      let keys = OpenSSLKeys()
      let crypto = try keys.crypto()
      let suite = try CipherSuite(number: vector.suite)
      let pattern = try StripePattern(every: vector.stride, phase: vector.phase)
      keys.load(vector.cek.bytes, at: .content)
      try KeyLadder(crypto).deriveStripeKey(
        content: .content, nonce: vector.nonce.bytes.span, suite: suite, pattern: pattern)
      #expect(keys.key(at: .stripe) == vector.kStripe.bytes)

      let lengths = vector.hex.mapValues { (hex: true, bytes: $0.bytes) }.merging(
        vector.sha256.mapValues { (hex: false, bytes: $0.bytes) }
      ) { first, _ in first }
      for (text, expected) in lengths {
        let length = try #require(Int(text))
        var cipher = StripeCipher(pattern: pattern, suite: suite, provider: crypto)
        var scratch = [UInt8](repeating: 0, count: 512)
        let payload = try cipher.applied(
          at: 0, to: VectorFolder.content(length), scratch: &scratch)
        #expect(
          (expected.hex ? payload : sha256(payload)) == expected.bytes,
          "every \(vector.stride), phase \(vector.phase), suite \(vector.suite), length \(length)")
        payloads += 1
      }
    }
    #expect(vectors.cases.count >= 114)
    #expect(payloads >= 1000)
  }
}
