import PinstripePipe
import PinstripeTestSupport
import Synchronization

/// A player that stops moving packets at a chosen place, as one whose storage sleeps, until it is told to
/// go on, the host gives the transaction up, or the host begins another one; or that fails there once.
final class HeldPlayer: PlayerEnd {
  /// Where it stops.
  enum Place: Sendable, CustomStringConvertible {
    /// After so many bytes of the data phase to the player, its header counted.
    case outgoing(Int)
    /// After so many bytes for the host, in a transaction that has no data for the player.
    case incoming(Int)
    /// Before the response, behind a data phase to the player.
    case responseToData
    /// Before the response, behind a data phase for the host.
    case responseBehindData

    var description: String {
      switch self {
      case .outgoing(let bytes): "\(bytes) bytes out"
      case .incoming(let bytes): "\(bytes) bytes in"
      case .responseToData, .responseBehindData: "before the response"
      }
    }

    /// The transfers to the player before it has something to say.
    var transfersOut: Int {
      if case .responseToData = self { 2 } else { 1 }
    }
  }

  private struct State {
    var place: Place?
    /// `timedOut` is a NAK: the transfer stays pending.
    var fault = TransferError.timedOut
    var givesUp = false
    var isHeld = false
    /// Transfers and bytes since it was told where to stop.
    var transfersOut = 0
    var bytesOut = 0
    var transfersIn = 0
    var bytesIn = 0
  }

  private let player: any PlayerEnd
  private let state = Mutex(State())

  init(_ player: any PlayerEnd) { self.player = player }

  /// Says where to stop; the next transfer to the player is a command.
  func hold(at place: Place) { fail(with: .timedOut, at: place) }

  /// Says where to fail, once.
  ///
  /// - Parameter givesUp: Whether the transaction ends there, for the player.
  func fail(with fault: TransferError, at place: Place, givesUp: Bool = true) {
    state.withLock { $0 = State(place: place, fault: fault, givesUp: givesUp) }
  }

  /// Whether it has stopped there.
  var isHeld: Bool { state.withLock { $0.isHeld } }

  func release() { state.withLock { $0 = State() } }

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    let isHeld = state.withLock { state in
      if case .outgoing(let limit) = state.place, state.transfersOut == 1,
        state.bytesOut + bytes.count > limit || bytes.isEmpty
      {
        state.isHeld = true
        return true
      }
      // The next command: whatever held it up is over.
      if let place = state.place, state.transfersOut == place.transfersOut, state.isHeld {
        state = State()
      }
      if state.transfersOut > 0 { state.bytesOut += bytes.count }
      if endsTransfer { state.transfersOut += 1 }
      return false
    }
    if isHeld { throw failure() }
    try player.take(bytes, endsTransfer: endsTransfer)
  }

  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    let isHeld = state.withLock { state in
      guard let place = state.place, state.transfersOut == place.transfersOut else { return false }
      switch place {
      case .outgoing: return false
      case .incoming(let limit): state.isHeld = state.bytesIn >= limit
      case .responseToData: state.isHeld = true
      case .responseBehindData: state.isHeld = state.transfersIn == 1
      }
      return state.isHeld
    }
    if isHeld { throw failure() }
    let reception = try player.give(into: buffer, packetSize: packetSize)
    state.withLock { state in
      state.bytesIn += reception?.count ?? 0
      if reception?.isEnd == true { state.transfersIn += 1 }
    }
    return reception
  }

  private func failure() -> TransferError {
    let (fault, givesUp) = state.withLock { ($0.fault, $0.givesUp) }
    guard fault != .timedOut else { return fault }
    release()
    if givesUp { _ = try? player.control(.cancelTransaction(0)) }
    return fault
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    if request.number == ClassRequest.cancelTransaction(0).number { release() }
    return try player.control(request)
  }

  func nextEvent() throws(TransferError) -> [UInt8]? { try player.nextEvent() }

  func clearStall(_ direction: PipeDirection) { player.clearStall(direction) }
}
