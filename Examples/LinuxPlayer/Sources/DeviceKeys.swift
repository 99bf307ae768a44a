import CPinstripe
import CProviderOpenSSL
import CSystem
import PinstripePlayer

/// The device's keys in OpenSSL's provider.
///
/// Firmware with a secure element has its own provider here, and its secret (DUS) is in the element
/// from the factory on.
struct DeviceKeys: ~Copyable {
  /// The device's own key first, then those that were granted to it.
  private(set) var recipients: InlineArray<8, pinstripe_recipient>
  private(set) var count = 1
  let keybox: pinstripe_keybox
  private let memory: ProviderMemory

  /// One key for each place from PINSTRIPE_KEY_FIRST_WRAP on, but for the device's own.
  static var maximumGrants: Int { 7 }

  /// Where the key of the play counts is.
  static var ledgerPlace: UInt32 { PINSTRIPE_KEY_PLACES - 1 }

  var provider: UnsafePointer<pinstripe_provider> { UnsafePointer(memory.table) }

  init(keybox path: UnsafePointer<CChar>, allowsTest: Bool) throws(PlayerError) {
    let memory = try ProviderMemory()
    var keybox = pinstripe_keybox()
    keybox.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    keybox.abi_version = PINSTRIPE_ABI_VERSION
    var file = try KeyFile(path: path)
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
    recipients = InlineArray(repeating: pinstripe_recipient())
    recipients[0] = recipient
    self.keybox = keybox
    self.memory = memory
  }

  /// Takes in the key of a user or a group.
  mutating func add(grant path: UnsafePointer<CChar>, allowsTest: Bool) throws(PlayerError) {
    guard count <= Self.maximumGrants else { throw .track(PINSTRIPE_E_ARGUMENT) }
    var file = try KeyFile(path: path)
    var box = keybox
    var device = recipients[0]
    var recipient = pinstripe_recipient()
    let place = PINSTRIPE_KEY_FIRST_WRAP + UInt32(count)
    let table = memory.table
    let status = file.withBytes { bytes in
      pinstripe_grant_recipient(
        table, &box, &device, bytes.baseAddress, bytes.count, allowsTest ? 1 : 0, place,
        &recipient)
    }
    guard status == PINSTRIPE_OK else { throw .track(status) }
    recipients[count] = recipient
    count += 1
  }
}

/// A keybox's or a grant's bytes, wiped when they have been used.
private struct KeyFile: ~Copyable {
  // One more than such a file has: the decoder refuses one that fills it.
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
