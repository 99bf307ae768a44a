import TestTools

extension Random {
  /// Bytes without FF, in which no frame begins.
  mutating func quietBytes(_ count: Int) -> [UInt8] {
    bytes(count).map { $0 & 0x7F }
  }
}
