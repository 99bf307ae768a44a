/// A counter in hardware that only goes up: in a TPM, in a card's replay-protected block, in fuses.
///
/// With it a device notices that its storage was put back to an earlier state.
public protocol MonotonicCounter: ~Copyable {
  /// The counter's value; nil when this device has none.
  ///
  /// - Throws: ``PlayerError/storage(_:)``.
  mutating func value() throws(PlayerError) -> UInt64?

  /// Makes the value one larger, for good.
  ///
  /// - Throws: ``PlayerError/storage(_:)``.
  mutating func advance() throws(PlayerError)
}

/// No counter: an older state that is put back is not noticed.
public struct NoCounter: MonotonicCounter {
  /// The counter that is none.
  public init() {}

  /// nil.
  public mutating func value() throws(PlayerError) -> UInt64? { nil }

  /// Does nothing.
  public mutating func advance() throws(PlayerError) {}
}
