import CLibCrypto

/// ChaCha20-Poly1305 (RFC 8439 §2.8) by libcrypto: the seal of a key store's body.
enum Sealing {
  static let nonceSize = 12
  static let tagSize = 16

  /// Encrypts `plain` and appends the tag.
  static func seal(
    _ plain: SecretBytes, under key: SecretBytes, nonce: Span<UInt8>, additional: Span<UInt8>
  ) throws(KeyError) -> [UInt8] {
    var sealed = [UInt8](repeating: 0, count: plain.count + tagSize)
    var target = sealed.mutableSpan
    let done = key.withBytes { key in
      plain.withBytes { plain in
        run(
          plain, key: key, nonce: nonce, additional: additional, encrypts: true, into: &target)
      }
    }
    guard done else { throw KeyError.crypto }
    return sealed
  }

  /// Decrypts what ``seal(_:under:nonce:additional:)`` made; nil when the tag fails.
  static func open(
    _ sealed: Span<UInt8>, under key: SecretBytes, nonce: Span<UInt8>, additional: Span<UInt8>
  ) throws(KeyError) -> SecretBytes? {
    guard sealed.count >= tagSize else { return nil }
    var done = false
    let plain = try SecretBytes(count: sealed.count - tagSize) { target throws(KeyError) in
      done = key.withBytes { key in
        run(
          sealed, key: key, nonce: nonce, additional: additional, encrypts: false, into: &target)
      }
    }
    return done ? plain : nil
  }

  private static func run(
    _ source: Span<UInt8>, key: Span<UInt8>, nonce: Span<UInt8>, additional: Span<UInt8>,
    encrypts: Bool, into target: inout MutableSpan<UInt8>
  ) -> Bool {
    guard key.count == 32, nonce.count == nonceSize,
      let context = unsafe EVP_CIPHER_CTX_new()
    else { return false }
    defer { unsafe EVP_CIPHER_CTX_free(context) }
    ERR_set_mark()
    defer { ERR_pop_to_mark() }
    return unsafe key.withUnsafeBufferPointer { key in
      unsafe nonce.withUnsafeBufferPointer { nonce in
        unsafe additional.withUnsafeBufferPointer { additional in
          unsafe source.withUnsafeBufferPointer { source in
            unsafe target.withUnsafeMutableBufferPointer { target in
              guard
                unsafe EVP_CipherInit_ex(
                  context, EVP_chacha20_poly1305(), nil, key.baseAddress, nonce.baseAddress,
                  encrypts ? 1 : 0) > 0
              else { return false }
              return unsafe process(
                context, source, additional: additional, encrypts: encrypts, into: target)
            }
          }
        }
      }
    }
  }

  /// Feeds an initialised context: additional data, data, tag.
  private static func process(
    _ context: OpaquePointer, _ source: UnsafeBufferPointer<UInt8>,
    additional: UnsafeBufferPointer<UInt8>, encrypts: Bool,
    into target: UnsafeMutableBufferPointer<UInt8>
  ) -> Bool {
    let count = encrypts ? source.count : source.count - tagSize
    var written: Int32 = 0
    var rest: Int32 = 0
    guard
      let length = Int32(exactly: count), let additionalLength = Int32(exactly: additional.count),
      unsafe EVP_CipherUpdate(
        context, nil, &written, additional.baseAddress, additionalLength) > 0
    else { return false }
    if !encrypts {
      let tag = unsafe source.baseAddress.map { unsafe $0 + count }
      guard
        unsafe EVP_CIPHER_CTX_ctrl(
          context, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), UnsafeMutableRawPointer(mutating: tag))
          > 0
      else { return false }
    }
    // A null output means additional data to libcrypto, so an empty body skips this call.
    written = 0
    if length > 0 {
      guard
        unsafe EVP_CipherUpdate(
          context, target.baseAddress, &written, source.baseAddress, length) > 0
      else { return false }
    }
    var none: UInt8 = 0  // ChaCha20-Poly1305 has nothing left to write here
    guard unsafe EVP_CipherFinal_ex(context, &none, &rest) > 0, written == length, rest == 0
    else { return false }
    guard encrypts else { return true }
    guard let end = unsafe target.baseAddress.map({ unsafe $0 + count }) else { return false }
    return unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), end) > 0
  }
}
