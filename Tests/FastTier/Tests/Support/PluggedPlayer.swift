import CUSBNode
import PinstripePipe
import PinstripeTestSupport
import Synchronization
import Testing

/// A player of `PinstripeTestSupport` at a device node that libusb opens.
///
/// It is unplugged when nobody holds it.
final class PluggedPlayer: @unchecked Sendable {
  /// Where it is, as `AttachedPlayer.id` has it.
  let id: String
  private let calls: usb_node_calls
  private let node: OpaquePointer
  private let isPlugged = Mutex(true)

  /// Addresses are not used again, as on a real bus until it wraps.
  private static let lastAddress = Mutex<Int32>(1)

  /// Plugs it in.
  ///
  /// - Parameter port: Of the root hub, 1 to 9.
  init(
    _ player: any PlayerEnd, port: Int = 1, descriptors: NodeDescriptors = NodeDescriptors(),
    serial: String = "0001"
  ) throws {
    calls = try #require(NodeLibrary.calls, "umockdev is not preloaded; use Tests/FastTier/run.sh")
    let address = Self.lastAddress.withLock { last in
      last += 1
      return last
    }
    id = "1-\(address)"
    let attributes = """
      speed=\(descriptors.speed)
      manufacturer=Pinstripe
      product=Memory Player
      serial=\(serial)
      """
    var end = NodePlayer(player).calls
    let bytes = descriptors.bytes
    node = try #require(
      calls.plug(
        address, "1-\(port)", attributes, bytes, bytes.count, descriptors.packetSize, &end))
  }

  deinit { unplug() }

  /// Pulls the cable.
  func unplug() {
    let isFirst = isPlugged.withLock { isPlugged in
      defer { isPlugged = false }
      return isPlugged
    }
    if isFirst { calls.unplug(node) }
  }

  /// What the kernel's side was asked.
  var counts: usb_node_counts { calls.counts(node) }

  /// The kernel driver that has the interface; empty for none.
  var driver: String {
    get {
      var name = [CChar](repeating: 0, count: 256)
      calls.driver(node, &name)
      return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    set { calls.set_driver(node, newValue) }
  }
}
