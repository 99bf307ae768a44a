public import CPinstripe
import CProviderOpenSSL
import CStripeKernels
public import PinstripeCore

/// The core's cryptography with keys in this process's memory, done by libcrypto.
///
/// Give each track that is packed or played its own provider: it has 24 places for keys and serves
/// one thread at a time. ``crypto``, ``table`` and everything made with them (a decoder, a cipher,
/// a key ladder) may be used only while the provider lives; keep it beside them. When it goes, its
/// keys are overwritten.
@safe
public final class SoftwareProvider {
  private let memory: SecretMemory
  private let state: UnsafeMutablePointer<pinstripe_openssl_state>
  /// The table of `pinstripe_decoder.h`, valid as long as the provider lives.
  public let table: UnsafePointer<pinstripe_provider>
  /// The table as the core takes it, valid as long as the provider lives.
  public let crypto: CryptoProvider

  /// Makes a provider whose places are empty.
  ///
  /// - Throws: ``KeyError/Code/memory``, ``KeyError/Code/crypto``.
  public init() throws(KeyError) {
    // One piece of locked memory holds the state and, from the next multiple of 16 on, the table.
    let tableOffset = unsafe (MemoryLayout<pinstripe_openssl_state>.size + 15) & ~15
    let memory = try unsafe SecretMemory(
      count: tableOffset + MemoryLayout<pinstripe_provider>.size)
    let state = unsafe memory.base.bindMemory(to: pinstripe_openssl_state.self, capacity: 1)
    let table = unsafe (memory.base + tableOffset).bindMemory(
      to: pinstripe_provider.self, capacity: 1)
    guard unsafe pinstripe_openssl_provider(state, table) == PINSTRIPE_OK
    else { throw KeyError.crypto }
    unsafe table.pointee.stripe = stripe_xor
    guard
      let crypto = unsafe try? CryptoProvider(table)
    else { throw KeyError.crypto }
    self.memory = memory
    unsafe self.state = unsafe state
    unsafe self.table = UnsafePointer(table)
    self.crypto = crypto
  }

  deinit {
    unsafe pinstripe_openssl_destroy(state)
  }

  /// Copies a 32-byte key to a place, replacing what was there.
  ///
  /// - Throws: ``KeyError/Code/argument`` for another length or a place that cannot be written.
  public func load(_ key: SecretBytes, at place: KeyPlace) throws(KeyError) {
    let status = key.withBytes { bytes in
      guard bytes.count == 32 else { return PINSTRIPE_E_ARGUMENT }
      return unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe pinstripe_openssl_load_key(state, place.number, buffer.baseAddress)
      }
    }
    guard status == PINSTRIPE_OK else {
      throw KeyError(.argument, "a key has 32 bytes and goes to one of the places 1 to 15")
    }
  }

  /// Copies the key at a place.
  ///
  /// - Throws: ``KeyError/Code/argument`` when the place is empty, ``KeyError/Code/memory``.
  public func copyKey(at place: KeyPlace) throws(KeyError) -> SecretBytes {
    try SecretBytes(count: 32) { target throws(KeyError) in
      let status = unsafe target.withUnsafeMutableBufferPointer { buffer in
        unsafe pinstripe_openssl_copy_key(state, place.number, buffer.baseAddress)
      }
      guard status == PINSTRIPE_OK else { throw KeyError(.argument, "there is no key to copy") }
    }
  }
}

extension SoftwareProvider {
  /// HMAC-SHA256 under a key that is here.
  func mac(
    of bytes: Span<UInt8>, under place: KeyPlace
  ) throws(KeyError) -> InlineArray<32, UInt8> {
    // The core's view of it is unowned.
    defer { withExtendedLifetime(self) {} }
    do throws(TrackError) {
      return try crypto.mac(bytes, Span(), under: place)
    } catch {
      throw KeyError(error)
    }
  }

  /// HKDF-SHA256 of a 32-byte key with the info string `label` ‖ 0.
  func derive(
    from key: SecretBytes, salt: Span<UInt8>, label: StaticString
  ) throws(KeyError) -> SecretBytes {
    let place = KeyPlace.firstWrap
    try load(key, at: place)
    let info = label.withUTF8Buffer { unsafe Array($0) } + [0]
    let status = unsafe salt.withUnsafeBufferPointer { salt in
      unsafe info.withUnsafeBufferPointer { info in
        guard let base = info.baseAddress else { return PINSTRIPE_E_ARGUMENT }
        return unsafe table.pointee.derive(
          table.pointee.state, place.number, salt.baseAddress,
          UInt32(truncatingIfNeeded: salt.count), base, UInt32(truncatingIfNeeded: info.count),
          place.number)
      }
    }
    guard status == PINSTRIPE_OK else { throw KeyError.crypto }
    return try copyKey(at: place)
  }
}

extension KeyError {
  /// libcrypto refused to work.
  static var crypto: KeyError {
    KeyError(.crypto, "the cryptographic library (libcrypto) failed; is OpenSSL 3 installed whole?")
  }

  /// Tells a core error in the words of this module.
  init(_ error: TrackError) {
    self =
      error.status == PINSTRIPE_E_ARGUMENT
      ? KeyError(.argument, "a key, salt or id has an impossible length") : .crypto
  }
}
