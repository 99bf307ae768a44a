import Glibc
import PinstripeMTP

/// The data phase that a ``MemoryResponder`` is receiving.
struct DataReceiver {
  /// What of a payload is wanted.
  enum Kept {
    case all, blocks, length
  }

  private(set) var header: ContainerHeader?
  /// The payload where all of it is wanted.
  private(set) var payload: [UInt8] = []
  /// The blocks that are not zero, where these are wanted.
  private(set) var blocks: [UInt64: [UInt8]] = [:]
  private(set) var count: UInt64 = 0
  private var start: [UInt8] = []
  private let kept: Kept

  init(keeps kept: Kept) {
    self.kept = kept
  }

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var bytes = bytes[...]
    if header == nil {
      let part = bytes.prefix(ContainerHeader.size - start.count)
      start += part
      bytes = bytes.dropFirst(part.count)
      header = ContainerHeader(start)
      // Room for what is announced, so that growing copies nothing; a liar gets no more than this.
      if kept == .all, let header {
        payload.reserveCapacity(Int(min(header.payload ?? 0, 128 << 20)))
      }
    }
    switch kept {
    case .all: payload += UnsafeRawBufferPointer(rebasing: bytes)
    case .blocks: keepBlocks(UnsafeRawBufferPointer(rebasing: bytes))
    case .length: break
    }
    count += UInt64(bytes.count)
  }

  private mutating func keepBlocks(_ bytes: UnsafeRawBufferPointer) {
    let size = UInt64(StoredObject.Content.blockSize)
    var position = count
    var rest = bytes[...]
    while !rest.isEmpty {
      let within = Int(position % size)
      let part = rest.prefix(Int(size) - within)
      let start = position - UInt64(within)
      if blocks[start] != nil || !UnsafeRawBufferPointer(rebasing: part).isZero {
        var block = blocks[start] ?? []
        block += [UInt8](repeating: 0, count: max(0, within - block.count))
        blocks[start] = block + part
      }
      position += UInt64(part.count)
      rest = rest.dropFirst(part.count)
    }
  }

  /// The same with half of the payload.
  var firstHalf: Self {
    var half = self
    half.count /= 2
    half.payload = Array(payload.prefix(Int(clamping: half.count)))
    half.blocks = blocks.filter { $0.key < half.count }
    return half
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

extension UnsafeRawBufferPointer {
  /// Whether all bytes are zero: the first one is, and each is like the one before it.
  ///
  /// By memcmp(3), because gigabytes come by here.
  fileprivate var isZero: Bool {
    guard let base = baseAddress, first == 0 else { return isEmpty }
    return memcmp(base, base + 1, count - 1) == 0
  }
}
