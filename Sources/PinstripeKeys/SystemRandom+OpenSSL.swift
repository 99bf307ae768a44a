import CLibCrypto

/// Random bytes for keys, salts and nonces: libcrypto's private generator, seeded by the kernel.
public enum SystemRandom {
  /// Fills all of `bytes`.
  ///
  /// - Throws: ``KeyError/Code/crypto`` when the generator has no entropy; then nothing may be used.
  public static func fill(_ bytes: inout MutableSpan<UInt8>) throws(KeyError) {
    let done = unsafe bytes.withUnsafeMutableBufferPointer { out in
      guard let base = out.baseAddress, let count = Int32(exactly: out.count) else {
        return out.count == 0
      }
      return unsafe RAND_priv_bytes(base, count) == 1
    }
    guard done else { throw KeyError(.crypto, "the system gives no random bytes; try again later") }
  }

  /// A fresh random secret.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public static func secret(count: Int = 32) throws(KeyError) -> SecretBytes {
    try SecretBytes(count: count) { span throws(KeyError) in try fill(&span) }
  }

  /// Fresh random bytes that need no protection: salts, nonces, identifiers.
  ///
  /// - Throws: ``KeyError/Code/crypto``.
  public static func bytes(count: Int) throws(KeyError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(count, 0))
    var span = bytes.mutableSpan
    try fill(&span)
    return bytes
  }
}
