import CLibCrypto

/// How much memory and time a passphrase costs whoever tries it (scrypt, RFC 7914 §2).
public struct ScryptCost: Sendable, Hashable {
  /// The binary logarithm of N.
  ///
  /// Memory is 128 · N · r bytes.
  public let log2N: UInt32
  /// The block size.
  public let r: UInt32
  /// The parallelisation: how often the work is done.
  public let p: UInt32

  /// The most memory that a lock may ask for: a hostile file must not swallow the machine.
  public static var maximumMemory: UInt64 { 256 << 20 }
  /// The most work of all passphrase locks of one store together, as the sum of N · r · p: sixteen
  /// times ``standard``, some seconds.
  public static var maximumWork: UInt64 { 1 << 24 }

  /// Checks parameters: log2 N 1 to 20, r 1 to 16, p 1 to 4, at most ``maximumMemory``.
  ///
  /// - Throws: ``KeyError/Code/costly``.
  public init(log2N: UInt32, r: UInt32, p: UInt32) throws(KeyError) {
    guard (1...20).contains(log2N), (1...16).contains(r), (1...4).contains(p),
      (UInt64(128) << UInt64(log2N)) * UInt64(r) <= Self.maximumMemory
    else { throw Self.refusal }
    self.log2N = log2N
    self.r = r
    self.p = p
  }

  private init(known log2N: UInt32) {
    self.log2N = log2N
    r = 8
    p = 1
  }

  /// For new locks: N = 2^17, r = 8, p = 1 (OWASP's first choice); 128 MiB and about half a second.
  public static var standard: ScryptCost { ScryptCost(known: 17) }

  var memory: UInt64 { (UInt64(128) << UInt64(log2N)) * UInt64(r) }
  var work: UInt64 { (UInt64(1) << UInt64(log2N)) * UInt64(r) * UInt64(p) }

  static var refusal: KeyError {
    KeyError(
      .costly,
      "a passphrase lock asks for more memory or time than is allowed; the file was edited, or made "
        + "by a program with other limits")
  }
}

/// Turns passphrases into keys.
enum Scrypt {
  /// 32 bytes of scrypt.
  ///
  /// - Throws: ``KeyError/Code/passphrase`` for an empty or overlong one, ``KeyError/Code/memory``.
  static func key(
    from passphrase: SecretBytes, salt: Span<UInt8>, cost: ScryptCost
  ) throws(KeyError) -> SecretBytes {
    guard (1...KeyStoreLayout.maximumPassphrase).contains(passphrase.count) else {
      throw KeyError(
        .passphrase,
        "a passphrase has 1 to \(KeyStoreLayout.maximumPassphrase) bytes; choose another")
    }
    return try SecretBytes(count: 32) { key throws(KeyError) in
      let done = passphrase.withBytes { derive(from: $0, salt: salt, cost: cost, into: &key) }
      guard done else {
        throw KeyError(
          .memory, "there is not enough memory for the passphrase lock (\(cost.memory >> 20) MiB)")
      }
    }
  }

  private static func derive(
    from passphrase: Span<UInt8>, salt: Span<UInt8>, cost: ScryptCost,
    into key: inout MutableSpan<UInt8>
  ) -> Bool {
    // libcrypto's own limit is 32 MiB; it counts 128 · r · (N + p + 2) bytes.
    let limit = ScryptCost.maximumMemory * 2
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    return unsafe passphrase.withUnsafeBufferPointer { passphrase in
      unsafe salt.withUnsafeBufferPointer { salt in
        unsafe key.withUnsafeMutableBufferPointer { key in
          unsafe passphrase.withMemoryRebound(to: CChar.self) { passphrase in
            unsafe EVP_PBE_scrypt(
              passphrase.baseAddress, passphrase.count, salt.baseAddress, salt.count,
              UInt64(1) << UInt64(cost.log2N), UInt64(cost.r), UInt64(cost.p), limit,
              key.baseAddress, key.count) == 1
          }
        }
      }
    }
  }
}
