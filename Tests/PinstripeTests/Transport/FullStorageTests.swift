import PinstripeMTP
import PinstripePipe
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// A player that stalls when it is full, and says why on the interrupt endpoint.
struct FullStorageTests {
  /// - Parameter storage: Which storage the event names; nil when there is none.
  private func put(_ storage: StorageID?) async throws -> PinstripeError? {
    let player = Player()
    let pipe = CutPipe(LoopbackPipe(to: player.responder), after: 100_000, .stalled)
    let transport = try await MTPTransport(
      opening: pipe, profile: player.profile, name: "the player")
    let source = ClearStream(MemorySource(TestFile.content(300_000)))
    return await #expect(throws: PinstripeError.self) {
      try await transport.put(source, named: "a.mp3", replacing: false) { sent in
        guard let storage, sent > 0 else { return }
        player.responder.report(.storeFull, [storage.rawValue])
      }
    }
  }

  @Test func anEventTellsThatThePlayerIsFull() async throws {
    let error = try await put(MemoryResponder.defaultStorage)
    #expect(error?.code == .playerFull)
    #expect(error?.message == "the player is full; remove something first.")
  }

  @Test func aStallWithoutItIsNoFullStorage() async throws {
    #expect(try await put(nil)?.code == .playerRefused)
    #expect(try await put(StorageID(rawValue: 7))?.code == .playerRefused)
  }
}
