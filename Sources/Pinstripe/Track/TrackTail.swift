/// What follows a track's payload: sections, and the trailer where there is one.
struct TrackTail {
  /// Bytes of it all.
  private(set) var length: UInt64 = 0
  private var parts: [SpillBuffer] = []

  mutating func append(_ part: SpillBuffer) {
    length += part.length
    parts.append(part)
  }

  /// Moves the next bytes into a buffer; less than it holds only at the end.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
    var done = 0
    while done < buffer.count, !parts.isEmpty {
      let count = try parts[0].read(
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
      if count == 0 { parts.removeFirst() }
      done += count
    }
    return done
  }
}
