public import PinstripePipe

/// Transfers that a player wants to send, cut into packets as USB does (USB 2.0 §5.8.3).
///
/// ```
/// length no multiple of the packet size   the last packet is short: the transfer ends there
/// a multiple                              a zero-length packet ends it, unless the player omits that;
///                                         then what follows runs on in the same host buffer
/// ```
public struct TransferQueue: Sendable {
  /// One transfer.
  struct Transfer: Sendable {
    let length: UInt64
    let endsExactly: Bool
    let produce: @Sendable (UInt64, UnsafeMutableRawBufferPointer) -> Void
    var given: UInt64 = 0
  }

  private var transfers: [Transfer] = []

  /// Creates an empty queue.
  public init() {}

  /// Whether nothing is waiting.
  public var isEmpty: Bool { transfers.isEmpty }

  /// Drops everything.
  public mutating func removeAll() {
    transfers = []
  }

  /// Appends a transfer of some bytes.
  ///
  /// - Parameter endsExactly: Whether a zero-length packet follows a last packet that is full.
  public mutating func append(_ bytes: [UInt8], endsExactly: Bool = true) {
    append(length: UInt64(bytes.count), endsExactly: endsExactly) { offset, buffer in
      buffer.copyBytes(from: bytes[Int(offset)...].prefix(buffer.count))
    }
  }

  /// Appends a transfer whose bytes are made when they are asked for.
  ///
  /// - Parameter produce: Writes the bytes from an offset on, as many as the buffer holds.
  public mutating func append(
    length: UInt64, endsExactly: Bool = true,
    produce: @escaping @Sendable (UInt64, UnsafeMutableRawBufferPointer) -> Void
  ) {
    transfers.append(Transfer(length: length, endsExactly: endsExactly, produce: produce))
  }

  /// Fills a host's buffer.
  ///
  /// - Returns: Nil when nothing is waiting.
  public mutating func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) -> Reception? {
    guard !transfers.isEmpty else { return nil }
    var filled = 0
    while let transfer = transfers.first {
      let count = Int(min(UInt64(buffer.count - filled), transfer.length - transfer.given))
      if count > 0 {
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<(filled + count)])
        transfer.produce(transfer.given, part)
        transfers[0].given += UInt64(count)
        filled += count
      }
      guard transfers[0].given == transfer.length else { break }
      if transfer.length % UInt64(packetSize) != 0 {
        transfers.removeFirst()
        return Reception(count: filled, isEnd: true)
      }
      guard transfer.endsExactly else {
        transfers.removeFirst()
        if filled == buffer.count { break }
        continue
      }
      // The zero-length packet needs room in a buffer of its own once this one is full.
      guard filled < buffer.count else { break }
      transfers.removeFirst()
      return Reception(count: filled, isEnd: true)
    }
    return Reception(count: filled, isEnd: false)
  }
}
