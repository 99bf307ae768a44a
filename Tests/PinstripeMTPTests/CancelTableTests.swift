import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import Testing

/// Cancelled at every packet of a transfer, in both directions: before the command, between command and
/// data, within the header, at the borders of packets and buffers, in the last packet, before the
/// zero-length one, and in the response.
struct CancelTableTests {
  struct Wire: Sendable {
    var packetSize: Int
    var chunkSize: Int
  }

  // Packets of 8 bytes cut the header of 12 in two.
  static let wires = [
    Wire(packetSize: 8, chunkSize: 64), Wire(packetSize: 64, chunkSize: 64),
    Wire(packetSize: 64, chunkSize: 512), Wire(packetSize: 512, chunkSize: 512),
  ]

  /// Whose last packet is short, full, or empty; and one byte around the borders of packets and buffers.
  static func sizes(_ wire: Wire) -> [Int] {
    var sizes: Set<Int> = [0, 1]
    for border in [wire.packetSize, 2 * wire.packetSize, wire.chunkSize, 2 * wire.chunkSize] {
      // Of which 12 are the header.
      for delta in -1...1 { sizes.insert(max(0, border - 12 + delta)) }
    }
    return sizes.sorted()
  }

  private struct Bench {
    let player: MemoryResponder
    let end: CancellingPlayer
    let pipe: LoopbackPipe
    let session: Session

    init(_ wire: Wire, _ habits: MemoryResponder.Habits) async throws {
      var profile = DeviceProfile(id: "test", name: "Test player")
      profile.storage.maximumObjectSize = .max
      player = MemoryResponder(profile: profile, habits: habits)
      end = CancellingPlayer(player, packetSize: wire.packetSize)
      pipe = LoopbackPipe(to: end, packetSize: wire.packetSize, chunkSize: wire.chunkSize)
      session = try await Session.open(on: pipe, profile: profile)
    }

    func upload(_ name: String, _ size: Int) async throws -> ObjectHandle {
      var source = Source(pattern(size))
      return try await session.upload(
        ObjectInfo(filename: name, format: .mp3, size: 0), to: Rig.storage, length: UInt64(size)
      ) { source.fill($0) }
    }

    func download(_ object: ObjectHandle, _ size: Int) async throws -> [UInt8] {
      var bytes: [UInt8] = []
      try await session.getObject(object, size: UInt64(size)) { bytes += $0 }
      return bytes
    }

    /// Judges what was left behind.
    func check(_ names: [String], _ comment: Comment) async throws {
      var names = names
      if player.history.first(where: { $0 == .sendObject }) == nil, end.place == .response,
        player.history.contains(.sendObjectInfo)
      {
        // Announced, and the handle is lost with the response: by its name the transport finds it.
        names = ["a.mp3"]
      }
      #expect(player.objects.map(\.name) == names, comment)
      #expect(!pipe.requests.contains(.resetDevice), comment)
      let cancels = pipe.requests.filter { $0.number == ClassRequest.cancelTransaction(0).number }
      // Not before or behind a data phase: umtp-responder ends the connection then.
      switch end.place {
      case .command, .response: #expect(cancels.isEmpty, comment)
      case .data: #expect(cancels.count == 1, comment)
      case .edge, nil: break
      }
      #expect(session.isOpen, comment)
      let object = try await upload("after.mp3", 200)
      #expect(try await download(object, 200) == pattern(200), comment)
      try await session.close()
      #expect(!player.isSessionOpen, comment)
    }
  }

  @Test(arguments: wires, CancelTests.habits)
  func anUpload(_ wire: Wire, _ habits: MemoryResponder.Habits) async throws {
    for size in Self.sizes(wire) {
      for packet in 0...500 {
        let bench = try await Bench(wire, habits)
        bench.end.arm(at: packet)
        let comment: Comment = "\(size) bytes, cancelled at packet \(packet)"
        do {
          _ = try await bench.upload("a.mp3", size)
          #expect(bench.end.place == nil, comment)
          break
        } catch {
          #expect(error as? MTPError == MTPError(.cancelled, transfer: .cancelled), comment)
        }
        try await bench.check([], comment)
        if packet == 500 { Issue.record("500 packets were not enough") }
      }
    }
  }

  @Test(arguments: wires, CancelTests.habits)
  func aDownload(_ wire: Wire, _ habits: MemoryResponder.Habits) async throws {
    for size in Self.sizes(wire) {
      for packet in 0...500 {
        let bench = try await Bench(wire, habits)
        let object = bench.player.add("a.mp3", content: .bytes(pattern(size)))
        bench.end.arm(at: packet)
        let comment: Comment = "\(size) bytes, cancelled at packet \(packet)"
        do {
          #expect(try await bench.download(object, size) == pattern(size), comment)
          #expect(bench.end.place == nil, comment)
          break
        } catch {
          #expect(error as? MTPError == MTPError(.cancelled, transfer: .cancelled), comment)
        }
        try await bench.check(["a.mp3"], comment)
        if packet == 500 { Issue.record("500 packets were not enough") }
      }
    }
  }
}

extension CancelTableTests {
  /// Given up before it began, a long data phase is stopped and not read to its end.
  @Test func aLongDownloadBeforeItsData() async throws {
    let wire = Wire(packetSize: 512, chunkSize: 16384)
    let size = 8 << 20
    let bench = try await Bench(wire, [])
    let object = bench.player.add("a.mp3", content: .bytes(pattern(size)))
    bench.end.arm(at: 1)
    await #expect(throws: MTPError(.cancelled, transfer: .cancelled)) {
      _ = try await bench.download(object, size)
    }
    let number = ClassRequest.cancelTransaction(0).number
    #expect(bench.pipe.requests.filter { $0.number == number }.count == 1)
    #expect(try await bench.download(object, size) == pattern(size))
    try await bench.session.close()
  }
}

/// A player whose host cancels before a certain packet: as on USB, what was under way of it is lost, and
/// what went before has arrived.
final class CancellingPlayer: PlayerEnd {
  /// Where in a transaction it was.
  enum Place {
    case command, data, response
    /// In the header of a data phase, or behind its last byte.
    case edge
  }

  private struct State {
    var left: Int?
    var place: Place?
    /// What the container that goes out is; nil between two.
    var sends: Place?
    /// Bytes given of the container that comes in, and how many it has in all.
    var given = 0
    var length = 0
  }

  private let player: MemoryResponder
  private let packetSize: Int
  private let state = Mutex(State())

  init(_ player: MemoryResponder, packetSize: Int) {
    self.player = player
    self.packetSize = packetSize
  }

  /// Where the host cancelled; nil when it did not.
  var place: Place? { state.withLock { $0.place } }

  /// Lets so many packets pass, and cancels then.
  func arm(at packet: Int) {
    state.withLock { $0.left = packet }
  }

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    var rest = bytes[...]
    repeat {
      let packet = UnsafeRawBufferPointer(rebasing: rest.prefix(packetSize))
      rest = rest.dropFirst(packet.count)
      let isLast = endsTransfer && rest.isEmpty
      try state.withLock { state throws(TransferError) in
        // The kind of a container stands in its fifth byte: 1 is a command, 2 is data.
        let place = state.sends ?? (packet.count > 4 && packet[4] == 2 ? .data : .command)
        // A command fits into one packet of every player there is.
        if state.sends != .command { try Self.strike(&state, place) }
        state.sends = isLast ? nil : place
        (state.given, state.length) = (0, 0)
      }
      try player.take(packet, endsTransfer: isLast)
    } while !rest.isEmpty
  }

  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    try state.withLock { state throws(TransferError) in
      let place: Place =
        switch state.given {
        case 0: .response
        case ContainerHeader.size..<max(state.length, ContainerHeader.size): .data
        default: .edge
        }
      try Self.strike(&state, place)
    }
    let reception = try player.give(into: buffer, packetSize: packetSize)
    state.withLock { state in
      if state.given == 0, let header = ContainerHeader(Array(buffer.prefix(12))) {
        state.length = Int(header.length)
      }
      state.given += reception?.count ?? 0
    }
    return reception
  }

  private static func strike(_ state: inout State, _ place: Place) throws(TransferError) {
    guard let left = state.left else { return }
    state.left = left > 0 ? left - 1 : nil
    guard left == 0 else { return }
    state.place = place
    throw .cancelled
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    try player.control(request)
  }

  func nextEvent() -> [UInt8]? { nil }
  func clearStall(_ direction: PipeDirection) {}
}
