import Glibc
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTags
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

extension Player {
  /// Does something over a cable whose n-th call fails.
  ///
  /// - Returns: How many calls there were.
  fileprivate func overBadCable(
    at call: Int, _ fault: FaultInjector.Fault, _ persistence: FaultInjector.Persistence,
    _ body: (MTPTransport) async throws -> Void
  ) async -> Int {
    let faulty = FaultInjector(
      LoopbackPipe(to: responder, chunkSize: 8192), at: call, fault, persistence)
    let transport: MTPTransport
    do {
      transport = try await MTPTransport(opening: faulty, profile: profile, name: "Test player")
    } catch {
      return faulty.calls
    }
    try? await body(transport)
    await transport.close()
    return faulty.calls
  }
}

/// A sync over a bad cable: the n-th call fails for every n.
struct SyncFaultTests {
  private static let faults: [FaultInjector.Fault] = [
    .fail(.stalled), .fail(.timedOut), .fail(.fault(code: -1)), .cut(after: 2000, .fault(code: -1)),
    .shortWrite(600), .disconnect,
  ]

  @Test(arguments: faults, [[], [Quirk.noRename]])
  func nothingIsLost(_ fault: FaultInjector.Fault, _ quirks: Set<Quirk>) async throws {
    let scene = try await InterruptedSync(quirks)
    // A cable that is pulled stays pulled.
    let all: [FaultInjector.Persistence] = fault == .disconnect ? [.once] : [.once, .fromThenOn]
    for persistence in all {
      for call in 1...10_000 {
        let comment: Comment = "\(fault) at call \(call), \(persistence)"
        let player = scene.begin()
        let isReached = await scene.sync(player, fault, at: call, persistence)
        try scene.expectNothingLost(player, comment)
        try await scene.expectRecovery(player, comment)
        guard isReached else { break }
      }
    }
  }

  /// How a picture goes, and whether one is there already.
  struct Picture: Sendable {
    let delivery: ArtDelivery
    var quirks: Set<Quirk> = []
    var replaces = false

    static let all = [
      Picture(delivery: .sample), Picture(delivery: .sample, replaces: true),
      Picture(delivery: .folder), Picture(delivery: .folder, replaces: true),
      Picture(delivery: .folder, quirks: [.noRename]),
    ]
  }

  @Test(arguments: faults, Picture.all)
  func noPictureIsTorn(_ fault: FaultInjector.Fault, _ picture: Picture) async throws {
    // Pictures that nobody can compress.
    let (old, new) = (try TestPicture.noise(110), try TestPicture.noise(100))
    var wanted: [UInt8] = []
    // Each fault hits every sixth call, and all together hit every one, in either way.
    let offset = try #require(Self.faults.firstIndex(of: fault)) + 1
    for (number, persistence) in [FaultInjector.Persistence.once, .fromThenOn].enumerated() {
      // Until all is planned, calls are as those of any sync.
      var firstCall = 1
      for call in stride(from: offset + number * 3, to: 10_000, by: 6) where call >= firstCall {
        let run = "call \(call) \(persistence)"
        let library = try Library()
        let player = Player(quirks: picture.quirks) {
          $0.art.delivery = picture.delivery
        }
        if wanted.isEmpty {
          wanted = try CoverPicture(new, for: #require(CoverLimits(player.profile.art))).bytes
        }
        func sync(_ transport: MTPTransport) async throws -> SyncSummary {
          try await library.sync(
            with: transport, player.profile, isProtected: false, covers: true)
        }
        let transport = try await player.connect()
        if picture.replaces { TestFile.write(old, to: library.folder("lib/Artist/cover.jpg")) }
        let first = try await sync(transport)
        #expect(first.pictures == (picture.replaces ? 1 : 0), "\(run)")
        await transport.close()
        let before = player.pictures
        TestFile.write(new, to: library.folder("lib/Artist/cover.jpg"))
        if firstCall == 1 {
          // Closing takes two.
          firstCall =
            await player.overBadCable(at: .max, fault, persistence) {
              _ = try await library.plan(
                with: $0, player.profile, tracks: SyncTracks(nil), covers: true)
            } - 2
        }

        let calls = await player.overBadCable(at: call, fault, persistence) {
          _ = try await sync($0)
        }
        // Without rename a part may have the final name until the next connection.
        if picture.quirks.isEmpty {
          #expect(player.pictures.allSatisfy { before.contains($0) || $0 == wanted }, "\(run)")
        }
        let again = try await player.connect()
        let summary = try await sync(again)
        #expect(summary.failures.isEmpty && summary.withoutPicture.isEmpty, "\(run)")
        #expect(player.pictures == [wanted], "\(run)")
        let albums = player.responder.objects.filter { $0.format == .abstractAudioAlbum }
        #expect(albums.count == (picture.delivery == .sample ? 1 : 0), "\(run)")
        #expect(albums.allSatisfy { $0.references.count == 2 }, "\(run)")
        #expect(!player.library.contains { $0.path.contains(".pinstripe-") }, "\(run)")
        let plan = try await library.plan(
          with: again, player.profile, tracks: SyncTracks(nil), covers: true)
        #expect(plan.steps.allSatisfy { $0.action == .keep }, "\(run)")
        if calls < call { break }
      }
    }
  }
}

extension Player {
  /// The pictures that it shows: of albums, and beside tracks.
  fileprivate var pictures: [[UInt8]] {
    responder.contents.compactMap { file in
      file.picture ?? (file.path.hasSuffix("/cover.jpg") ? file.bytes : nil)
    }
  }
}
