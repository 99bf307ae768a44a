import CLibCrypto

/// libcrypto called straight, for vectors that the provider's interface cannot express, and to compare
/// the provider with.
enum OpenSSLReference {
  /// Encrypts with a stream cipher from a given IV.
  static func stream(
    _ cipher: OpaquePointer?, key: [UInt8], iv: [UInt8], _ bytes: [UInt8]
  ) -> [UInt8] {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    var out = [UInt8](repeating: 0, count: bytes.count)
    var written: Int32 = 0
    guard
      EVP_EncryptInit_ex(context, cipher, nil, key, iv) == 1,
      EVP_EncryptUpdate(context, &out, &written, bytes, Int32(bytes.count)) == 1,
      written == bytes.count
    else { return [] }
    return out
  }

  /// AES-KW with keys of any size; nil when unwrapping fails its check.
  static func keyWrap(_ bytes: [UInt8], key: [UInt8], encrypts: Bool) -> [UInt8]? {
    let ciphers = [16: EVP_aes_128_wrap(), 24: EVP_aes_192_wrap(), 32: EVP_aes_256_wrap()]
    guard let cipher = ciphers[key.count] else { return nil }
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
    var out = [UInt8](repeating: 0, count: bytes.count + 16)
    var written: Int32 = 0
    guard
      EVP_CipherInit_ex(context, cipher, nil, key, nil, encrypts ? 1 : 0) == 1,
      EVP_CipherUpdate(context, &out, &written, bytes, Int32(bytes.count)) == 1, written > 0
    else { return nil }
    return Array(out.prefix(Int(written)))
  }

  /// The 128-bit big-endian sum of a counter and a number of blocks.
  static func counter(_ counter: [UInt8], plus blocks: UInt64) -> [UInt8] {
    var sum = counter
    var carry = blocks
    for index in sum.indices.reversed() {
      let digit = UInt64(sum[index]) + (carry & 0xFF)
      sum[index] = UInt8(digit & 0xFF)
      carry = (carry >> 8) + (digit >> 8)
    }
    return sum
  }
}
