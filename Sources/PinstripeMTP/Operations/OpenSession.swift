public import PinstripePipe
public import PinstripeProfile
import Synchronization

/// OpenSession (MTP 1.1 D.2.2) and CloseSession (D.2.3).
///
/// ```
/// OpenSession   parameter 1: the session's number, not 0     transaction 0
///               Session_Already_Open: parameter 1 is the number of the session that is open
/// CloseSession  no parameters
/// ```
extension Session {
  /// The number of the sessions we open; a player has one at a time.
  private static let number: UInt32 = 1

  /// Opens a session and asks the player what it is.
  ///
  /// A session that another program left open is closed first; where the player refuses that, it is
  /// continued. What a killed program left half-done on the pipe is finished or dropped.
  ///
  /// - Parameters:
  ///   - pipe: The player's endpoints. Yours to close, after the session.
  ///   - profile: What the player needs.
  /// - Throws: ``MTPError``; then nothing is open.
  public static func open(
    on pipe: any BulkPipe, profile: DeviceProfile
  ) async throws(MTPError) -> Session {
    let session = Session(pipe: pipe, profile: profile)
    try await session.begin()
    do throws(MTPError) {
      let info = try await session.getDeviceInfo()
      session.state.withLock { $0.deviceInfo = info }
    } catch {
      try? await session.close()
      throw error
    }
    return session
  }

  /// Closes the session.
  ///
  /// Whatever is thrown, it is closed afterwards; closing it again does nothing.
  ///
  /// Waits for the transaction under way, so cancel that first when time matters. A player that owes an
  /// answer since its time was over is asked nothing more: whoever opens the next session finds this one.
  public func close() async throws(MTPError) {
    guard isOpen, !isSilent else {
      state.withLock { $0.condition = .closed }
      return
    }
    let result: Result<Void, MTPError> = await shielded {
      do throws(MTPError) {
        try await self.transact(Request(operation: .closeSession))
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    state.withLock { $0.condition = .closed }
    try result.get()
  }

  private func begin() async throws(MTPError) {
    var failure = MTPError(.sessionLost, operation: .openSession)
    var timeouts = 0
    for _ in 0..<SessionLimits.openAttempts {
      do throws(MTPError) {
        try await open()
        return
      } catch {
        failure = error
        switch error.code {
        case .refused where error.response == .sessionAlreadyOpen:
          // Continue the one that is there, if the player will not part with it.
          do { try await transact(Request(operation: .closeSession)) } catch { return }
        // What was answered, or cut off, belongs to what another program began.
        case .unexpectedTransaction, .malformedContainer, .dataPhaseTooLong: continue
        case .transfer where error.transfer == .stalled: continue
        // A player that waits for the rest of an object was told to forget it; a dead one stays so.
        case .transfer where error.transfer == .timedOut && timeouts == 0: timeouts += 1
        default: throw error
        }
      }
    }
    throw failure
  }

  private func open() async throws(MTPError) {
    let request = Request(operation: .openSession, parameters: [Self.number])
    do {
      _ = try await exchange(request, as: .outsideSession) { exchange in
        try await sendCommand(&exchange)
        return try await receiveReply(&exchange, limit: 0) { _ in }
      }
    } catch let error as MTPError {
      throw error
    } catch {
      throw MTPError(.transfer, operation: .openSession, reason: "\(error)")
    }
  }
}
