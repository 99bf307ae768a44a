import CLibCrypto

/// AES-KW (RFC 3394) by libcrypto, for the desktop's side: wrapping content keys, and the key store's
/// locks.
///
/// libcrypto's key wrap computes AES with tables, so its time depends on the keys. Tracks are
/// unwrapped by the provider instead, which does not.
enum KeyWrapping {
  /// Wraps a secret of n · 8 bytes, n ≥ 2, into 8 bytes more, under a 32-byte key.
  static func wrap(_ secret: SecretBytes, under key: SecretBytes) throws(KeyError) -> [UInt8] {
    guard key.count == 32, secret.count >= 16, secret.count % 8 == 0 else {
      throw KeyError(.argument, "only keys of whole 8-byte blocks can be wrapped")
    }
    var wrapped = [UInt8](repeating: 0, count: secret.count + 8)
    var target = wrapped.mutableSpan
    let done = key.withBytes { key in
      secret.withBytes { secret in crypt(secret, under: key, into: &target, encrypts: true) }
    }
    guard done else { throw KeyError.crypto }
    return wrapped
  }

  /// Unwraps into a secret 8 bytes shorter; nil when the integrity check fails.
  static func unwrap(
    _ wrapped: Span<UInt8>, under key: SecretBytes
  ) throws(KeyError) -> SecretBytes? {
    guard key.count == 32, wrapped.count >= 24, wrapped.count % 8 == 0 else { return nil }
    var done = false
    let secret = try SecretBytes(count: wrapped.count - 8) { target throws(KeyError) in
      done = key.withBytes { key in
        crypt(wrapped, under: key, into: &target, encrypts: false)
      }
    }
    return done ? secret : nil
  }

  /// Makes one pass of `EVP_aes_256_wrap`; false unless it wrote all of `target`.
  ///
  /// Backwards, that is the integrity check.
  private static func crypt(
    _ source: Span<UInt8>, under key: Span<UInt8>, into target: inout MutableSpan<UInt8>,
    encrypts: Bool
  ) -> Bool {
    guard let context = unsafe EVP_CIPHER_CTX_new() else { return false }
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    unsafe EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
    let count = Int32(truncatingIfNeeded: source.count)
    let expected = target.count
    return unsafe key.withUnsafeBufferPointer { key in
      unsafe source.withUnsafeBufferPointer { source in
        unsafe target.withUnsafeMutableBufferPointer { target in
          var written: Int32 = 0
          return unsafe EVP_CipherInit_ex(
            context, EVP_aes_256_wrap(), nil, key.baseAddress, nil, encrypts ? 1 : 0) > 0
            && EVP_CipherUpdate(
              context, target.baseAddress, &written, source.baseAddress, count) > 0
            && Int(written) == expected
        }
      }
    }
  }
}
