import CPinstripe
import CProviderOpenSSL

/// The provider's C table as firmware sees it: every call goes through a function pointer.
final class ProviderTable {
  let state = UnsafeMutablePointer<pinstripe_openssl_state>.allocate(capacity: 1)
  var table = pinstripe_provider.unset

  init() {
    // The memory need not be clean beforehand.
    UnsafeMutableRawPointer(state).initializeMemory(
      as: UInt8.self, repeating: 0xA5, count: MemoryLayout<pinstripe_openssl_state>.size)
    status = pinstripe_openssl_provider(state, &table)
  }

  private(set) var status: Int32 = -99

  deinit {
    pinstripe_openssl_destroy(state)
    state.deallocate()
  }

  func load(_ key: [UInt8], at place: UInt32) -> Int32 {
    pinstripe_openssl_load_key(state, place, key)
  }

  func key(at place: UInt32) -> [UInt8]? {
    var key = [UInt8](repeating: 0, count: 32)
    return pinstripe_openssl_copy_key(state, place, &key) == PINSTRIPE_OK ? key : nil
  }

  func derive(
    _ child: UInt32, from parent: UInt32, salt: [UInt8], info: [UInt8]
  ) -> Int32 {
    // An empty array's pointer may be null, which the contract allows for the salt only.
    (info + [0]).withUnsafeBufferPointer { text in
      guard let base = text.baseAddress else { return -99 }
      return table.derive(
        table.state, parent, salt, UInt32(salt.count), base, UInt32(info.count), child)
    }
  }

  func unwrap(_ wrapped: [UInt8], under wrapping: UInt32, into child: UInt32) -> Int32 {
    table.unwrap(table.state, wrapping, wrapped, child)
  }

  /// The tag of `pieces` one after the other, or nil when a step failed.
  func mac(_ pieces: [UInt8]..., key: UInt32) -> [UInt8]? {
    guard table.mac_begin(table.state, key) == PINSTRIPE_OK else { return nil }
    for piece in pieces {
      let status = piece.withUnsafeBufferPointer { piece in
        guard let base = piece.baseAddress else { return PINSTRIPE_OK }
        return table.mac_update(table.state, base, piece.count)
      }
      guard status == PINSTRIPE_OK else { return nil }
    }
    var tag = [UInt8](repeating: 0, count: 32)
    return table.mac_finish(table.state, &tag) == PINSTRIPE_OK ? tag : nil
  }

  /// Whole keystream blocks, or nil when the answer was not the number asked for.
  func keystream(
    _ suite: UInt32, key: UInt32, from block: UInt64, blocks: UInt32
  ) -> [UInt8]? {
    let size = suite == PINSTRIPE_SUITE_CHACHA20 ? 64 : 16
    // Not zeros: the provider must not rely on what is there. One byte more shows overruns.
    var out = [UInt8](repeating: 0xEE, count: Int(blocks) * size + 1)
    guard
      table.keystream(table.state, key, suite, block, &out, blocks) == Int32(blocks),
      out.removeLast() == 0xEE
    else { return nil }
    return out
  }
}

extension pinstripe_provider {
  /// A table whose functions were never filled in, to be overwritten.
  static var unset: pinstripe_provider {
    pinstripe_provider(
      struct_size: 0, abi_version: 0, state: nil,
      derive: { _, _, _, _, _, _, _ in -99 }, unwrap: { _, _, _, _ in -99 },
      mac_begin: { _, _ in -99 }, mac_update: { _, _, _ in -99 }, mac_finish: { _, _ in -99 },
      keystream: { _, _, _, _, _, _ in -99 }, discard: { _, _ in }, stripe: nil)
  }
}
