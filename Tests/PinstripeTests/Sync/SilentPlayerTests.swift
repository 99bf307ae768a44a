import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import TestTools
import Testing

@testable import Pinstripe

/// A player that falls silent, or is lost, amid a sync.
struct SilentPlayerTests {
  /// Long enough for two transactions that are cut short; without a limit it were a minute.
  private static let patience = Duration.seconds(5)

  private struct Rig {
    let library: Library
    let player = Player()
    let pipe: SilentPipe
    let transport: MTPTransport

    init() async throws {
      library = try Library()
      for number in 4...9 as ClosedRange<UInt8> { library.write("\(number).mp3", number) }
      let pipe = SilentPipe(LoopbackPipe(to: player.responder, chunkSize: 2048))
      self.pipe = pipe
      transport = try await player.connect { _ in pipe }
    }

    /// What is there after the player was plugged in again.
    func expectRecovery() async throws {
      let again = try await player.connect()
      let summary = try await library.sync(with: again)
      #expect(summary.failures.isEmpty && summary.added + summary.kept == 9)
      #expect(!player.library.contains { $0.path.contains(".pinstripe-") })
    }
  }

  /// Regression: each of the remaining tracks was tried, for 20 seconds and more.
  @Test(arguments: [TransferError.timedOut, .fault(code: -1), .stalled, .disconnected])
  func itEndsASync(_ fault: TransferError) async throws {
    let rig = try await Rig()
    var begun = 0
    let error = await #expect(throws: PinstripeError.self) {
      try await rig.library.sync(with: rig.transport) { event in
        guard case .begin = event else { return }
        begun += 1
        if begun == 2 { rig.pipe.fail(with: fault) }
      }
    }
    await rig.transport.close()
    #expect(begun == (fault == .timedOut ? 3 : 2))
    #expect(error?.code == .playerGone)
    #expect(error?.message.contains("plug it in") == true, "\(error?.message ?? "")")
    try await rig.expectRecovery()
  }

  /// What was done before is counted.
  @Test func whatWasDoneIsCounted() async throws {
    let rig = try await Rig()
    let tracks = SyncTracks(nil)
    let plan = try await rig.library.plan(with: rig.transport, tracks: tracks)
    let ledger = try SyncLedger(path: rig.library.folder("another"))
    let sync = Sync(to: rig.transport, ledger: ledger) { item throws(PinstripeError) in
      try tracks.stream(of: item)
    }
    var summary = SyncSummary()
    await #expect(throws: PinstripeError(.playerGone, "")) {
      try await sync.run(plan, counting: &summary) { event in
        if case .end = event { rig.pipe.fail(with: .disconnected) }
      }
    }
    #expect(summary.counts == [1, 0, 0, 0, 0] && summary.left == 8 && summary.bytes > 9000)
    #expect(try await rig.library.sync(with: try await rig.player.connect()).left == 0)
  }

  /// A track by itself, of which one can be cancelled.
  private struct Put: Sendable {
    let player = Player()
    let pipe: SilentPipe
    let transport: MTPTransport

    init(grace: Duration = MTPTransport.grace) async throws {
      pipe = SilentPipe(LoopbackPipe(to: player.responder, chunkSize: 2048))
      transport = try await MTPTransport(
        opening: pipe, profile: player.profile, name: "Test player",
        mostObjects: MTPTransport.mostObjects, grace: grace)
    }

    /// - Parameter progress: Is told what was sent, and how much there is.
    func run(_ progress: @escaping (UInt64, UInt64) -> Void = { _, _ in }) async -> PinstripeError?
    {
      let bytes = Library.content(1)
      let error = await #expect(throws: PinstripeError.self) {
        try await transport.put(ClearStream(MemorySource(bytes)), named: "a.mp3", replacing: false)
        {
          progress($0, UInt64(bytes.count))
        }
      }
      await transport.close()
      return error
    }

    /// What is left is gone when the player was plugged in again.
    func expectRecovery() async throws {
      let again = try await player.connect()
      #expect(try await again.list(tidying: true).isEmpty && player.tracks.isEmpty)
    }
  }

  /// Regression: to cancel took a minute.
  @Test func aCancelledTrackIsNotWaitedFor() async throws {
    let put = try await Put()
    let error = await Task {
      await put.run { _, _ in
        put.pipe.fail()
        withUnsafeCurrentTask { $0?.cancel() }
      }
    }.value
    #expect(error?.code == .cancelled)
    #expect(error?.message.contains("does not answer") == true, "\(error?.message ?? "")")
    #expect(put.pipe.waited > .zero && put.pipe.waited < Self.patience, "\(put.pipe.waited)")
    try await put.expectRecovery()
  }

  /// Regression: so did cancelling while a track that was sent got its name.
  @Test func norIsItsName() async throws {
    let put = try await Put(grace: .milliseconds(20))
    let responder = put.player.responder
    let task = Handle()
    put.pipe.hang {
      let history = responder.history
      guard history.contains(.sendObject), history.last != .sendObject else { return nil }
      return { task.cancel() }
    }
    let putting = Task {
      await task.isKnown()
      return await put.run()
    }
    task.set(putting)
    let error = await putting.value
    #expect(error?.code == .cancelled)
    #expect(put.pipe.waited > .zero && put.pipe.waited < Self.patience, "\(put.pipe.waited)")
    try await put.expectRecovery()
  }

  /// A task that is cancelled from within.
  private final class Handle: Sendable {
    private let task = Mutex<Task<PinstripeError?, Never>?>(nil)

    func set(_ task: Task<PinstripeError?, Never>) { self.task.withLock { $0 = task } }
    func isKnown() async { while task.withLock({ $0 }) == nil { await Task.yield() } }
    func cancel() { task.withLock { $0?.cancel() } }
  }

  /// Regression: a player that gave no answer was asked four more things, with all its time for each.
  @Test func aFailedTrackIsNotUndoneAtLength() async throws {
    let put = try await Put()
    let error = await put.run { sent, all in if sent == all { put.pipe.fail() } }
    #expect(error?.code == .playerRefused)
    let limit = put.player.profile.transfer.responseTimeout
    #expect(put.pipe.waited < limit + Self.patience, "\(put.pipe.waited)")
    try await put.expectRecovery()
  }
}
