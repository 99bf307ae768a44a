public import PinstripeMTP
public import PinstripePipe
import Synchronization

/// A player that answers each command with whatever a test wants: wrong, cut, endless, contradictory.
///
/// ```swift
/// let player = ScriptedPlayer { command, queue in
///   queue.append([0xFF])        // one byte instead of a response
/// }
/// ```
/// It takes data phases without looking at them and answers Get Device Status with OK.
public final class ScriptedPlayer: PlayerEnd {
  /// What the player does upon a command: puts transfers into the queue.
  public typealias Script = @Sendable (_ command: Message, _ queue: inout TransferQueue) -> Void

  private struct State {
    var queue = TransferQueue()
    var pending: [UInt8] = []
    var commands: [Message] = []
  }

  private let script: Script
  private let state = Mutex(State())

  /// Creates a player.
  public init(_ script: @escaping Script) {
    self.script = script
  }

  /// Says something before it was asked: what another program left behind.
  public func say(_ transfers: [[UInt8]]) {
    state.withLock { state in
      for transfer in transfers { state.queue.append(transfer, endsExactly: false) }
    }
  }

  /// The commands so far, in order.
  public var commands: [Message] { state.withLock { $0.commands } }

  /// Takes what the host sent.
  public func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) {
    state.withLock { state in
      // A command has 32 bytes at most; of a data phase only the start is looked at.
      state.pending += bytes.prefix(max(0, 64 - state.pending.count))
      guard endsTransfer else { return }
      defer { state.pending = [] }
      guard let message = Message(state.pending), message.header.kind == .command else { return }
      state.commands.append(message)
      script(message, &state.queue)
    }
  }

  /// Gives what the player has to say.
  public func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) -> Reception? {
    state.withLock { $0.queue.give(into: buffer, packetSize: packetSize) }
  }

  /// Answers a class request.
  public func control(_ request: ClassRequest) -> [UInt8] {
    request == .deviceStatus ? DeviceStatus(code: .ok).encoded : []
  }

  /// Takes the next event off, if there is one.
  public func nextEvent() -> [UInt8]? { nil }

  /// Ends the halt of an endpoint.
  public func clearStall(_ direction: PipeDirection) {}
}

extension Message {
  /// The response to this command.
  public func response(_ code: ResponseCode = .ok, _ parameters: [UInt32] = []) -> [UInt8] {
    Message(
      .response, code: code.rawValue, transaction: header.transaction, parameters: parameters
    ).encoded
  }

  /// The data phase of this command, with a header that tells the truth.
  public func data(_ payload: [UInt8]) -> [UInt8] {
    ContainerHeader(
      kind: .data, code: header.code, transaction: header.transaction,
      payload: UInt64(payload.count)
    ).encoded + payload
  }
}
