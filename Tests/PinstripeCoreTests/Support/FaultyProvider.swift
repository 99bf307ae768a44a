import CPinstripe
import PinstripeCore

/// The OpenSSL provider, but for one call, counted over all functions, that fails or answers short.
final class FaultyProvider {
  enum Fault: CaseIterable {
    /// A status that says so.
    case provider
    /// A status that is not for this function to give, or none at all.
    case other
    /// Keystream: a block less than was asked for. Elsewhere the same as `other`.
    case short
  }

  let keys: OpenSSLKeys
  let table: UnsafeMutablePointer<pinstripe_provider>
  /// The call that fails, counted from 0; none when nil.
  var failing: Int?
  var fault = Fault.provider
  private(set) var calls = 0

  init(_ keys: OpenSSLKeys) {
    self.keys = keys
    table = .allocate(capacity: 1)
    table.initialize(
      to: pinstripe_provider(
        struct_size: UInt32(MemoryLayout<pinstripe_provider>.size),
        abi_version: PINSTRIPE_ABI_VERSION, state: nil,
        derive: { state, parent, salt, saltLength, info, infoLength, child in
          FaultyProvider.call(state) {
            $0.derive($0.state, parent, salt, saltLength, info, infoLength, child)
          }
        },
        unwrap: { state, wrapping, wrapped, child in
          FaultyProvider.call(state, other: 3) { $0.unwrap($0.state, wrapping, wrapped, child) }
        },
        mac_begin: { state, key in FaultyProvider.call(state) { $0.mac_begin($0.state, key) } },
        mac_update: { state, bytes, length in
          FaultyProvider.call(state) { $0.mac_update($0.state, bytes, length) }
        },
        mac_finish: { state, tag in
          FaultyProvider.call(state) { $0.mac_finish($0.state, tag) }
        },
        keystream: { state, key, suite, first, out, count in
          FaultyProvider.call(state, other: Int32(count) + 1, short: Int32(count) - 1) {
            $0.keystream($0.state, key, suite, first, out, count)
          }
        },
        discard: { state, key in
          guard let provider = FaultyProvider.from(state) else { return }
          provider.keys.table.pointee.discard(provider.keys.table.pointee.state, key)
        }, stripe: nil))
    table.pointee.state = Unmanaged.passUnretained(self).toOpaque()
  }

  deinit { table.deallocate() }

  /// Starts counting again.
  func fail(_ failing: Int?, _ fault: Fault = .provider) {
    self.failing = failing
    self.fault = fault
    calls = 0
  }

  private static func from(_ state: UnsafeMutableRawPointer?) -> FaultyProvider? {
    state.map { Unmanaged.fromOpaque($0).takeUnretainedValue() }
  }

  /// Works, and then reports a failure in the call that is to fail: its output is right, but nobody
  /// may use it.
  private static func call(
    _ state: UnsafeMutableRawPointer?, other: Int32 = PINSTRIPE_E_UNWRAP,
    short: Int32 = 1, _ body: (pinstripe_provider) -> Int32
  ) -> Int32 {
    guard let provider = from(state) else { return PINSTRIPE_E_ARGUMENT }
    let status = body(provider.keys.table.pointee)
    provider.calls += 1
    guard provider.failing == provider.calls - 1 else { return status }
    switch provider.fault {
    case .provider: return PINSTRIPE_E_PROVIDER
    case .other: return other
    case .short: return short
    }
  }
}
