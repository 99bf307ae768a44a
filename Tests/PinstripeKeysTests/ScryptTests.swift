import Testing

@testable import PinstripeKeys

struct ScryptTests {
  /// RFC 7914 §12; 32 bytes of scrypt are the first 32 of 64, as its last step is PBKDF2.
  @Test func rfc7914Section12() throws {
    let key = try Scrypt.key(
      from: secret("pleaseletmein"), salt: Array("SodiumChloride".utf8).span,
      cost: ScryptCost(log2N: 14, r: 8, p: 1))
    #expect(
      key.withBytes { $0.bytes(at: 0, count: 32) }
        == (try hex("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2")))
  }

  @Test func standardIsWithinTheLimits() throws {
    let standard = ScryptCost.standard
    #expect(
      try ScryptCost(log2N: standard.log2N, r: standard.r, p: standard.p) == standard)
    #expect(standard.memory == 128 << 20)
    #expect(standard.work * 8 <= ScryptCost.maximumWork)
  }
}
