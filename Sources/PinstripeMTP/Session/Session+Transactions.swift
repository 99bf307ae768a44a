import PinstripePipe
import Synchronization

/// The player's answer, its code OK.
struct Reply {
  let message: Message
  /// Bytes of payload that the data phase had.
  let received: UInt64

  func parameter(_ index: Int) -> UInt32 { message.parameter(index) }
}

/// The right to begin transactions; ``Session/exclusively(_:_:)`` gives it.
struct Turn {
  fileprivate init() {}
}

/// What a transaction consists of (MTP 1.1 §4.3): a command, perhaps data in one direction, a response.
extension Session {
  /// A transaction without a data phase.
  @discardableResult
  func transact(_ request: Request, turn: Turn? = nil) async throws(MTPError) -> Reply {
    try await typed(request) {
      try await exchange(request, turn: turn) { exchange in
        try await sendCommand(&exchange)
        return try await receiveReply(&exchange, limit: 0) { _ in }
      }
    }
  }

  /// A transaction whose data phase is a dataset from the player; never more than is allowed for,
  /// and never more memory than arrived.
  func fetch<Dataset>(
    _ request: Request, parse: ([UInt8]) throws(DatasetError) -> Dataset
  ) async throws(MTPError) -> Dataset {
    try await typed(request) {
      try await exchange(request) { exchange in
        var dataset: [UInt8] = []
        try await sendCommand(&exchange)
        _ = try await receiveReply(&exchange, limit: SessionLimits.dataset) { part in
          dataset.append(contentsOf: part)
        }
        return try parse(dataset)
      }
    }
  }

  /// A transaction whose data phase is a dataset for the player.
  @discardableResult
  func put(
    _ request: Request, dataset: [UInt8], turn: Turn? = nil
  ) async throws(MTPError) -> Reply {
    try await typed(request) {
      try await exchange(request, turn: turn) { exchange in
        var rest = dataset[...]
        try await sendCommandAndData(&exchange, length: UInt64(dataset.count)) { buffer in
          let part = rest.prefix(buffer.count)
          buffer.copyBytes(from: part)
          rest = rest.dropFirst(part.count)
          return part.count
        }
        return try await receiveReply(&exchange, limit: 0) { _ in }
      }
    }
  }

  /// A transaction whose data phase is streamed from the player.
  func stream(
    _ request: Request, limit: UInt64, expected: UInt64?,
    into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reply {
    try await exchange(request) { exchange in
      try await sendCommand(&exchange)
      return try await receiveReply(&exchange, limit: limit, expected: expected, sink: sink)
    }
  }

  /// Waits for the turn, and keeps it for all the transactions in the body.
  func exclusively<Result>(
    _ operation: OperationCode, _ body: (Turn) async throws -> Result
  ) async throws -> Result {
    guard await gate.enter() else {
      throw MTPError(.cancelled, operation: operation, transfer: .cancelled)
    }
    defer { gate.leave() }
    return try await body(Turn())
  }

  /// Runs a transaction as the only one, and brings the player back into step when it fails.
  ///
  /// - Parameter turn: The turn, if the caller has it already.
  func exchange<Result>(
    _ request: Request, as transaction: TransactionID? = nil, turn: Turn? = nil,
    _ body: (inout Exchange) async throws -> Result
  ) async throws -> Result {
    guard turn != nil else {
      return try await exclusively(request.operation) { turn in
        try await self.exchange(request, as: transaction, turn: turn, body)
      }
    }
    var exchange = Exchange(
      request: request, transaction: try transaction ?? nextTransaction(request))
    do {
      return try await body(&exchange)
    } catch {
      let failed = exchange
      let answer = await shielded { await self.recover(failed, from: error) }
      var cause = exchange.error(error)
      // A bus error is often the first that is heard of a pulled cable.
      if let transfer = error as? TransferError, transfer != .cancelled, !isOpen {
        cause = exchange.mtpError(.sessionLost, transfer: transfer, reason: transfer.description)
      }
      guard let answer, answer != .ok, cause is MTPError else { throw cause }
      // The player said why it stopped taking data: that is worth more than how it stopped.
      throw exchange.mtpError(.refused, response: answer, transfer: error as? TransferError)
    }
  }

  /// Makes what a transaction without the caller's closures throws a typed error.
  func typed<Result>(
    _ request: Request, _ body: () async throws -> Result
  ) async throws(MTPError) -> Result {
    do {
      return try await body()
    } catch let error as MTPError {
      throw error
    } catch {
      // Not reached: `exchange` translates every error that does not come from a caller's closure.
      throw MTPError(.transfer, operation: request.operation, reason: "\(error)")
    }
  }

  private func nextTransaction(_ request: Request) throws(MTPError) -> TransactionID {
    try state.withLock { state throws(MTPError) in
      switch state.condition {
      case .closed: throw MTPError(.sessionClosed, operation: request.operation)
      case .lost: throw MTPError(.sessionLost, operation: request.operation)
      case .open:
        defer { state.nextTransaction = state.nextTransaction.next }
        return state.nextTransaction
      }
    }
  }
}
