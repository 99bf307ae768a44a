import CPinstripe
import Testing

@testable import PinstripeKeys

/// HKDF-SHA256 through the provider.
///
/// The provider derives 32 bytes from a key of 32, with a salt of none or 32 and at most 64
/// bytes of info; a shorter salt is the same padded with zeros, as it is HMAC's key (RFC 5869 §2.2).
/// Vectors beyond that are computed from the provider's HMAC by the formula, which the provider's own
/// derivation is compared with as well.
struct HKDFVectorTests {
  let provider = ProviderTable()

  /// RFC 5869 §2.2 and §2.3 over the provider's MAC; nil when the salt is longer than a key.
  func expanded(_ input: [UInt8], salt: [UInt8], info: [UInt8], count: Int) -> [UInt8]? {
    guard salt.count <= 32 else { return nil }
    let padded = salt + [UInt8](repeating: 0, count: 32 - salt.count)
    guard provider.load(padded, at: 9) == PINSTRIPE_OK,
      let extracted = provider.mac(input, key: 9),
      provider.load(extracted, at: 9) == PINSTRIPE_OK
    else { return nil }
    var output: [UInt8] = []
    var block: [UInt8] = []
    var index: UInt8 = 1
    while output.count < count {
      block = provider.mac(block, info, [index], key: 9) ?? []
      guard !block.isEmpty else { return nil }
      output += block
      index &+= 1
    }
    return Array(output.prefix(count))
  }

  /// The provider's own 32 bytes; nil for what its interface cannot express.
  func derived(_ input: [UInt8], salt: [UInt8], info: [UInt8]) -> [UInt8]? {
    guard input.count == 32, salt.count <= 32, info.count <= 64 else { return nil }
    let padded = salt.isEmpty ? [] : salt + [UInt8](repeating: 0, count: 32 - salt.count)
    guard provider.load(input, at: 8) == PINSTRIPE_OK,
      provider.derive(9, from: 8, salt: padded, info: info) == PINSTRIPE_OK
    else { return nil }
    return provider.key(at: 9)
  }

  @Test func agreesWithTheFormula() {
    for length in 0...64 {
      let input = (0..<32).map { UInt8($0 + length) }
      let info = (0..<length).map { UInt8($0 * 3) }
      for salt in [[], [UInt8](repeating: UInt8(length + 1), count: 32)] {
        #expect(
          derived(input, salt: salt, info: info)
            == expanded(input, salt: salt, info: info, count: 32),
          "info of \(length) bytes, salt of \(salt.count)")
      }
    }
  }

  @Test(
    .enabled(if: Vectors.published != nil, Vectors.publishedMissing),
    arguments: ["KDF/rfc-5869-HKDF-SHA256.txt", "KDF/hkdf-generated.txt"])
  func rfc5869(file: String) throws {
    var run = 0
    for vector in try Vectors.response(file, in: Vectors.published) {
      guard let digits = vector["OKM"] else { continue }
      let key = try hex(digits)
      guard
        let output = expanded(
          try hex(vector["IKM"]), salt: try hex(vector["salt"]), info: try hex(vector["info"]),
          count: key.count)
      else { continue }
      #expect(output == key, "\(vector)")
      run += 1
    }
    #expect(run >= (file.contains("rfc") ? 2 : 1), "\(file)")
  }

  @Test(.enabled(if: Vectors.shared != nil, Vectors.sharedMissing))
  func wycheproof() throws {
    var byFormula = 0
    var byProvider = 0
    for vector in try Vectors.wycheproof("hkdf_sha256_test.json") where vector.result == "valid" {
      let key = try hex(vector.okm)
      let (input, salt, info) = (try hex(vector.ikm), try hex(vector.salt), try hex(vector.info))
      guard let output = expanded(input, salt: salt, info: info, count: key.count)
      else { continue }
      #expect(output == key, "case \(vector.tcId)")
      byFormula += 1
      guard let own = derived(input, salt: salt, info: info) else { continue }
      #expect(own.prefix(key.count).elementsEqual(key.prefix(32)), "case \(vector.tcId)")
      byProvider += 1
    }
    #expect(byFormula >= 70)
    #expect(byProvider >= 27)
  }
}
