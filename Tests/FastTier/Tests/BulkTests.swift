import CUSBNode
import PinstripeMTP
import PinstripeTestSupport
import Testing

extension FastTierTests {
  /// Sizes at the borders of packets and buffers, both ways, header joined or apart.
  @Suite struct Bulk {
    static let sizes = [64, 512, 1024, 8192, 65_536].flatMap { unit in
      [1, 3].flatMap { factor in [-12, -1, 0, 1, 12].map { unit * factor + $0 } }
    }

    @Test(arguments: [64, 512, 1024])
    func everySizeArrivesAndComesBack(_ packetSize: Int) async throws {
      let rig = try await NodeRig(packetSize: packetSize)
      for size in [0, 1] + Self.sizes {
        let bytes = pattern(size, seed: size)
        let object = try await rig.upload("\(size)", bytes)
        let comment: Comment = "\(size) bytes in packets of \(packetSize)"
        #expect(rig.player.object(object)?.content == .bytes(bytes), comment)
        #expect(rig.player.object(object)?.isComplete == true, comment)
        #expect(try await rig.download(object, size: size) == bytes, comment)
      }
      #expect(rig.plugged.counts.clears == 0)
      await rig.close()
    }

    @Test(
      arguments: [.headerApart, .joinsResponse, [.headerApart, .omitsZeroLengthPackets]]
        as [MemoryResponder.Habits], [64, 512, 1024])
    func everySizeComesBackFromPlayersOfOtherHabits(
      _ habits: MemoryResponder.Habits, _ packetSize: Int
    ) async throws {
      let rig = try await NodeRig(habits: habits, packetSize: packetSize)
      for size in [0, 1] + Self.sizes {
        let bytes = pattern(size, seed: size)
        let object = rig.player.add("\(size)", content: .bytes(bytes))
        #expect(
          try await rig.download(object, size: size) == bytes,
          "\(size) bytes in packets of \(packetSize), habits \(habits.rawValue)")
      }
      await rig.close()
    }

    /// The kernel's 16 MiB for USB are everybody's.
    @Test func noMoreThanTheProfileSaysIsInFlight() async throws {
      let rig = try await NodeRig(habits: .discardsContent)
      let object = try await rig.upload("big", pattern(8 << 20))
      #expect(rig.player.object(object)?.content == .zeros(8 << 20))
      #expect(rig.plugged.counts.most_bytes_out <= 4 * 65_536)
      // The response is waited for before the data are all sent, in one buffer more.
      #expect(rig.plugged.counts.most_bytes_in <= 65_536)
      await rig.close()
    }

    @Test func eventsComeWhileTransactionsGoOn() async throws {
      let rig = try await NodeRig()
      rig.player.report(.objectAdded, [7])
      try await rig.upload("a.mp3", pattern(100_000))
      rig.player.report(.objectRemoved, [7])
      #expect(try await rig.session.event(timeout: .seconds(5))?.code == .objectAdded)
      #expect(try await rig.session.event(timeout: .seconds(5))?.code == .objectRemoved)
      await rig.close()
    }
  }
}
