public import PinstripePipe
import Synchronization

/// A ``PinstripePipe/BulkPipe`` in memory: on the other side is a ``PlayerEnd`` instead of a cable.
///
/// ```swift
/// let player = MemoryResponder(profile: profile)
/// let session = try await Session.open(on: LoopbackPipe(to: player), profile: profile)
/// ```
///
/// Packets, short packets and zero-length packets are what they are on USB, so a transfer that ends on
/// a packet boundary is tested as such. Time does not pass: waiting for bulk data that is not there, or
/// for which the player needs longer than the timeout, ends immediately.
public final class LoopbackPipe: BulkPipe {
  /// One transfer that went through the pipe.
  public struct Transfer: Sendable, Equatable {
    /// Which way.
    public var direction: PipeDirection
    /// How many bytes.
    public var count: UInt64
    /// The first bytes, at most 64.
    public var head: [UInt8]
    /// Whether a zero-length packet ended it.
    public var endedWithZeroLengthPacket: Bool
  }

  private struct State {
    var transfers: [Transfer] = []
    var requests: [ClassRequest] = []
    var isClosed = false
    /// Counts the calls of `cancel`; a transfer that sees it change was cancelled.
    var cancellations = 0
  }

  /// A buffer that one transfer at a time uses.
  private struct Buffer: @unchecked Sendable {
    let memory: UnsafeMutableRawBufferPointer
  }

  private let player: any PlayerEnd
  /// Buffers that no transfer uses now: allocating megabytes for each costs more than filling them.
  private let free = Mutex<[Buffer]>([])
  private let state = Mutex(State())
  /// Bytes in one buffer.
  public let chunkSize: Int
  /// wMaxPacketSize of the bulk OUT endpoint.
  public let outPacketSize: Int
  /// wMaxPacketSize of the bulk IN endpoint.
  public let inPacketSize: Int

  /// How often the pipe looks for an event while it waits for one.
  private static let eventPause = Duration.milliseconds(2)

  /// Connects a player.
  ///
  /// - Parameters:
  ///   - packetSize: 64, 512 or 1024, both ways.
  ///   - chunkSize: Bytes in one buffer; rounded up to a multiple of the packet size.
  public init(to player: any PlayerEnd, packetSize: Int = 512, chunkSize: Int = 65_536) {
    self.player = player
    let packetSize = min(max(packetSize, 8), 1024)
    outPacketSize = packetSize
    inPacketSize = packetSize
    self.chunkSize = (max(chunkSize, 1) + packetSize - 1) / packetSize * packetSize
  }

  deinit {
    for buffer in free.withLock({ $0 }) { buffer.memory.deallocate() }
  }

  /// The transfers so far, in order; a transfer that is not over is not there yet.
  public var transfers: [Transfer] { state.withLock { $0.transfers } }

  /// The class requests so far, in order.
  public var requests: [ClassRequest] { state.withLock { $0.requests } }

  /// Whether the pipe was closed.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Sends one transfer, as ``PinstripePipe/BulkPipe`` describes it.
  public func send(
    end: TransferEnd, timeout: Duration,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64 {
    let start = try begin()
    let buffer = takeBuffer()
    defer { giveBack(buffer) }
    var transfer = Transfer(
      direction: .out, count: 0, head: [], endedWithZeroLengthPacket: false)
    while true {
      try check(start)
      let count = try fill(buffer)
      guard count >= 0, count <= buffer.count else { throw TransferError.overflow }
      try check(start)
      let isLast = count < buffer.count
      let isShort = count % outPacketSize != 0
      if transfer.head.count < 64 {
        transfer.head += Array(buffer.prefix(min(count, 64 - transfer.head.count)))
      }
      transfer.count += UInt64(count)
      let isExact = isLast && !isShort && end == .shortPacket
      try player.take(
        UnsafeRawBufferPointer(rebasing: buffer.prefix(count)), endsTransfer: isShort || isExact)
      if isLast {
        transfer.endedWithZeroLengthPacket = isExact
        record(transfer)
        return transfer.count
      }
    }
  }

  /// Receives one buffer, as ``PinstripePipe/BulkPipe`` describes it.
  public func receive(
    timeout: Duration, consume: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reception {
    let start = try begin()
    let buffer = takeBuffer()
    defer { giveBack(buffer) }
    try check(start)
    guard player.isReady(within: timeout),
      let reception = try player.give(into: buffer, packetSize: inPacketSize)
    else {
      throw TransferError.timedOut
    }
    record(
      Transfer(
        direction: .in, count: UInt64(reception.count),
        head: Array(buffer.prefix(min(reception.count, 64))),
        endedWithZeroLengthPacket: reception.isEnd && reception.count % inPacketSize == 0))
    try consume(UnsafeRawBufferPointer(rebasing: buffer.prefix(reception.count)))
    return reception
  }

  /// Waits for an event, as ``PinstripePipe/BulkPipe`` describes it.
  public func receiveEvent(timeout: Duration) async throws -> [UInt8] {
    let start = try begin()
    let deadline = ContinuousClock.now.advanced(by: timeout)
    repeat {
      try check(start)
      if let event = try player.nextEvent() { return event }
      if timeout <= .zero { break }
      try? await Task.sleep(for: Self.eventPause)
    } while ContinuousClock.now < deadline
    throw TransferError.timedOut
  }

  /// Sends a class request, as ``PinstripePipe/BulkPipe`` describes it.
  public func control(_ request: ClassRequest, timeout: Duration) async throws -> [UInt8] {
    try check(try begin())
    state.withLock { $0.requests.append(request) }
    return try player.control(request)
  }

  /// Ends the halt of an endpoint.
  public func clearStall(_ direction: PipeDirection) async throws {
    try check(try begin())
    player.clearStall(direction)
  }

  /// Cancels what is under way.
  public func cancel() {
    state.withLock { $0.cancellations += 1 }
  }

  /// Closes the pipe.
  public func close() async {
    state.withLock { state in
      state.isClosed = true
      state.cancellations += 1
    }
  }

  private func takeBuffer() -> UnsafeMutableRawBufferPointer {
    free.withLock { $0.popLast() }?.memory
      ?? UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 64)
  }

  private func giveBack(_ memory: UnsafeMutableRawBufferPointer) {
    let buffer = Buffer(memory: memory)
    free.withLock { $0.append(buffer) }
  }

  private func begin() throws(TransferError) -> Int {
    try state.withLock { state throws(TransferError) in
      guard !state.isClosed else { throw .cancelled }
      return state.cancellations
    }
  }

  private func check(_ start: Int) throws(TransferError) {
    guard !Task.isCancelled, state.withLock({ $0.cancellations }) == start else {
      throw .cancelled
    }
  }

  private func record(_ transfer: Transfer) {
    state.withLock { $0.transfers.append(transfer) }
  }
}
