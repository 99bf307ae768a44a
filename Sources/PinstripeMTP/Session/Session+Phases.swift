import PinstripePipe
import PinstripeProfile
import Synchronization

/// The phases of a transaction on the wire (MTP 1.1 §4.3, PIMA 15740 USB §7.1).
extension Session {
  func sendCommand(_ exchange: inout Exchange) async throws {
    let timeout = Self.bearable(profile.transfer.responseTimeout)
    // A player that waits until the answer to an abandoned transaction is read takes no command before.
    for _ in 0..<SessionLimits.owedDrains {
      guard let unanswered = state.withLock({ $0.unanswered }) else { break }
      do {
        return try await sendCommand(&exchange, min(timeout, SessionLimits.owedPatience))
      } catch TransferError.timedOut {
        // The one that the player speaks of, and that may have to be cancelled.
        if try await drain(unanswered) != nil { state.withLock { $0.unanswered = nil } }
      }
    }
    // It was waited for as long as a hurry allows.
    if Self.patience != nil, owesAnswer { throw TransferError.timedOut }
    try await sendCommand(&exchange, timeout)
  }

  private func sendCommand(_ exchange: inout Exchange, _ timeout: Duration) async throws {
    let command = exchange.command
    exchange.phase = .command
    var rest = command[...]
    let sent = try await pipe.send(end: .shortPacket, timeout: timeout) { buffer in
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
    guard sent == UInt64(command.count) else {
      throw exchange.mtpError(.dataPhaseTooShort, reason: "\(sent) bytes of the command went out")
    }
    exchange.phase = .awaiting
  }

  /// Sends a data phase of exactly `length` bytes behind its header, the first of them in the same
  /// transfer as the header.
  ///
  /// - Parameter fill: Writes the next bytes to the start of the buffer, which is the pipe's own and
  ///   never larger than what is left to send, and returns how many; 0 means that there are no more.
  func sendData(
    _ exchange: inout Exchange, length: UInt64,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws {
    let header = exchange.dataHeader(length).encoded
    var headerSent = 0
    var left = length
    exchange.phase = .sending
    let failure = exchange
    let sent = try await pipe.send(
      end: .shortPacket, timeout: Self.bearable(profile.transfer.dataTimeout)
    ) { buffer in
      var used = 0
      if headerSent < header.count {
        let part = header[headerSent...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        headerSent += part.count
        used = part.count
      }
      while used < buffer.count, left > 0 {
        let room = min(UInt64(buffer.count - used), left)
        let free = UnsafeMutableRawBufferPointer(rebasing: buffer[used..<(used + Int(room))])
        let count = try fill(free)
        guard count > 0, count <= free.count else {
          throw failure.mtpError(.sourceMismatch, reason: "\(left) of \(length) bytes are missing")
        }
        used += count
        left -= UInt64(count)
      }
      return used
    }
    let (whole, overflow) = length.addingReportingOverflow(UInt64(header.count))
    guard !overflow, sent == whole else {
      throw exchange.mtpError(.dataPhaseTooShort, reason: "\(sent) bytes with the header went out")
    }
    exchange.phase = .awaiting
  }

  /// Receives the data phase, if there is one, and the response.
  ///
  /// - Throws: ``MTPError/Code/refused`` when the response is not OK; `TransferError`,
  ///   `ReplyDecoder.Fault`, or whatever `sink` threw.
  func receiveReply(
    _ exchange: inout Exchange, limit: UInt64, expected: UInt64? = nil,
    sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> Reply {
    var decoder = ReplyDecoder(
      operation: exchange.request.operation, transaction: exchange.transaction, limit: limit,
      expected: expected, stale: abandoned, quirks: profile.quirks)
    while decoder.response == nil {
      do {
        try await receive(&decoder, sink)
      } catch {
        exchange.phase = Self.phase(decoder)
        throw error
      }
    }
    exchange.phase = .finished
    state.withLock { $0.unanswered = nil }
    return try judge(decoder, exchange, limit: limit)
  }

  private var abandoned: [TransactionID] {
    state.withLock { $0.abandoned }
  }

  /// Whether the player may still want to answer an abandoned transaction.
  var owesAnswer: Bool {
    state.withLock { $0.unanswered != nil }
  }

  /// Takes one buffer of the reply.
  private func receive(
    _ decoder: inout ReplyDecoder, _ sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    let timeout =
      decoder.isInData ? profile.transfer.dataTimeout : profile.transfer.responseTimeout
    let reception = try await pipe.receive(timeout: Self.bearable(timeout)) { bytes in
      try decoder.feed(bytes, payload: sink)
    }
    if reception.isEnd || reception.count == 0 { try decoder.endTransfer() }
  }

  private static func phase(_ decoder: ReplyDecoder) -> Exchange.Phase {
    if decoder.response != nil { return .finished }
    return decoder.isInData ? .receiving : .awaiting
  }

  // Not `throws(MTPError)`: inlined into its caller, that crashes the optimiser of Swift 6.3.1
  // (signal 11 in CoroSplit). A release build is the test.
  private func judge(
    _ decoder: ReplyDecoder, _ exchange: Exchange, limit: UInt64
  ) throws -> Reply {
    guard let message = decoder.response else { throw exchange.mtpError(.malformedContainer) }
    let code = ResponseCode(rawValue: message.header.code)
    guard code == .ok else { throw exchange.mtpError(.refused, response: code) }
    guard !decoder.isShort else {
      throw exchange.mtpError(
        .dataPhaseTooShort, response: code, reason: "\(decoder.received) bytes came")
    }
    return Reply(message: message, received: decoder.received)
  }
}
