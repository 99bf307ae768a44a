extension Duration {
  /// Whole milliseconds; 0 for what is negative.
  var milliseconds: UInt64 {
    UInt64(clamping: components.seconds) * 1000
      + UInt64(clamping: components.attoseconds / 1_000_000_000_000_000)
  }
}
