import PinstripeMTP

/// The data phase that a ``MemoryResponder`` is receiving.
struct DataReceiver {
  private(set) var header: ContainerHeader?
  /// The payload, unless only its length is wanted.
  private(set) var payload: [UInt8] = []
  private(set) var count: UInt64 = 0
  private var start: [UInt8] = []
  private let keeps: Bool

  init(keeps: Bool) {
    self.keeps = keeps
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var bytes = bytes[...]
    if header == nil {
      let part = bytes.prefix(ContainerHeader.size - start.count)
      start += part
      bytes = bytes.dropFirst(part.count)
      header = ContainerHeader(start)
      // Room for what is announced, so that growing copies nothing; a liar gets no more than this.
      if keeps, let header { payload.reserveCapacity(Int(min(header.payload ?? 0, 128 << 20))) }
    }
    count += UInt64(bytes.count)
    if keeps { payload += UnsafeRawBufferPointer(rebasing: bytes) }
  }

  /// Whether the end of a transfer is the end of the data phase: not when only the header came.
  var isOver: Bool {
    guard let header else { return true }
    return count > 0 || header.payload == 0
  }

  /// Whether as many bytes came as were announced; a length beyond 32 bits is always believed.
  var isExact: Bool {
    guard let header, header.kind == .data else { return false }
    return header.length == ContainerHeader.unknownLength || header.payload == count
  }
}
