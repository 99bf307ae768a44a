public import PinstripePipe
import Synchronization

/// Lets a chosen call of another pipe fail: for programs that must survive bad cables.
///
/// ```swift
/// // Fail the n-th call for every n, until one run needs no more than n calls.
/// for call in 1... {
///   let faulty = FaultInjector(pipe(), at: call, .fail(.stalled))
///   try? await upload(over: faulty)
///   if faulty.calls < call { break }
/// }
/// ```
/// Calls are counted across `send`, `receive`, `receiveEvent`, `control` and `clearStall`.
public final class FaultInjector: ForwardingPipe {
  /// What happens to a call.
  public enum Fault: Sendable, Equatable {
    /// The call fails before anything moves.
    case fail(TransferError)
    /// A send hands over the first buffers, up to this many bytes, and fails then. Any other call
    /// fails at once.
    case cut(after: Int, TransferError)
    /// A send ends its transfer after at most this many bytes, with a short packet if it comes to
    /// that, and reports success. Any other call is carried out.
    case shortWrite(Int)
    /// The call and all after it fail with `disconnected`.
    case disconnect
    /// The process is killed within the call. A send hands over the first buffers, up to this many
    /// bytes; any other call is carried out if this is more than 0. No later call reaches the player.
    ///
    /// The program that is tested is told `disconnected` and goes on: whatever it writes to the disk from
    /// then on, a killed one would not have written. Keep the files when `killed` is called, and put them
    /// back.
    case killed(after: Int)
  }

  /// For how long.
  public enum Persistence: Sendable {
    /// That call only.
    case once
    /// That call and all after it.
    case fromThenOn
  }

  /// The pipe whose calls are spoilt.
  public let pipe: any BulkPipe
  private let call: Int
  private let fault: Fault
  private let persistence: Persistence
  private let again: Int?
  private let killed: (@Sendable () -> Void)?
  private let count = Mutex(0)

  /// Wraps a pipe.
  ///
  /// - Parameters:
  ///   - call: The number of the call that fails, from 1.
  ///   - again: How many calls after that one another fails in the same way: while the first failure is
  ///     being recovered from.
  ///   - killed: Is called when the process is killed: what is on the disk then is what the next one
  ///     finds.
  public init(
    _ pipe: any BulkPipe, at call: Int, _ fault: Fault, _ persistence: Persistence = .once,
    again: Int? = nil, killed: (@Sendable () -> Void)? = nil
  ) {
    self.pipe = pipe
    self.call = call
    self.fault = fault
    self.again = again
    self.killed = killed
    self.persistence = fault.isForEver ? .fromThenOn : persistence
  }

  /// How many calls were made.
  public var calls: Int { count.withLock { $0 } }

  /// Sends one transfer, as ``PinstripePipe/BulkPipe`` describes it.
  public func send(
    end: TransferEnd, timeout: Duration,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64 {
    switch next() {
    case nil: return try await pipe.send(end: end, timeout: timeout, fill: fill)
    case .cut(let limit, let error):
      return try await send(upTo: limit, error, end, timeout, fill)
    case .killed(let limit):
      defer { killed?() }
      _ = try await send(upTo: limit, .disconnected, end, timeout, fill)
      throw TransferError.disconnected
    case .shortWrite(let limit):
      var sent = 0
      return try await pipe.send(end: end, timeout: timeout) { buffer in
        let count = min(try fill(buffer), limit - sent)
        sent += count
        return count
      }
    case .fail(let error): throw error
    case .disconnect: throw TransferError.disconnected
    }
  }

  /// Hands over the first buffers, up to a limit in bytes, and fails if there are more.
  private func send(
    upTo limit: Int, _ error: TransferError, _ end: TransferEnd, _ timeout: Duration,
    _ fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64 {
    var sent = 0
    return try await pipe.send(end: end, timeout: timeout) { buffer in
      let count = try fill(buffer)
      sent += count
      guard sent <= limit else { throw error }
      return count
    }
  }

  /// Receives one buffer, as ``PinstripePipe/BulkPipe`` describes it.
  public func receive(
    timeout: Duration, consume: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reception {
    try await spoilt { isUnheard in
      try await pipe.receive(timeout: timeout) { bytes in if !isUnheard { try consume(bytes) } }
    }
  }

  /// Waits for an event, as ``PinstripePipe/BulkPipe`` describes it.
  public func receiveEvent(timeout: Duration) async throws -> [UInt8] {
    try await spoilt { _ in try await pipe.receiveEvent(timeout: timeout) }
  }

  /// Sends a class request, as ``PinstripePipe/BulkPipe`` describes it.
  public func control(_ request: ClassRequest, timeout: Duration) async throws -> [UInt8] {
    try await spoilt { _ in try await pipe.control(request, timeout: timeout) }
  }

  /// Ends the halt of an endpoint.
  public func clearStall(_ direction: PipeDirection) async throws {
    try await spoilt { _ in try await pipe.clearStall(direction) }
  }

  /// The fault that the next call meets.
  private func next() -> Fault? {
    let number = count.withLock { count in
      count += 1
      return count
    }
    switch persistence {
    case .once:
      return number == call || again.map { number == call + $0 } == true ? fault : nil
    case .fromThenOn:
      if case .killed = fault, number > call { return .disconnect }
      return number >= call ? fault : nil
    }
  }

  /// A call that is no send.
  ///
  /// - Parameter carryOut: Is told whether nobody will hear of it.
  private func spoilt<Value>(
    _ carryOut: (_ isUnheard: Bool) async throws -> Value
  ) async throws -> Value {
    switch next() {
    case .fail(let error), .cut(_, let error): throw error
    case .disconnect: throw TransferError.disconnected
    case .killed(let limit):
      defer { killed?() }
      if limit > 0 { _ = try? await carryOut(true) }
      throw TransferError.disconnected
    case .shortWrite, nil: return try await carryOut(false)
    }
  }
}

extension FaultInjector.Fault {
  /// Whether nothing works behind it.
  fileprivate var isForEver: Bool {
    switch self {
    case .disconnect, .killed: true
    case .fail, .cut, .shortWrite: false
    }
  }
}
