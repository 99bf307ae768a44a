import PinstripePipe
import Synchronization

/// Bringing a player back into step after a transaction failed on the way
/// (PIMA 15740 USB §5.2.1, §5.2.4, §7.4): never by a reset of the port.
extension Session {
  /// Ends a failed transaction so that the next command is understood.
  ///
  /// - Returns: The response to the failed transaction, when it came after all.
  func recover(_ exchange: Exchange, from cause: any Error) async -> ResponseCode? {
    guard exchange.phase != .finished else { return nil }
    guard cause as? TransferError != .disconnected else {
      lose()
      return nil
    }
    do throws(TransferError) {
      if cause as? TransferError == .stalled {
        // The player gave the transaction up itself, and may have put the reason into a response.
        try await awaitReady()
        try await clearStall(.out)
        try await clearStall(.in)
      } else if isAmidData(exchange, cause) {
        try await cancelTransaction(exchange)
      }
      if let response = try await drain(exchange) { return response }
    } catch {
      lose()
      return nil
    }
    state.withLock { state in
      state.unanswered = exchange
      state.isSilent = cause as? TransferError == .timedOut
      state.abandoned.append(exchange.transaction)
      if state.abandoned.count > SessionLimits.abandoned { state.abandoned.removeFirst() }
    }
    return nil
  }

  /// Whether the player may be in the middle of a data phase.
  ///
  /// Only then it is sent a Cancel: umtp-responder takes one at any other time as a reason to end
  /// the connection (usb_gadget.c, MTP_REQ_CANCEL).
  private func isAmidData(_ exchange: Exchange, _ cause: any Error) -> Bool {
    if let fault = cause as? ReplyDecoder.Fault { return fault.leavesData }
    switch exchange.phase {
    case .sending, .receiving: return true
    case .finished: return false
    // Silence at the very beginning: another program was killed while it sent an object, and the
    // player still waits for the rest.
    case .command, .awaiting:
      return exchange.request.operation == .openSession && cause as? TransferError == .timedOut
    }
  }

  private func lose() {
    state.withLock { state in
      if state.condition == .open { state.condition = .lost }
    }
  }

  private func cancelTransaction(_ exchange: Exchange) async throws(TransferError) {
    let request = ClassRequest.cancelTransaction(exchange.transaction.rawValue)
    guard try await classRequest(request) != nil else { return }
    try await awaitReady()
  }

  /// Asks the player until it says that it is ready, and clears the endpoints it names.
  private func awaitReady() async throws(TransferError) {
    for _ in 0..<SessionLimits.statusPolls {
      guard let bytes = try await classRequest(.deviceStatus), let status = DeviceStatus(bytes)
      else { return }
      for endpoint in status.haltedEndpoints {
        // Bit 7 of an endpoint's address is its direction (USB 2.0 §9.6.6).
        try await clearStall(endpoint & 0x80 == 0 ? .out : .in)
      }
      guard status.code == .deviceBusy else { return }
      try? await Task.sleep(for: SessionLimits.statusPause)
    }
  }

  /// Reads and drops what the player still has to say, until it is silent or answered.
  func drain(_ exchange: Exchange) async throws(TransferError) -> ResponseCode? {
    var stalls = 0
    var isCancelled = false
    for _ in 0..<SessionLimits.drainReceptions {
      var response: ResponseCode?
      var beginsMuch = false
      do {
        let reception = try await pipe.receive(timeout: SessionLimits.drainTimeout) { bytes in
          guard let header = ContainerHeader(Array(bytes.prefix(ContainerHeader.size))),
            header.transaction == exchange.transaction
          else { return }
          beginsMuch = header.kind == .data && header.payload ?? .max > SessionLimits.drainedData
          guard bytes.count <= Message.maximumSize, let message = Message(Array(bytes)),
            message.header.kind == .response
          else { return }
          response = ResponseCode(rawValue: message.header.code)
        }
        if let response, reception.isEnd { return response }
        // The data phase that was given up before it began begins after all. A short one is read to its
        // end: the player may be behind it by now, and umtp-responder ends the connection then.
        if beginsMuch, !reception.isEnd, !isCancelled {
          isCancelled = true
          try await cancelTransaction(exchange)
        }
      } catch TransferError.timedOut {
        await pipe.dropReceptions()
        return nil
      } catch TransferError.stalled {
        stalls += 1
        guard stalls <= SessionLimits.drainStalls else { throw .stalled }
        // A player that stalls again still wants the rest of the data: QEMU's usb-mtp does that
        // (dev-mtp.c, "awaiting data-out").
        if stalls == 2 { try await cancelTransaction(exchange) }
        try await clearStall(.in)
      } catch {
        throw error as? TransferError ?? .fault(code: 0)
      }
    }
    // It never stops: nothing that follows could be told from what it still sends.
    throw .overflow
  }

  private func clearStall(_ direction: PipeDirection) async throws(TransferError) {
    do {
      try await pipe.clearStall(direction)
    } catch {
      throw error as? TransferError ?? .fault(code: 0)
    }
  }

  /// Sends a class request; nil when the player does not know it, which is common.
  private func classRequest(_ request: ClassRequest) async throws(TransferError) -> [UInt8]? {
    do {
      return try await pipe.control(
        request, timeout: Self.bearable(SessionLimits.controlTimeout))
    } catch TransferError.stalled {
      return nil
    } catch {
      throw error as? TransferError ?? .fault(code: 0)
    }
  }
}
