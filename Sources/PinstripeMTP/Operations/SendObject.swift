import PinstripePipe
import PinstripeProfile
import Synchronization

/// SendObject (MTP 1.1 D.2.13).
///
/// ```
/// no parameters   data to the player: the bytes of the object announced last
/// ```
/// A container longer than 32 bits can count states 0xFFFF_FFFF (MTP 1.1 H).
extension Session {
  /// Sends the bytes of the object announced last.
  ///
  /// They go to the wire in the buffers that `fill` writes, the first ones behind the header in the
  /// same transfer. When it fails on our side, the transaction is cancelled by class requests and
  /// the session stays usable; a player with `Quirk.exactDataPhase` gets zero bytes up to the length
  /// instead. Then the player may hold a part of the object: delete it.
  ///
  /// - Parameters:
  ///   - length: Bytes in all, as announced.
  ///   - progress: Is told how many bytes were handed to the pipe so far.
  ///   - fill: Writes the next bytes to the start of the buffer, which is the pipe's own and valid
  ///     until it returns, and returns how many: at least 1, at most the buffer's size, which is
  ///     never more than what is left. What it throws comes back to the caller.
  /// - Throws: ``MTPError``; ``MTPError/Code/sourceMismatch`` when `fill` returned 0 too early; or
  ///   whatever `fill` threw.
  public func sendObject(
    length: UInt64, progress: ((UInt64) -> Void)? = nil,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws {
    try await sendObject(
      Request(operation: .sendObject), length: length, turn: nil, progress: progress, fill: fill)
  }

  /// - Parameter request: SendObject, or SendPartialObject.
  func sendObject(
    _ request: Request, length: UInt64, turn: Turn?, progress: ((UInt64) -> Void)?,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws {
    var sent: UInt64 = 0
    func next(_ buffer: UnsafeMutableRawBufferPointer) throws -> Int {
      let count = try fill(buffer)
      sent += UInt64(clamping: count)
      progress?(sent)
      return count
    }
    if profile.quirks.contains(.exactDataPhase) {
      try await sendWhole(request, length, turn, next)
    } else {
      try await sendOrCancel(request, length, turn, next)
    }
  }

  private func sendOrCancel(
    _ request: Request, _ length: UInt64, _ turn: Turn?,
    _ fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws {
    _ = try await exchange(request, turn: turn) { exchange in
      try await sendCommandAndData(&exchange, length: length) { buffer in
        if Task.isCancelled { throw TransferError.cancelled }
        return try fill(buffer)
      }
      return try await receiveReply(&exchange, limit: 0) { _ in }
    }
  }

  /// Sends as many bytes as were announced, come what may; then says what went wrong.
  private func sendWhole(
    _ request: Request, _ length: UInt64, _ turn: Turn?,
    _ fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws {
    let isCancelled = Atomic(false)
    var failure: (any Error)?
    func fillUp(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
      if failure == nil {
        do {
          if isCancelled.load(ordering: .relaxed) { throw TransferError.cancelled }
          let count = try fill(buffer)
          if count > 0, count <= buffer.count { return count }
          failure = MTPError(
            .sourceMismatch, operation: request.operation,
            reason: "of \(length) bytes some are missing")
        } catch TransferError.cancelled {
          failure = MTPError(.cancelled, operation: request.operation, transfer: .cancelled)
        } catch {
          failure = error
        }
      }
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
      return buffer.count
    }
    try await withTaskCancellationHandler {
      try await unbroken {
        _ = try await self.exchange(request, turn: turn) { exchange in
          try await self.sendCommandAndData(&exchange, length: length, fill: fillUp)
          return try await self.receiveReply(&exchange, limit: 0) { _ in }
        }
      }
    } onCancel: {
      isCancelled.store(true, ordering: .relaxed)
    }
    if let failure { throw failure }
  }
}
