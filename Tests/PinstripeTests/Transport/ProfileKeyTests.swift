import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// Keys of a profile against a player that is as they say: without the key something fails.
struct ProfileKeyTests {
  private func put(_ title: String, on player: Player) async throws -> PropertyValue? {
    let stream = ClearStream(MemorySource(TestFile.content(20_000)))
    stream.properties = TrackProperties()
    stream.properties?.title = title
    let transport = try await player.connect()
    try await transport.put(stream, named: "a.pst", replacing: false, progress: nil)
    return player.responder.objects.first { $0.name == "a.pst" }?.properties[.name]
  }

  /// A player that refuses long texts keeps none; cut to what it takes, it keeps them.
  @Test func textsAreCutToTheLongestThatThePlayerTakes() async throws {
    let title = String(repeating: "x", count: 15) + "😀yy"
    var player = Player { $0.mtp.maximumStringLength = 16 }
    #expect(try await put(title, on: player) == .string(String(repeating: "x", count: 15)))
    #expect(player.responder.history.count { $0 == .sendObjectPropList } == 1)
    player = Player { $0.mtp.maximumStringLength = 16 }
    player.profile.mtp.maximumStringLength = 254
    #expect(try await put(title, on: player) == nil)
  }

  /// A player on slow flash that needs 40 seconds to delete.
  @Test func slowPlayersAreWaitedFor() async throws {
    for (limit, works) in [(20_000, false), (60_000, true)] {
      let player = Player { $0.transfer.responseTimeoutMilliseconds = limit }
      player.responder.delay(.deleteObject, by: .seconds(40))
      let transport = try await player.connect()
      _ = try await put("a", on: player)
      let isDone = (try? await transport.remove("a.pst")) != nil
      #expect(isDone == works, "\(limit) ms")
    }
  }

  /// What DeviceInfo lists and the profile says is not there is left alone; GetObject does.
  @Test func operationsThatThePlayerLacksAreNotTried() async throws {
    let offered = Set(MemoryResponder.implemented).subtracting([.getPartialObject64])
    for lacks in [[], [PlayerOperation.getPartialObject]] as [Set<PlayerOperation>] {
      let player = Player(operations: offered) { $0.mtp.lacks = lacks }
      player.responder.refuse(.getPartialObject, with: .generalError)
      let result = try? await put("a", on: player)
      #expect((result != nil) == !lacks.isEmpty, "what was sent cannot be read back")
      #expect(player.responder.history.contains(.getPartialObject) == lacks.isEmpty)
    }
  }

  /// Without a list of operations, a simulated player has those that its profile does not say it lacks.
  @Test func aSimulatedPlayerLacksWhatItsProfileSays() async throws {
    let player = Player { $0.mtp.lacks = Set(PlayerOperation.allCases) }
    let offered = try await player.connect().session.deviceInfo.operations
    #expect(offered.contains(.sendObject))
    for operation in PlayerOperation.allCases {
      #expect(!offered.contains(OperationCode(rawValue: operation.code)), "\(operation)")
    }
    #expect(try await put("a", on: player) == .string("a"))
  }
}
