public import PinstripePipe

/// The player's end of a ``LoopbackPipe``: what its USB controller would be asked to do.
///
/// ``MemoryResponder`` is a whole MTP player behind this protocol, ``ScriptedPlayer`` says whatever a
/// test wants. Calls come one at a time for each direction, from any thread.
public protocol PlayerEnd: AnyObject, Sendable {
  /// Takes what the host sent.
  ///
  /// - Parameters:
  ///   - bytes: The next bytes of a transfer, valid until the call returns.
  ///   - endsTransfer: Whether a short or zero-length packet came behind them.
  /// - Throws: `stalled`, `disconnected`, …: what the host's transfer ends with.
  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError)

  /// Gives what the player has to say.
  ///
  /// - Parameters:
  ///   - buffer: The host's buffer; its size is a multiple of the packet size.
  ///   - packetSize: wMaxPacketSize of the endpoint.
  /// - Returns: Nil when the player has nothing to say.
  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception?

  /// Lets time pass in which the host waits for the player to say something; no time really does.
  ///
  /// - Returns: Whether the player has thought long enough by then. By default it answers at once.
  func isReady(within timeout: Duration) -> Bool

  /// Answers a class request; `stalled` when it does not know it.
  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8]

  /// Takes the next event off, if there is one.
  func nextEvent() throws(TransferError) -> [UInt8]?

  /// Ends the halt of an endpoint.
  func clearStall(_ direction: PipeDirection)
}

extension PlayerEnd {
  /// It answers at once.
  public func isReady(within timeout: Duration) -> Bool { true }
}
