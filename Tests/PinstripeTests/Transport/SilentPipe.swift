import PinstripePipe
import PinstripeTestSupport
import Synchronization

/// A cable at whose end the player falls silent, or which breaks: from then on every call fails in one way.
///
/// Time does not pass; how long a caller was ready to wait is counted.
final class SilentPipe: ForwardingPipe {
  private struct State {
    var fault: TransferError?
    var waited = Duration.zero
    var hang: (@Sendable () -> (@Sendable () -> Void)?)?
  }

  let pipe: any BulkPipe
  private let state = Mutex(State())

  init(_ pipe: any BulkPipe) { self.pipe = pipe }

  /// A player that is silent still has a controller that answers class requests.
  func fail(with fault: TransferError = .timedOut) { state.withLock { $0.fault = fault } }

  /// Falls silent while somebody waits to receive.
  ///
  /// - Parameter hang: Is asked before each reception: nil while it works; else what is done when it does
  ///   not any more. Then it waits, for ten seconds at most, to be cancelled.
  func hang(_ hang: @escaping @Sendable () -> (@Sendable () -> Void)?) {
    state.withLock { $0.hang = hang }
  }

  /// How long callers would have waited for the player since it fell silent.
  var waited: Duration { state.withLock { $0.waited } }

  func send(
    end: TransferEnd, timeout: Duration, fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64 {
    try failIfSilent(timeout)
    return try await pipe.send(end: end, timeout: timeout, fill: fill)
  }

  func receive(
    timeout: Duration, consume: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reception {
    if let hanging = state.withLock({ $0.hang })?() {
      state.withLock { $0.hang = nil }
      fail()
      hanging()
      try? await Task.sleep(for: min(timeout, .seconds(10)))
    }
    try failIfSilent(timeout)
    return try await pipe.receive(timeout: timeout, consume: consume)
  }

  func receiveEvent(timeout: Duration) async throws -> [UInt8] {
    try failIfSilent(timeout)
    return try await pipe.receiveEvent(timeout: timeout)
  }

  func control(_ request: ClassRequest, timeout: Duration) async throws -> [UInt8] {
    if let fault = state.withLock({ $0.fault }), fault != .timedOut { throw fault }
    return try await pipe.control(request, timeout: timeout)
  }

  func clearStall(_ direction: PipeDirection) async throws {
    if let fault = state.withLock({ $0.fault }), fault != .timedOut { throw fault }
    try await pipe.clearStall(direction)
  }

  private func failIfSilent(_ timeout: Duration) throws(TransferError) {
    guard let fault = state.withLock({ $0.fault }) else { return }
    guard !Task.isCancelled else { throw .cancelled }
    if fault == .timedOut { state.withLock { $0.waited += timeout } }
    throw fault
  }
}
