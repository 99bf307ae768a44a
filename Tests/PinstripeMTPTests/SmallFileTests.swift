import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import Testing

/// Command and data of small files, in transfers that do not wait for each other.
struct SmallFileTests {
  private func session(
    _ mode: SmallFileMode, quirks: Set<Quirk> = []
  ) async throws -> (MemoryResponder, BatchPipe, Session) {
    var profile = DeviceProfile(id: "test", name: "Test player")
    profile.transfer.smallFiles = mode
    profile.transfer.chunkSize = 4096
    profile.quirks = quirks
    let player = MemoryResponder(profile: profile)
    let pipe = BatchPipe(LoopbackPipe(to: player, chunkSize: 4096))
    return (player, pipe, try await Session.open(on: pipe, profile: profile))
  }

  private func upload(_ bytes: [UInt8], _ session: Session) async throws -> ObjectHandle {
    var source = Source(bytes)
    return try await session.upload(
      ObjectInfo(filename: "\(bytes.count)", format: .mp3, size: 0), to: Rig.storage,
      length: UInt64(bytes.count)
    ) { source.fill($0) }
  }

  /// Up to one buffer with the header; what is longer goes in buffers of the pipe.
  @Test func whatFitsGoesTogether() async throws {
    for mode in SmallFileMode.allCases {
      let (player, pipe, session) = try await session(mode)
      for size in [0, 1, 500, 4083, 4084, 4085, 9000] {
        let batches = pipe.batches
        let object = try await upload(pattern(size), session)
        #expect(player.object(object)?.content == .bytes(pattern(size)), "\(mode), \(size)")
        // The announcement, and the bytes if they fit.
        let expected = mode == .separate ? 0 : size > 4084 ? 1 : 2
        #expect(pipe.batches - batches == expected, "\(mode), \(size)")
      }
      try await session.close()
    }
  }

  /// A source that fails before anything went out leaves the player where it was.
  @Test(arguments: [[], [Quirk.exactDataPhase]] as [Set<Quirk>])
  func aSourceThatFails(_ quirks: Set<Quirk>) async throws {
    let (player, _, session) = try await session(.together, quirks: quirks)
    await #expect(throws: SourceFailure.self) {
      _ = try await session.upload(
        ObjectInfo(filename: "a", format: .mp3, size: 0), to: Rig.storage, length: 100
      ) { _ in throw SourceFailure() }
    }
    await #expect(throws: MTPError.self) {
      _ = try await session.upload(
        ObjectInfo(filename: "b", format: .mp3, size: 0), to: Rig.storage, length: 100
      ) { _ in 0 }
    }
    #expect(player.breakdown == nil && player.objects.isEmpty)
    let object = try await upload(pattern(100), session)
    #expect(player.object(object)?.content == .bytes(pattern(100)))
  }
}

/// Counts the sends of several transfers at once.
private final class BatchPipe: ForwardingPipe {
  let pipe: any BulkPipe
  private let count = Mutex(0)
  var batches: Int { count.withLock { $0 } }

  init(_ pipe: any BulkPipe) { self.pipe = pipe }

  func send(_ transfers: [[UInt8]], timeout: Duration) async throws -> UInt64 {
    count.withLock { $0 += 1 }
    return try await pipe.send(transfers, timeout: timeout)
  }
}
