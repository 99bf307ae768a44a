/// Where content comes from: a file, a pipe, a download that is decrypted on the way.
///
/// A source is read from the start to the end by whoever packs it. Sources that can also be read
/// anywhere say so, and may be read twice.
public protocol MediaSource {
  /// The name of the work's file, without folders: "idle_tune.mp3".
  var name: String { get }

  /// Bytes of content, or nil when only the end will tell, as with a pipe.
  var length: UInt64? { get }

  /// Reads up to the buffer's size from `offset` on.
  ///
  /// A source without a length is read in order, each offset following on the last read.
  ///
  /// - Returns: How many bytes were read; 0 at the end, and only there.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  mutating func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int

  /// What changes whenever the content does; nil where nobody can tell, which is the default.
  ///
  /// What is read twice is compared by this, or else by its digest, which takes longer.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  func revision() throws(PinstripeError) -> SourceRevision?
}

/// A state of a source's content.
public struct SourceRevision: Sendable, Equatable {
  /// Bytes of content.
  public let length: UInt64
  /// When content or attributes were last changed, in nanoseconds since 1970-01-01 00:00 UTC
  /// (stat(2), st_ctim, which nobody can set back).
  public let changed: Int64

  /// Creates a revision.
  public init(length: UInt64, changed: Int64) {
    self.length = length
    self.changed = changed
  }
}

extension MediaSource {
  /// nil: nobody can tell.
  public func revision() throws(PinstripeError) -> SourceRevision? { nil }

  /// Fills the buffer from `offset` on, as far as there is content.
  ///
  /// - Returns: How many bytes were read; less than the buffer holds only at the end.
  mutating func fill(
    _ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(PinstripeError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = try read(at: offset + UInt64(done), into: rest)
      if count == 0 { break }
      done += count
    }
    return done
  }
}
