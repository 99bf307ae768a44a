/// What tells a name that had to be changed from all others: "~" and six digits of a hash of the original.
///
/// The same original always has the same tag, on every computer, so a name never depends on what else is
/// there. The hash is FNV-1a with 64 bits (Fowler, Noll, Vo), of which 30 are kept; that two
/// originals have one tag *and* one spelling is left to ``SyncPlaces``, which looks.
enum NameTag {
  /// The tag of an original.
  static func make(of original: some Sequence<UInt8>) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in original { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    // The upper bits, which all bytes have reached, into the lower ones.
    hash ^= hash >> 32
    let tag = (0..<UInt64(length)).map { digit in digits[Int(hash >> (5 * digit) & 31)] }
    return "~" + String(decoding: tag, as: UTF8.self)
  }

  /// Whether a name ends as if it had a tag: then it gets one of its own, so that no original is
  /// another's changed name.
  static func ends(_ name: some BidirectionalCollection<Unicode.Scalar>) -> Bool {
    let end = name.suffix(length + 1)
    guard end.count == length + 1, end.first == "~" else { return false }
    return end.dropFirst().allSatisfy { scalar in
      UInt8(exactly: scalar.value).map { digits.contains($0) } ?? false
    }
  }

  private static let length = 6
  /// No capitals, for players do not tell case, and none of i, l, o, u, which look like others.
  private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
}
