/// Bytes at a constant distance from each other: the unit in which content is encrypted.
///
/// A whole content under `every(N, phase)` is one stripe, a full run is one, and a striped run is two:
/// its head, and every Nth byte behind that.
struct Stripe {
  /// Content offset of the first byte.
  let first: UInt64
  /// Content offset before which the last one lies.
  let end: UInt64
  /// From one byte to the next: 1 to 65,535, and 0 only where there is no byte.
  let stride: UInt64
  /// The index of the keystream byte that covers the first one.
  let index: UInt64

  /// How many of its bytes lie before a content offset.
  @inline(never)
  func count(before offset: UInt64) -> UInt64 {
    let offset = min(offset, end)
    guard offset > first else { return 0 }
    let last = offset &- first &- 1
    // A division costs as much as all else of a short run.
    return stride == 1 ? last &+ 1 : Self.quotient(last, stride) &+ 1
  }

  /// Divides by a stride; of 64 bits only where it must be, which costs a CPU of 32 several times as
  /// much.
  static func quotient(_ number: UInt64, _ stride: UInt64) -> UInt64 {
    guard number > UInt64(UInt32.max) else {
      return UInt64(
        UInt32(truncatingIfNeeded: number) / max(1, UInt32(truncatingIfNeeded: stride)))
    }
    return number / max(1, stride)
  }
}
