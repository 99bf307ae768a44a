/// A source that is looked into before it is packed, even where it can be read only once.
///
/// What was looked at of a source without a length is held in memory until it is read; at most
/// ``maximumHeld`` bytes, and never more than came.
public final class PeekableSource: MediaSource {
  /// The most bytes of a source without a length that can be looked at, from its start on.
  public static let maximumHeld = 16 << 20
  /// As much is read at once: what comes decides how much memory is taken, not what a tag claims.
  private static let piece = 64 << 10

  /// The source's.
  public var name: String { source.name }
  /// The source's.
  public var length: UInt64? { source.length }
  private var source: any MediaSource
  /// What was read of a source without a length and not yet given out; it begins at `position`.
  private var held: ArraySlice<UInt8> = []
  private var position: UInt64 = 0
  private var hasEnded = false

  /// Wraps a source of which nothing was read yet.
  public init(_ source: some MediaSource) {
    self.source = source
  }

  /// Looks at bytes that are still to be read.
  ///
  /// - Returns: Fewer bytes than asked for where the source ends before; of a source without a length
  ///   also what lies before ``maximumHeld`` only, and nothing that was already read.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  public func peek(at offset: UInt64, count: Int) throws(PinstripeError) -> [UInt8] {
    guard count > 0 else { return [] }
    if let length {
      // Never more than the file has: the count may be a stranger's.
      let there = offset < length ? Int(min(UInt64(count), length - offset)) : 0
      return try bytes(at: offset, count: there)
    }
    guard offset >= position, offset - position < UInt64(Self.maximumHeld) else { return [] }
    let start = Int(offset - position)
    let end = start + min(count, Self.maximumHeld - start)
    while held.count < end, !hasEnded {
      let more = try bytes(at: position + UInt64(held.count), count: Self.piece)
      hasEnded = more.isEmpty
      held += more
    }
    return Array(held.dropFirst(start).prefix(end - start))
  }

  /// Reads as the source does; what was held comes first.
  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    guard length == nil else { return try source.read(at: offset, into: buffer) }
    var count = min(held.count, buffer.count)
    if count > 0 {
      buffer.copyBytes(from: held.prefix(count))
      held = held.dropFirst(count)
    } else if !hasEnded {
      count = try source.read(at: offset, into: buffer)
    }
    position += UInt64(count)
    return count
  }

  /// The source's.
  public func revision() throws(PinstripeError) -> SourceRevision? { try source.revision() }

  private func bytes(at offset: UInt64, count: Int) throws(PinstripeError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var span = bytes.mutableSpan
    let done = try span.withUnsafeMutableBytes { buffer throws(PinstripeError) in
      try length == nil ? source.read(at: offset, into: buffer) : source.fill(buffer, at: offset)
    }
    bytes.removeLast(count - done)
    return bytes
  }
}
