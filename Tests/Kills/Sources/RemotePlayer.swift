import PinstripePipe
import PinstripeTestSupport

/// A player in another process, as the host sees it.
final class RemotePlayer: PlayerEnd {
  private let wire: Wire

  init(_ wire: Wire) {
    self.wire = wire
  }

  private func call(_ message: Wire.Message) throws(TransferError) -> Wire.Message {
    guard wire.send(message), let answer = wire.receive() else { throw .disconnected }
    switch answer.kind {
    case Kind.stalled: throw .stalled
    case Kind.gone: throw .disconnected
    default: return answer
    }
  }

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    let kind = endsTransfer ? Kind.takeLast : Kind.take
    _ = try call(Wire.Message(kind: kind, bytes: Array(bytes)))
  }

  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    let answer = try call(Wire.Message(kind: Kind.give, number: UInt32(buffer.count)))
    guard answer.kind != Kind.nothing else { return nil }
    buffer.copyBytes(from: answer.bytes)
    return Reception(count: answer.bytes.count, isEnd: answer.kind == Kind.end)
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    let number = UInt32(request.number) | UInt32(request.replyLimit) << 8
    return try call(
      Wire.Message(kind: Kind.control, number: number, bytes: request.payload)
    ).bytes
  }

  func nextEvent() throws(TransferError) -> [UInt8]? {
    let answer = try call(Wire.Message(kind: Kind.event))
    return answer.kind == Kind.nothing ? nil : answer.bytes
  }

  func clearStall(_ direction: PipeDirection) {
    _ = try? call(Wire.Message(kind: direction == .out ? Kind.clearOut : Kind.clearIn))
  }
}

/// Answers for a player until nobody asks any more.
func serve(_ player: MemoryResponder, on wire: Wire) {
  while let message = wire.receive() {
    let answer: Wire.Message
    do throws(TransferError) {
      answer = try player.answer(message)
    } catch {
      answer = Wire.Message(kind: error == .stalled ? Kind.stalled : Kind.gone)
    }
    guard wire.send(answer) else { return }
  }
}

extension MemoryResponder {
  fileprivate func answer(_ message: Wire.Message) throws(TransferError) -> Wire.Message {
    switch message.kind {
    case Kind.take, Kind.takeLast:
      let endsTransfer = message.kind == Kind.takeLast
      try message.bytes.span.withUnsafeBytes { bytes throws(TransferError) in
        try take(bytes, endsTransfer: endsTransfer)
      }
      return Wire.Message(kind: Kind.done)
    case Kind.give:
      var bytes = [UInt8](repeating: 0, count: Int(message.number))
      var span = bytes.mutableSpan
      let reception = try span.withUnsafeMutableBytes { buffer throws(TransferError) in
        try give(into: buffer, packetSize: 512)
      }
      guard let reception else { return Wire.Message(kind: Kind.nothing) }
      return Wire.Message(
        kind: reception.isEnd ? Kind.end : Kind.done, bytes: Array(bytes.prefix(reception.count)))
    case Kind.control:
      let request = ClassRequest(
        number: UInt8(message.number & 0xFF), payload: message.bytes,
        replyLimit: Int(message.number >> 8))
      return Wire.Message(kind: Kind.done, bytes: try control(request))
    case Kind.event:
      guard let event = try nextEvent() else { return Wire.Message(kind: Kind.nothing) }
      return Wire.Message(kind: Kind.done, bytes: event)
    default:
      clearStall(message.kind == Kind.clearOut ? .out : .in)
      return Wire.Message(kind: Kind.done)
    }
  }
}
