import PinstripePipe

/// Something that a player reports on its interrupt endpoint (PIMA 15740 USB §7.3.1).
public struct Event: Hashable, Sendable {
  /// What happened.
  public var code: EventCode
  /// The transaction it belongs to; 0 or 0xFFFF_FFFF when to none.
  public var transaction: TransactionID
  /// The object or storage it happened to, depending on the code.
  public var parameters: [UInt32]

  /// Reads an event; nil when the bytes are none.
  public init?(parsing bytes: [UInt8]) {
    guard let message = Message(bytes), message.header.kind == .event else { return nil }
    code = EventCode(rawValue: message.header.code)
    transaction = message.header.transaction
    // An event has three parameters at most (PTP ISO 15740 §9.3.5).
    parameters = Array(message.parameters.prefix(3))
  }
}

extension Session {
  /// Waits for the player to report something; runs beside transactions.
  ///
  /// - Returns: The event, or nil when nothing happened in time.
  public func event(timeout: Duration) async throws(MTPError) -> Event? {
    do {
      let bytes = try await pipe.receiveEvent(timeout: timeout)
      guard let event = Event(parsing: bytes) else {
        throw MTPError(.malformedContainer, reason: "\(bytes.count) bytes that are no event")
      }
      return event
    } catch TransferError.timedOut {
      return nil
    } catch TransferError.cancelled {
      throw MTPError(.cancelled, transfer: .cancelled)
    } catch let error as MTPError {
      throw error
    } catch {
      throw MTPError(.transfer, transfer: error as? TransferError, reason: "\(error)")
    }
  }
}
