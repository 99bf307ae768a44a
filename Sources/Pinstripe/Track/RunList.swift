import PinstripeFrames

/// Where runs begin, in order, in a few bytes each: seven bits a byte, the lowest first, of twice the
/// distance to the run before, and 1 more where it is striped.
struct RunList {
  private var bytes = SpillBuffer()
  private var block: [UInt8] = []
  private var last: UInt64 = 0
  private static let blockSize = 4096

  /// Adds a run that begins behind the last one, or where it does.
  ///
  /// - Parameter full: Is told each block of bytes once it is complete.
  mutating func append(
    _ run: RunStart, full: ([UInt8]) throws(PinstripeError) -> Void
  ) throws(PinstripeError) {
    var number = (run.offset - last) << 1 | (run.kind == .striped ? 1 : 0)
    last = run.offset
    repeat {
      block.append(UInt8(truncatingIfNeeded: number & 0x7F) | (number > 0x7F ? 0x80 : 0))
      number >>= 7
    } while number > 0
    if block.count >= Self.blockSize { try flush(full) }
  }

  /// Ends the list.
  mutating func flush(
    _ full: ([UInt8]) throws(PinstripeError) -> Void
  ) throws(PinstripeError) {
    try full(block)
    try bytes.append(block)
    block.removeAll(keepingCapacity: true)
  }

  /// Reads a list that is complete, from its first run on.
  struct Reader {
    private var bytes: SpillBuffer
    private var block = [UInt8](repeating: 0, count: RunList.blockSize)
    private var used = 0
    private var count = 0
    private var last: UInt64 = 0
    private var next: RunStart?

    init(_ list: RunList) throws(PinstripeError) {
      bytes = list.bytes
      next = try step()
    }

    /// Tells of the runs that begin before an offset and were not told yet.
    mutating func read(
      before offset: UInt64, _ begin: (RunStart) -> Void
    ) throws(PinstripeError) {
      while let run = next, run.offset < offset {
        begin(run)
        next = try step()
      }
    }

    private mutating func step() throws(PinstripeError) -> RunStart? {
      var number: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = try byte() {
        number |= UInt64(byte & 0x7F) << shift
        shift += 7
        guard byte & 0x80 == 0 else { continue }
        last += number >> 1
        return RunStart(offset: last, kind: number & 1 == 1 ? .striped : .full)
      }
      return nil
    }

    private mutating func byte() throws(PinstripeError) -> UInt8? {
      if used == count {
        var rest = bytes
        var span = block.mutableSpan
        count = try span.withUnsafeMutableBytes { buffer throws(PinstripeError) in
          try rest.read(into: buffer)
        }
        bytes = rest
        used = 0
        guard count > 0 else { return nil }
      }
      defer { used += 1 }
      return block[used]
    }
  }
}
