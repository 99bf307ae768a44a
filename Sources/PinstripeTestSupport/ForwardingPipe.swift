public import PinstripePipe

/// A pipe in front of another one, for tests that count or spoil some of its calls and leave the others as
/// they are.
public protocol ForwardingPipe: BulkPipe {
  /// The pipe that does the work.
  var pipe: any BulkPipe { get }
}

extension ForwardingPipe {
  /// wMaxPacketSize of the bulk OUT endpoint, in bytes.
  public var outPacketSize: Int { pipe.outPacketSize }
  /// wMaxPacketSize of the bulk IN endpoint, in bytes.
  public var inPacketSize: Int { pipe.inPacketSize }

  /// Sends one transfer, as ``PinstripePipe/BulkPipe`` describes it.
  public func send(
    end: TransferEnd, timeout: Duration, fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64 {
    try await pipe.send(end: end, timeout: timeout, fill: fill)
  }

  /// Receives one buffer, as ``PinstripePipe/BulkPipe`` describes it.
  public func receive(
    timeout: Duration, consume: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reception {
    try await pipe.receive(timeout: timeout, consume: consume)
  }

  /// Waits for an event, as ``PinstripePipe/BulkPipe`` describes it.
  public func receiveEvent(timeout: Duration) async throws -> [UInt8] {
    try await pipe.receiveEvent(timeout: timeout)
  }

  /// Sends a class request, as ``PinstripePipe/BulkPipe`` describes it.
  public func control(_ request: ClassRequest, timeout: Duration) async throws -> [UInt8] {
    try await pipe.control(request, timeout: timeout)
  }

  /// Ends the halt of an endpoint.
  public func clearStall(_ direction: PipeDirection) async throws {
    try await pipe.clearStall(direction)
  }

  /// Forgets what is on its way to the host.
  public func dropReceptions() async { await pipe.dropReceptions() }

  /// Cancels what is under way.
  public func cancel() { pipe.cancel() }

  /// Closes the pipe.
  public func close() async { await pipe.close() }
}
