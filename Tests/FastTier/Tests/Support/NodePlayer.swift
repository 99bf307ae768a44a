import CUSBNode
import Glibc
import PinstripePipe
import PinstripeTestSupport

/// A `PlayerEnd` behind the C calls of a node.
final class NodePlayer: Sendable {
  private let player: any PlayerEnd

  init(_ player: any PlayerEnd) { self.player = player }

  /// The calls; they hold the player as long as the process lives, as the node does.
  var calls: usb_node_player {
    usb_node_player(
      context: Unmanaged.passRetained(self).toOpaque(),
      take: { context, bytes, count, ends in
        NodePlayer.at(context).take(bytes, count, ends != 0)
      },
      give: { context, buffer, room in NodePlayer.at(context).give(buffer, room) },
      event: { context, buffer, room in NodePlayer.at(context).event(buffer, room) },
      control: { context, setup, data in NodePlayer.at(context).control(setup, data) },
      cleared: { context, endpoint in
        NodePlayer.at(context).player.clearStall(endpoint & 0x80 == 0 ? .out : .in)
      })
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> NodePlayer {
    guard let context else { fatalError("a node lost its player") }
    return Unmanaged<NodePlayer>.fromOpaque(context).takeUnretainedValue()
  }

  private func take(_ bytes: UnsafeRawPointer?, _ count: Int, _ ends: Bool) -> CInt {
    do throws(TransferError) {
      try player.take(UnsafeRawBufferPointer(start: bytes, count: count), endsTransfer: ends)
      return 0
    } catch {
      return error.status
    }
  }

  private func give(_ buffer: UnsafeMutableRawPointer, _ room: Int) -> Int {
    do throws(TransferError) {
      let buffer = UnsafeMutableRawBufferPointer(start: buffer, count: room)
      let reception = try player.give(into: buffer, packetSize: room)
      return reception?.count ?? Int(-EAGAIN)
    } catch {
      return Int(error.status)
    }
  }

  private func event(_ buffer: UnsafeMutableRawPointer, _ room: Int) -> Int {
    do throws(TransferError) {
      guard let event = try player.nextEvent() else { return Int(-EAGAIN) }
      guard event.count <= room else { return Int(-EOVERFLOW) }
      UnsafeMutableRawBufferPointer(start: buffer, count: room).copyBytes(from: event)
      return event.count
    } catch {
      return Int(error.status)
    }
  }

  /// Class requests to the interface; others a player need not know.
  private func control(_ setup: UnsafePointer<UInt8>, _ data: UnsafeMutablePointer<UInt8>) -> Int {
    let length = Int(setup[6]) | Int(setup[7]) << 8
    guard setup[0] & 0x7F == 0x21 else { return Int(-EPIPE) }
    let isIn = setup[0] & 0x80 != 0
    let payload = isIn ? [] : Array(UnsafeBufferPointer(start: data, count: length))
    let request = ClassRequest(number: setup[1], payload: payload, replyLimit: isIn ? length : 0)
    do throws(TransferError) {
      let reply = try player.control(request).prefix(length)
      guard isIn else { return length }
      UnsafeMutableRawBufferPointer(start: data, count: length).copyBytes(from: reply)
      return reply.count
    } catch {
      return Int(error.status)
    }
  }
}

extension TransferError {
  /// The status of a URB that ends so (Documentation/driver-api/usb/error-codes.rst of Linux).
  fileprivate var status: CInt {
    switch self {
    case .stalled: -EPIPE
    case .disconnected: -ESHUTDOWN
    case .timedOut: -EAGAIN
    case .overflow: -EOVERFLOW
    case .cancelled: -ENOENT
    case .fault: -EPROTO
    }
  }
}
