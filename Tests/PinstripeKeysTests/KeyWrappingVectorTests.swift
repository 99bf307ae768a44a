import CPinstripe
import Testing

@testable import PinstripeKeys

/// AES-KW (RFC 3394).
///
/// Wraps of 32 bytes under a 256-bit key go through the provider's unwrap, which is
/// ours block by block; the others prove libcrypto, and with 256-bit keys ``KeyWrapping`` over it.
struct KeyWrappingVectorTests {
  let provider = ProviderTable()

  /// The provider's answer: the key, or nil for PINSTRIPE_E_UNWRAP; any other status fails the test.
  func unwrap(_ wrapped: [UInt8], key: [UInt8]) -> [UInt8]? {
    #expect(provider.load(key, at: 8) == PINSTRIPE_OK)
    provider.table.discard(provider.table.state, 3)
    let status = provider.unwrap(wrapped, under: 8, into: 3)
    #expect(status == PINSTRIPE_OK || status == PINSTRIPE_E_UNWRAP)
    return provider.key(at: 3)
  }

  /// The Swift wrapper's answer.
  func unwrapInSwift(_ wrapped: [UInt8], key: [UInt8]) throws -> [UInt8]? {
    let key = try SecretBytes(copying: key.span)
    guard let secret = try KeyWrapping.unwrap(wrapped.span, under: key) else { return nil }
    return secret.withBytes { $0.bytes(at: 0, count: $0.count) }
  }

  func wrapInSwift(_ bytes: [UInt8], key: [UInt8]) throws -> [UInt8] {
    try KeyWrapping.wrap(SecretBytes(copying: bytes.span), under: SecretBytes(copying: key.span))
  }

  @Test func refusesWhatCannotBeWrapped() throws {
    let key = [UInt8](repeating: 1, count: 32)
    for count in [0, 8, 15, 17, 31] {
      #expect(throws: KeyError.self, "\(count) bytes") {
        try wrapInSwift([UInt8](repeating: 2, count: count), key: key)
      }
    }
    for count in [0, 8, 16, 23, 25, 41] {
      #expect(try unwrapInSwift([UInt8](repeating: 2, count: count), key: key) == nil)
    }
  }

  /// RFC 3394 §4.6, the one case of our sizes, so that something runs on every machine.
  @Test func rfc3394Section46() throws {
    let key = [UInt8](0..<32)
    let data = try hex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")
    let wrapped = try hex(
      "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")
    #expect(unwrap(wrapped, key: key) == data)
    #expect(try wrapInSwift(data, key: key) == wrapped)
    #expect(try unwrapInSwift(wrapped, key: key) == data)
  }

  @Test(
    .enabled(if: Vectors.published != nil, Vectors.publishedMissing), arguments: [128, 192, 256])
  func nistWrap(bits: Int) throws {
    var run = 0
    for vector in try Vectors.response(
      "keywrap/kwtestvectors/KW_AE_\(bits).txt", in: Vectors.published)
    where vector["C"] != nil {
      let (key, data) = (try hex(vector["K"]), try hex(vector["P"]))
      let wrapped = try hex(vector["C"])
      #expect(OpenSSLReference.keyWrap(data, key: key, encrypts: true) == wrapped)
      if bits == 256 { #expect(try wrapInSwift(data, key: key) == wrapped) }
      run += 1
    }
    #expect(run == 500)
  }

  @Test(
    .enabled(if: Vectors.published != nil, Vectors.publishedMissing), arguments: [128, 192, 256])
  func nistUnwrap(bits: Int) throws {
    var run = 0
    var refused = 0
    var byProvider = 0
    for vector in try Vectors.response(
      "keywrap/kwtestvectors/KW_AD_\(bits).txt", in: Vectors.published)
    where vector["C"] != nil {
      let (key, wrapped) = (try hex(vector["K"]), try hex(vector["C"]))
      let data = try vector["FAIL"] == nil ? hex(vector["P"]) : nil
      #expect(OpenSSLReference.keyWrap(wrapped, key: key, encrypts: false) == data)
      if bits == 256 { #expect(try unwrapInSwift(wrapped, key: key) == data) }
      if bits == 256, wrapped.count == 40 {
        #expect(unwrap(wrapped, key: key) == data)
        byProvider += 1
      }
      run += 1
      if data == nil { refused += 1 }
    }
    #expect(run == 500)
    #expect(refused == 100)
    #expect(byProvider == (bits == 256 ? 100 : 0))
  }

  @Test(.enabled(if: Vectors.shared != nil, Vectors.sharedMissing))
  func wycheproof() throws {
    var run = 0
    var refused = 0
    var byProvider = 0
    // "Acceptable" are wraps of 8 bytes, which RFC 3394 does not have and we refuse.
    for vector in try Vectors.wycheproof("aes_wrap_test.json") {
      let (key, wrapped) = (try hex(vector.key), try hex(vector.ct))
      let data = try vector.result == "valid" ? hex(vector.msg) : nil
      if vector.result != "acceptable" {
        #expect(
          OpenSSLReference.keyWrap(wrapped, key: key, encrypts: false) == data,
          "case \(vector.tcId)")
      }
      if key.count == 32 {
        #expect(try unwrapInSwift(wrapped, key: key) == data, "case \(vector.tcId)")
        if let data { #expect(try wrapInSwift(data, key: key) == wrapped) }
      }
      if key.count == 32, wrapped.count == 40 {
        #expect(unwrap(wrapped, key: key) == data, "case \(vector.tcId)")
        byProvider += 1
      }
      run += 1
      if data == nil { refused += 1 }
    }
    #expect(run == 165)
    #expect(refused == 129)
    #expect(byProvider == 16)
  }
}
