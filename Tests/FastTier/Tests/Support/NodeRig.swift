import CUSBNode
import Pinstripe
import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// A player at a node, with a session that was opened through libusb.
struct NodeRig {
  let player: MemoryResponder
  let held: HeldPlayer
  let plugged: PluggedPlayer
  let transport: MTPTransport

  var session: Session { transport.session }

  static let storage = MemoryResponder.defaultStorage

  init(
    habits: MemoryResponder.Habits = [], packetSize: Int = 512,
    transfer rules: TransferRules = TransferRules()
  ) async throws {
    player = MemoryResponder(habits: habits)
    held = HeldPlayer(player)
    plugged = try PluggedPlayer(held, descriptors: NodeDescriptors(packetSize: packetSize))
    let finder = try PlayerFinder()
    var found = try await finder.player(id: plugged.id)
    found.profile.transfer = rules
    transport = try await finder.open(found)
  }

  /// One buffer of two packets at a time, so that what is on the wire is known to the packet.
  static var stepwise: TransferRules {
    var rules = TransferRules()
    rules.chunkSize = 1024
    rules.queueDepth = 1
    return rules
  }

  @discardableResult
  func upload(
    _ name: String, _ bytes: [UInt8], announced: (@Sendable () -> Void)? = nil
  ) async throws -> ObjectHandle {
    var rest = bytes[...]
    return try await session.upload(
      ObjectInfo(filename: name, format: .mp3, size: 0), to: Self.storage,
      length: UInt64(bytes.count), announced: { _ in announced?() }
    ) { buffer in
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }

  func download(_ object: ObjectHandle, size: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await session.getObject(object, size: UInt64(size)) { bytes += $0 }
    return bytes
  }

  /// The session works, nothing but `names` is on the player, and its port was never reset.
  func expectUsable(holding names: [String] = [], _ comment: Comment) async throws {
    held.release()
    #expect(session.isOpen, comment)
    #expect(player.objects.map(\.name) == names, comment)
    let object = try await upload("after.mp3", pattern(3000))
    #expect(try await download(object, size: 3000) == pattern(3000), comment)
    try await session.deleteObject(object)
    #expect(plugged.counts.resets == 0, comment)
  }

  func close() async {
    await transport.close()
    #expect(plugged.counts.in_flight == 0)
    #expect(plugged.counts.releases == plugged.counts.claims)
  }
}

/// Bytes that differ from their neighbours and from page to page.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251 &+ seed) }
}

/// Waits for something that happens on another thread, for some seconds at most.
func until(_ condition: () -> Bool) async throws {
  for _ in 0..<2000 where !condition() { try await Task.sleep(for: .milliseconds(2)) }
  #expect(condition(), "it did not happen within seconds")
}
