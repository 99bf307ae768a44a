import CPinstripe
import Testing

@testable import PinstripeKeys

/// HMAC-SHA256 through the provider, whose keys have 32 bytes.
///
/// A shorter key is padded with zeros there,
/// which HMAC does itself up to 64 bytes (RFC 2104 §2), so those vectors can be run too.
struct HMACVectorTests {
  let provider = ProviderTable()

  /// The tag, fed in one piece and in pieces; nil for keys that the interface cannot express.
  func tag(_ message: [UInt8], key: [UInt8]) -> [UInt8]? {
    guard key.count <= 32 else { return nil }
    let padded = key + [UInt8](repeating: 0, count: 32 - key.count)
    #expect(provider.load(padded, at: PINSTRIPE_KEY_TAG) == PINSTRIPE_OK)
    let whole = provider.mac(message, key: PINSTRIPE_KEY_TAG)
    let half = message.count / 2
    let split = provider.mac(
      Array(message[..<half]), [], Array(message[half...]), key: PINSTRIPE_KEY_TAG)
    #expect(whole == split)
    return whole
  }

  @Test(.enabled(if: Vectors.published != nil, Vectors.publishedMissing))
  func rfc4231() throws {
    var run = 0
    for vector in try Vectors.response(
      "HMAC/rfc-4231-sha256.txt", in: Vectors.published, startingAt: "Len")
    where vector["Key"] != nil {
      let key = try hex(vector["Key"])
      guard let tag = tag(try hex(vector["Msg"]), key: key) else { continue }
      #expect(tag == (try hex(vector["MD"])), "\(vector)")
      run += 1
    }
    #expect(run >= 4, "RFC 4231 has 4 cases whose key is not longer than 32 bytes")
  }

  @Test(.enabled(if: Vectors.shared != nil, Vectors.sharedMissing))
  func wycheproof() throws {
    var valid = 0
    var refused = 0
    for vector in try Vectors.wycheproof("hmac_sha256_test.json") {
      guard let tag = tag(try hex(vector.msg), key: try hex(vector.key)) else { continue }
      let size = try #require(vector.tagSize) / 8
      let matches = Array(tag.prefix(size)) == (try hex(vector.tag))
      #expect(matches == (vector.result == "valid"), "case \(vector.tcId)")
      if matches { valid += 1 } else { refused += 1 }
    }
    #expect(valid >= 60)
    #expect(refused >= 108)
  }
}
