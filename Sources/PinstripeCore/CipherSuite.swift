import CPinstripe

/// A cipher suite: one number that names keystream, KDF, key wrap and MAC together.
///
/// KDF, wrap and MAC are HKDF-SHA256, AES-256-KW and HMAC-SHA256 in both (TrackFormat.md, "Suites").
public struct CipherSuite: Sendable {
  /// The number in a track's header.
  public let number: UInt16

  /// Takes a header's number.
  ///
  /// - Throws: ``TrackError/suite`` when this version does not know it.
  public init(number: UInt16) throws(TrackError) {
    guard number == PINSTRIPE_SUITE_CHACHA20 || number == PINSTRIPE_SUITE_AES_128_CTR
    else { throw .suite }
    self.number = number
  }

  /// Takes a number that was judged before.
  init(judged number: UInt16) {
    self.number = number
  }

  /// ChaCha20 (RFC 8439 §2.3) with a zero IV: constant time without special instructions.
  public static var chacha20: CipherSuite { CipherSuite(judged: 1) }

  /// AES-128 in counter mode (NIST SP 800-38A §6.5), counter from zero: for CPUs and engines with AES.
  public static var aes128CTR: CipherSuite { CipherSuite(judged: 2) }

  /// The binary logarithm of a keystream block's bytes: 6 for ChaCha20, 4 for AES.
  var blockShift: UInt64 { number == 1 ? 6 : 4 }

  /// Bytes in a keystream block: 64 for ChaCha20, 16 for AES.
  public var blockSize: Int { 1 << Int(blockShift) }
}

extension CipherSuite {
  /// Whether two suites are the same.
  public static func == (first: CipherSuite, second: CipherSuite) -> Bool {
    first.number == second.number
  }
}
