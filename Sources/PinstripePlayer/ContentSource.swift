/// Decrypted content as a codec wants it: a position that moves and can be set.
public protocol ContentSource: ~Copyable {
  /// Bytes of the content.
  var length: UInt64 { get }
  /// Where the next ``read(into:)`` starts, from 0 to ``length``.
  var position: UInt64 { get }

  /// Moves the position, forwards or backwards.
  ///
  /// - Throws: ``PlayerError/track(_:)`` with `PINSTRIPE_E_RANGE` beyond ``length``.
  mutating func seek(to offset: UInt64) throws(PlayerError)

  /// Reads into the start of `out` and moves on by as many bytes as it returns. Fewer than
  /// `out.count` may come; 0 only at the end or when `out` is empty.
  mutating func read(into out: inout MutableSpan<UInt8>) throws(PlayerError) -> Int
}
