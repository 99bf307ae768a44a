import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import Testing

/// Transfers that end half-way on our side.
struct CancelTests {
  static let size = 3000
  /// Around the header, packets, buffers and the end.
  static let offsets = [0, 1, 51, 52, 53, 499, 500, 501, 1011, 1012, 1013, 2048, 2988, 2999]

  static let habits: [MemoryResponder.Habits] = [[], .knowsNoClassRequests, .cancelsSlowly]

  private func upload(
    _ rig: Rig, onFailure: Session.PartialObject = .delete, stopAt offset: Int,
    stop: @Sendable () throws -> Void
  ) async throws {
    var source = Source(pattern(Self.size))
    var given = 0
    _ = try await rig.session.upload(
      ObjectInfo(filename: "a.mp3", format: .mp3, size: 0), to: Rig.storage,
      length: UInt64(Self.size), onFailure: onFailure
    ) { buffer in
      if given >= offset { try stop() }
      let count = source.fill(
        UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(max(1, offset - given))))
      given += count
      return count
    }
  }

  private func expectUsable(_ rig: Rig, _ comment: Comment) async throws {
    #expect(rig.session.isOpen, comment)
    let object = try await rig.upload("after.mp3", pattern(2000))
    #expect(try await rig.download(object, size: 2000) == pattern(2000), comment)
    try await rig.session.close()
    #expect(!rig.player.isSessionOpen, comment)
  }

  @Test(arguments: offsets, habits)
  func aSourceThatFailsLeavesNothingAndAUsableSession(
    _ offset: Int, _ habits: MemoryResponder.Habits
  ) async throws {
    let rig = try await Rig(habits: habits, packetSize: 64, chunkSize: 512)
    let comment: Comment = "stopped at \(offset), habits \(habits.rawValue)"
    await #expect(throws: SourceFailure(), comment) {
      try await upload(rig, stopAt: offset) { throw SourceFailure() }
    }
    #expect(rig.player.objects.map(\.name) == [], comment)
    #expect(rig.pipe.requests.first?.number == 0x64, comment)
    #expect(!rig.pipe.requests.contains(.resetDevice), comment)
    try await expectUsable(rig, comment)
  }

  @Test(arguments: offsets)
  func aCancelledTaskLeavesNothingAndAUsableSession(_ offset: Int) async throws {
    let rig = try await Rig(packetSize: 64, chunkSize: 512)
    let comment: Comment = "cancelled at \(offset)"
    let error = await Task {
      await #expect(throws: MTPError.self, comment) {
        try await upload(rig, stopAt: offset) { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }.value
    #expect(error?.code == .cancelled, comment)
    #expect(rig.player.objects.map(\.name) == [], comment)
    try await expectUsable(rig, comment)
  }

  @Test func aPartCanBeKept() async throws {
    let rig = try await Rig(packetSize: 64, chunkSize: 512)
    await #expect(throws: SourceFailure()) {
      try await upload(rig, onFailure: .keep, stopAt: 2048) { throw SourceFailure() }
    }
    let part = try #require(rig.player.objects.first)
    #expect(!part.isComplete)
    #expect(part.content == .bytes(Array(pattern(Self.size).prefix(Int(part.content.count)))))
    try await expectUsable(rig, "kept")
  }

  @Test(arguments: [0, 1, 1500, 2999])
  func aSourceThatEndsTooEarlyIsNoticed(_ offset: Int) async throws {
    let rig = try await Rig()
    var source = Source(pattern(offset))
    await #expect(throws: MTPError(.sourceMismatch)) {
      _ = try await rig.session.upload(
        ObjectInfo(filename: "a", format: .mp3, size: 0), to: Rig.storage, length: 3000
      ) { source.fill($0) }
    }
    #expect(rig.player.objects.map(\.name) == [])
    try await expectUsable(rig, "ended at \(offset)")
  }

  /// Without the quirk the player breaks down, with it the upload is filled up and deleted.
  @Test(arguments: offsets)
  func exactDataPhase(_ offset: Int) async throws {
    let rig = try await Rig(quirks: [.exactDataPhase], packetSize: 64, chunkSize: 512)
    let comment: Comment = "stopped at \(offset)"
    let before = rig.pipe.transfers.count
    await #expect(throws: SourceFailure(), comment) {
      try await upload(rig, stopAt: offset) { throw SourceFailure() }
    }
    #expect(rig.player.breakdown == nil, comment)
    #expect(rig.pipe.requests.isEmpty, comment)
    #expect(
      rig.pipe.transfers.dropFirst(before).contains { $0.count == UInt64(Self.size + 12) }, comment)
    #expect(rig.player.objects.map(\.name) == [], comment)
    try await expectUsable(rig, comment)
  }

  // Not the last one: when every byte is out, the upload is complete.
  @Test(arguments: offsets.dropLast())
  func exactDataPhaseWhenTheTaskIsCancelled(_ offset: Int) async throws {
    let rig = try await Rig(quirks: [.exactDataPhase], packetSize: 64, chunkSize: 512)
    let comment: Comment = "cancelled at \(offset)"
    let handle = Mutex<Task<Void, any Error>?>(nil)
    let task = Task {
      // Wait until the task is known to the closure that cancels it.
      while handle.withLock({ $0 }) == nil { await Task.yield() }
      try await upload(rig, stopAt: offset) { handle.withLock { $0?.cancel() } }
    }
    handle.withLock { $0 = task }
    await #expect(throws: MTPError(.cancelled, transfer: .cancelled), comment) {
      try await task.value
    }
    #expect(rig.player.breakdown == nil, comment)
    #expect(rig.player.objects.map(\.name) == [], comment)
    try await expectUsable(rig, comment)
  }

  @Test func withoutTheQuirkSuchAPlayerBreaksDown() async throws {
    var profile = DeviceProfile(id: "test", name: "Test player")
    profile.quirks = [.exactDataPhase]
    let player = MemoryResponder(profile: profile)
    let session = try await Session.open(on: LoopbackPipe(to: player), profile: .careful)
    await #expect(throws: SourceFailure()) {
      _ = try await session.upload(
        ObjectInfo(filename: "a", format: .mp3, size: 0), to: Rig.storage, length: 3_000_000
      ) { buffer in
        if session.deviceInfo.model == "Test player" { throw SourceFailure() }
        return buffer.count
      }
    }
    #expect(player.breakdown != nil)
    await #expect(throws: MTPError(.sessionLost)) { try await session.storageIDs() }
  }

  @Test(arguments: offsets, BoundaryTests.habits)
  func aDownloadCanEndAnywhere(_ offset: Int, _ habits: MemoryResponder.Habits) async throws {
    let rig = try await Rig(habits: habits, packetSize: 64, chunkSize: 512)
    let object = rig.player.add("a.mp3", content: .bytes(pattern(Self.size)))
    var got = 0
    await #expect(throws: SourceFailure()) {
      try await rig.session.getObject(object, size: UInt64(Self.size)) { bytes in
        got += bytes.count
        if got > offset { throw SourceFailure() }
      }
    }
    try await expectUsable(rig, "ended at \(offset), habits \(habits.rawValue)")
  }

  /// All of the data was there, so there was nothing to cancel; the response came later than was waited
  /// for, and the player took no command before somebody read it.
  @Test(arguments: [0, 1, 2000])
  func anAnswerThatComesTooLateIsReadBeforeTheNextCommandIsTaken(_ size: Int) async throws {
    let player = MemoryResponder()
    let frozen = FrozenPlayer(player)
    let pipe = LoopbackPipe(to: frozen, packetSize: 64, chunkSize: 4096)
    let session = try await Session.open(on: pipe, profile: .careful)
    let object = player.add("a.mp3", content: .bytes(pattern(2000)))
    let task = Task {
      try await session.getObject(object, size: 2000) { _ in
        frozen.freeze()
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }
    await #expect(throws: MTPError(.cancelled, transfer: .cancelled)) { try await task.value }
    #expect(pipe.requests.isEmpty)
    let next = try await session.upload(
      ObjectInfo(filename: "b.mp3", format: .mp3, size: 0), to: Rig.storage, length: UInt64(size)
    ) { $0.count }
    #expect(player.object(next)?.content.count == UInt64(size))
    #expect(frozen.refusals > 0)
    try await session.close()
  }

  @Test func aPlayerThatStallsUntilItIsToldToCancel() async throws {
    let player = MemoryResponder()
    let pipe = LoopbackPipe(to: StubbornPlayer(player), packetSize: 64, chunkSize: 512)
    let session = try await Session.open(on: pipe, profile: .careful)
    for (size, succeeds) in [(512 * 3 - 12, false), (512 * 3, true)] {
      var source = Source(pattern(size))
      let info = ObjectInfo(filename: "\(size)", format: .mp3, size: 0)
      do {
        _ = try await session.upload(info, to: Rig.storage, length: UInt64(size)) {
          source.fill($0)
        }
        #expect(succeeds)
      } catch {
        #expect(!succeeds && error as? MTPError == MTPError(.transfer, transfer: .stalled))
      }
    }
    #expect(player.objects.map(\.name) == ["1536"])
  }

  @Test func aTaskThatWaitsForItsTurnCanBeCancelled() async throws {
    let rig = try await Rig()
    let session = rig.session
    let isWaiting = Flag()
    var source = Source(pattern(100_000))
    var waiting: Task<MTPError?, Never>?
    _ = try await session.upload(
      ObjectInfo(filename: "a", format: .mp3, size: 0), to: Rig.storage, length: 100_000
    ) { buffer in
      if waiting == nil {
        waiting = Task {
          isWaiting.raise()
          do throws(MTPError) { _ = try await session.storageIDs() } catch { return error }
          return nil
        }
        while !isWaiting.isRaised {}
        waiting?.cancel()
      }
      return source.fill(buffer)
    }
    let error = await waiting?.value
    // Cancelled before or while it waited; never let through and torn.
    #expect(error == MTPError(.cancelled, transfer: .cancelled))
    try await expectUsable(rig, "after a waiting task was cancelled")
  }
}

/// A player that takes no packet shorter than a header, and stalls both ways from then on until it is
/// told to cancel: what QEMU's usb-mtp does with zero-length packets.
final class StubbornPlayer: PlayerEnd {
  private let player: MemoryResponder
  private let isStuck = Mutex(false)

  init(_ player: MemoryResponder) {
    self.player = player
  }

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    guard bytes.count >= ContainerHeader.size, !isStuck.withLock({ $0 }) else {
      isStuck.withLock { $0 = true }
      throw .stalled
    }
    try player.take(bytes, endsTransfer: endsTransfer)
  }

  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    guard !isStuck.withLock({ $0 }) else { throw .stalled }
    return try player.give(into: buffer, packetSize: packetSize)
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    guard request.number == ClassRequest.cancelTransaction(0).number else { throw .stalled }
    isStuck.withLock { $0 = false }
    return try player.control(request)
  }

  func nextEvent() -> [UInt8]? { nil }
  func clearStall(_ direction: PipeDirection) {}
}

/// Something that one task tells another.
final class Flag: Sendable {
  private let value = Atomic(false)

  var isRaised: Bool { value.load(ordering: .acquiring) }

  func raise() {
    value.store(true, ordering: .releasing)
  }
}

/// Falls silent when it is told to, until the next command; it takes none before what it has to say was
/// read.
private final class FrozenPlayer: PlayerEnd {
  private let player: MemoryResponder
  private let state = Mutex((isFrozen: false, isUnread: false, refusals: 0))

  init(_ player: MemoryResponder) { self.player = player }

  var refusals: Int { state.withLock { $0.refusals } }

  func freeze() { state.withLock { $0 = (true, true, $0.refusals) } }

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    try state.withLock { state throws(TransferError) in
      state.isFrozen = false
      guard !state.isUnread else {
        state.refusals += 1
        throw .timedOut
      }
    }
    try player.take(bytes, endsTransfer: endsTransfer)
  }

  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    guard !state.withLock(\.isFrozen) else { return nil }
    let reception = try player.give(into: buffer, packetSize: packetSize)
    let given = reception.map {
      Message(Array(UnsafeRawBufferPointer(rebasing: buffer[..<$0.count])))
    }
    // Once its response is read, or there was nothing to read, it goes on.
    if given == nil || given??.header.kind == .response { state.withLock { $0.isUnread = false } }
    return reception
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    try player.control(request)
  }

  func nextEvent() throws(TransferError) -> [UInt8]? { try player.nextEvent() }

  func clearStall(_ direction: PipeDirection) { player.clearStall(direction) }
}
