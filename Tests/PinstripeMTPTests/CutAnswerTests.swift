import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import Testing

/// What a player says beside its datasets, cut at every byte: the session goes on.
struct CutAnswerTests {
  /// A list of properties is one of two ways to ask, so that one that is cut costs nothing but time.
  @Test(arguments: [[], [.wrappedSize]] as [Set<Quirk>])
  func aPropertyListIsAskedForOtherwise(_ quirks: Set<Quirk>) async throws {
    var end = 0
    while true {
      let rig = try await Rig(quirks: quirks)
      for name in ["a.mp3", "b.mp3"] { try await rig.upload(name, pattern(10)) }
      let cut = Mutex((lists: 0, isWhole: true))
      let most = end
      rig.player.tamper { operation, dataset in
        guard operation == .getObjectPropList else { return }
        cut.withLock { $0 = ($0.lists + 1, $0.isWhole && dataset.count <= most) }
        dataset = Array(dataset.prefix(most))
      }
      var objects: [ListedObject] = []
      for try await object in rig.session.objects(of: Rig.storage) { objects.append(object) }
      #expect(objects.map(\.info.filename) == ["a.mp3", "b.mp3"], "cut at \(end)")
      #expect(objects.map(\.size) == [10, 10], "cut at \(end)")
      let (lists, isWhole) = cut.withLock { $0 }
      // Of the folder, and then, where sizes are asked for so, of objects while those come whole.
      #expect(quirks.isEmpty || isWhole ? lists == 1 : [2, 3].contains(lists), "cut at \(end)")
      if isWhole { break }
      end += 1
    }
    #expect(end > 100)
  }

  @Test func anEventIsAnErrorOrHasFewerParameters() async throws {
    let rig = try await CutRig()
    let whole = Message(
      .event, code: EventCode.objectAdded.rawValue, transaction: .outsideSession,
      parameters: [1, 2, 3]
    ).encoded
    for end in whole.indices {
      rig.player.say(Array(whole[..<end]))
      if end < ContainerHeader.size {
        await #expect(throws: MTPError(.malformedContainer), "cut at \(end)") {
          try await rig.session.event(timeout: .zero)
        }
      } else {
        let event = try await rig.session.event(timeout: .zero)
        #expect(event?.code == .objectAdded, "cut at \(end)")
        #expect(event?.parameters.count == (end - ContainerHeader.size) / 4, "cut at \(end)")
      }
      #expect(try await rig.session.storageIDs() == [Rig.storage], "after \(end)")
    }
    #expect(try await rig.session.event(timeout: .zero) == nil)
  }

  @Test func aDeviceStatusThatIsCutIsNone() async throws {
    let rig = try await CutRig()
    let whole = DeviceStatus(code: .ok, haltedEndpoints: [0x81, 0x02]).encoded
    for end in 0...whole.count {
      let cleared = rig.player.stall(withStatus: Array(whole[..<end]))
      await #expect(throws: MTPError(.transfer, transfer: .stalled), "cut at \(end)") {
        try await rig.session.storageIDs()
      }
      // Both pipes in any case, and those that were named as halted.
      let named = max(0, (end - 4) / 4)
      #expect(rig.player.clearedStalls - cleared == 2 + named, "cut at \(end)")
      #expect(try await rig.session.storageIDs() == [Rig.storage], "after \(end)")
    }
  }
}

/// A session with a ``CutPlayer``.
private struct CutRig {
  let player = CutPlayer()
  let session: Session

  init() async throws {
    session = try await Session.open(on: LoopbackPipe(to: player), profile: .careful)
  }
}

/// A player whose events and status are what a test wants.
private final class CutPlayer: PlayerEnd {
  private struct State {
    var events: [[UInt8]] = []
    var status: [UInt8] = []
    var isStalled = false
    var clearedStalls = 0
  }

  private let player = MemoryResponder()
  private let state = Mutex(State())

  var clearedStalls: Int { state.withLock { $0.clearedStalls } }

  /// Reports something.
  func say(_ event: [UInt8]) { state.withLock { $0.events.append(event) } }

  /// Stalls upon the next command; returns how many stalls were cleared before.
  func stall(withStatus status: [UInt8]) -> Int {
    state.withLock { state in
      (state.status, state.isStalled) = (status, true)
      return state.clearedStalls
    }
  }

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    guard !state.withLock(\.isStalled) else { throw .stalled }
    try player.take(bytes, endsTransfer: endsTransfer)
  }

  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    try player.give(into: buffer, packetSize: packetSize)
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    guard request == .deviceStatus else { return try player.control(request) }
    return state.withLock(\.status)
  }

  func nextEvent() -> [UInt8]? {
    state.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() }
  }

  func clearStall(_ direction: PipeDirection) {
    state.withLock { state in
      state.clearedStalls += 1
      state.isStalled = false
    }
  }
}
