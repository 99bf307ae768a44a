import CLibCrypto

/// SHA-256 (FIPS 180-4) of content as it passes by.
final class ContentDigest {
  private let context: OpaquePointer

  /// Starts a digest.
  ///
  /// - Throws: ``PinstripeError`` when libcrypto fails.
  init() throws(PinstripeError) {
    guard let context = EVP_MD_CTX_new() else { throw Self.failure }
    self.context = context
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else { throw Self.failure }
  }

  deinit {
    EVP_MD_CTX_free(context)
  }

  /// Takes the next bytes.
  func update(_ bytes: UnsafeRawBufferPointer) throws(PinstripeError) {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw Self.failure }
  }

  /// The digest's 32 bytes; nothing can be added afterwards.
  func finish() throws(PinstripeError) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { throw Self.failure }
    return digest
  }

  /// The digest of a few bytes, as hexadecimal digits; of none at all the empty text.
  static func hexadecimal(of bytes: [UInt8]) throws(PinstripeError) -> String {
    guard !bytes.isEmpty else { return "" }
    let digest = try ContentDigest()
    try bytes.span.withUnsafeBytes { bytes throws(PinstripeError) in try digest.update(bytes) }
    return Hexadecimal.string(try digest.finish())
  }

  private static var failure: PinstripeError {
    PinstripeError(.system, "libcrypto failed to compute SHA-256; is OpenSSL 3 installed whole?")
  }
}
