import CLibCrypto
import CPinstripe
import CProviderOpenSSL
import PinstripeCore

/// The OpenSSL provider with its sixteen places, whose keys can be put in and looked at.
final class OpenSSLKeys {
  let table: UnsafeMutablePointer<pinstripe_provider>
  private let state: UnsafeMutablePointer<pinstripe_openssl_state>

  init() {
    state = .allocate(capacity: 1)
    table = .allocate(capacity: 1)
    let status = pinstripe_openssl_provider(state, table)
    assert(status == PINSTRIPE_OK)
  }

  deinit {
    pinstripe_openssl_destroy(state)
    state.deallocate()
    table.deallocate()
  }

  func crypto() throws(TrackError) -> CryptoProvider {
    try CryptoProvider(table)
  }

  func load(_ key: [UInt8], at place: KeyPlace) {
    let status = pinstripe_openssl_load_key(state, place.number, key)
    assert(status == PINSTRIPE_OK && key.count == 32)
  }

  /// The key at a place, nil when there is none.
  func key(at place: KeyPlace) -> [UInt8]? {
    var key = [UInt8](repeating: 0, count: 32)
    return pinstripe_openssl_copy_key(state, place.number, &key) == PINSTRIPE_OK ? key : nil
  }

  /// Which of the places that a track or a keybox uses hold a key; 1 and 8 up are the integrator's.
  var heldPlaces: [UInt32] {
    (2..<8).filter { key(at: KeyPlace(number: $0)) != nil }
  }
}

func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
  let bytes = Array(bytes)
  var digest = [UInt8](repeating: 0, count: 32)
  let done = EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil)
  assert(done == 1)
  return digest
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { byte in
    let text = String(byte, radix: 16)
    return text.count == 1 ? "0" + text : text
  }.joined()
}
