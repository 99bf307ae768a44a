/// The inner loop of the stripe: every other part of the cipher runs once for thousands of its rounds.
enum StripeKernel {
  /// XORs `count` bytes from `bytes` on, `stride` apart, with those at `keystream`.
  ///
  /// All bytes that it names must be there.
  @inline(never) @unsafe
  static func xor(
    _ bytes: UnsafeMutablePointer<UInt8>, every stride: Int,
    with keystream: UnsafePointer<UInt8>, _ count: Int
  ) {
    let eights = count & ~7
    var byte = unsafe bytes + eights &* stride
    for index in eights..<max(eights, count) {
      unsafe byte[0] ^= keystream[index]
      unsafe byte += stride
    }
    // Last, so that nothing of this function is on the stack meanwhile.
    unsafe xorEights(
      bytes, bytes + 4 &* stride, stride, 3 &* stride, 8 &* stride, keystream, keystream + eights)
  }

  /// Eight bytes a round, because one load, XOR and store each would wait for the one before.
  ///
  /// `second` is four strides behind `first`. Multiples of the stride come as arguments, and the
  /// function is not inlined, because a compiler that sees how they hang together computes each
  /// address from the one before, which takes half as long again.
  @inline(never) @unsafe
  private static func xorEights(
    _ first: UnsafeMutablePointer<UInt8>, _ second: UnsafeMutablePointer<UInt8>, _ stride: Int,
    _ three: Int, _ eight: Int, _ keystream: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>
  ) {
    var first = unsafe first
    var second = unsafe second
    var key = unsafe keystream
    while unsafe key < end {
      let keys = unsafe UnsafeRawPointer(key).loadUnaligned(
        as: (UInt16, UInt16, UInt16, UInt16).self)
      unsafe first[0] ^= UInt8(truncatingIfNeeded: keys.0)
      unsafe first[stride] ^= UInt8(truncatingIfNeeded: keys.0 >> 8)
      unsafe first[2 &* stride] ^= UInt8(truncatingIfNeeded: keys.1)
      unsafe first[three] ^= UInt8(truncatingIfNeeded: keys.1 >> 8)
      unsafe second[0] ^= UInt8(truncatingIfNeeded: keys.2)
      unsafe second[stride] ^= UInt8(truncatingIfNeeded: keys.2 >> 8)
      unsafe second[2 &* stride] ^= UInt8(truncatingIfNeeded: keys.3)
      unsafe second[three] ^= UInt8(truncatingIfNeeded: keys.3 >> 8)
      unsafe first += eight
      unsafe second += eight
      unsafe key += 8
    }
  }
}
