import CPinstripe
import CProviderOpenSSL
import CSystem
import PinstripePlayer

/// The device's keys in OpenSSL's provider.
///
/// Firmware with a secure element has its own provider here, and its secret (DUS) is in the element
/// from the factory on.
struct DeviceKeys: ~Copyable {
  let recipient: pinstripe_recipient
  private let memory: ProviderMemory

  var provider: UnsafePointer<pinstripe_provider> { UnsafePointer(memory.table) }

  init(keybox path: UnsafePointer<CChar>, allowsTest: Bool) throws(PlayerError) {
    let memory = try ProviderMemory()
    var keybox = pinstripe_keybox()
    keybox.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    keybox.abi_version = PINSTRIPE_ABI_VERSION
    var file = try KeyboxFile(path: path)
    var secret = InlineArray<32, UInt8>(repeating: 0)
    var secretSpan = secret.mutableSpan
    var status = secretSpan.withUnsafeMutableBufferPointer { secret in
      defer { system_wipe(secret.baseAddress, secret.count) }
      let status = file.withBytes { bytes in
        pinstripe_keybox_read(
          memory.table, bytes.baseAddress, bytes.count, allowsTest ? 1 : 0, &keybox,
          secret.baseAddress)
      }
      guard status == PINSTRIPE_OK else { return status }
      return pinstripe_openssl_load_key(memory.state, PINSTRIPE_KEY_ROOT, secret.baseAddress)
    }
    guard status == PINSTRIPE_OK else { throw .track(status) }

    var recipient = pinstripe_recipient()
    status = pinstripe_device_recipient(
      memory.table, &keybox, PINSTRIPE_KEY_FIRST_WRAP, &recipient)
    guard status == PINSTRIPE_OK else { throw .track(status) }
    self.recipient = recipient
    self.memory = memory
  }
}

/// A keybox file's bytes, wiped when they have been used.
private struct KeyboxFile: ~Copyable {
  // One more than a keybox has: the decoder refuses a file that fills it.
  private var bytes = InlineArray<129, UInt8>(repeating: 0)
  private var count = 0

  init(path: UnsafePointer<CChar>) throws(PlayerError) {
    var file = try FileStorage(path: path)
    var span = bytes.mutableSpan
    while count < 129 {
      let start = count
      let more = try span.withUnsafeMutableBufferPointer { all throws(PlayerError) in
        var rest = all.extracting(start...).mutableSpan
        return try file.read(at: UInt64(start), into: &rest)
      }
      guard more > 0 else { break }
      count += more
    }
  }

  mutating func withBytes(_ body: (UnsafeMutableBufferPointer<UInt8>) -> Int32) -> Int32 {
    let count = count
    var span = bytes.mutableSpan
    return span.withUnsafeMutableBufferPointer { all in
      defer { system_wipe(all.baseAddress, all.count) }
      return body(all.extracting(..<count))
    }
  }
}

/// The provider at addresses that stay, as its table points to its state.
private struct ProviderMemory: ~Copyable {
  let state: UnsafeMutablePointer<pinstripe_openssl_state>
  let table: UnsafeMutablePointer<pinstripe_provider>

  init() throws(PlayerError) {
    state = .allocate(capacity: 1)
    table = .allocate(capacity: 1)
    let status = pinstripe_openssl_provider(state, table)
    guard status == PINSTRIPE_OK else { throw .track(status) }
  }

  deinit {
    pinstripe_openssl_destroy(state)
    state.deallocate()
    table.deallocate()
  }
}
