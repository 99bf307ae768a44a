/// Where a track's file lies: a file system, a flash partition, a card.
public protocol StorageReader: ~Copyable {
  /// The whole file's size in bytes. Asked once, when the track is opened.
  var size: UInt64 { get }

  /// Reads into the start of `out` from byte `offset` of the file, and returns how many bytes came.
  ///
  /// Fewer than `out.count` may come at any time; the caller asks again for the rest. 0 means that
  /// the file ends at `offset`.
  ///
  /// - Throws: ``PlayerError/storage(_:)``.
  mutating func read(
    at offset: UInt64, into out: inout MutableSpan<UInt8>
  ) throws(PlayerError) -> Int
}

extension StorageReader where Self: ~Copyable {
  /// Fills all of `out`, however many reads that takes.
  ///
  /// - Throws: ``PlayerError/track(_:)`` with `PINSTRIPE_E_TRUNCATED` when the file ends before.
  mutating func fill(_ out: inout MutableSpan<UInt8>, at offset: UInt64) throws(PlayerError) {
    var filled = 0
    while filled < out.count {
      let count = try unsafe out.withUnsafeMutableBufferPointer { out throws(PlayerError) in
        var rest = unsafe out.extracting(filled...).mutableSpan
        return try read(at: offset &+ UInt64(filled), into: &rest)
      }
      // A reader that claims more than it was given room for has broken its word.
      guard count > 0, count <= out.count &- filled else { throw PlayerError.truncated }
      filled &+= count
    }
  }
}
