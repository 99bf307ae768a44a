import CUSBNode
import Pinstripe
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

extension FastTierTests {
  /// Stalls, silence, bus errors and a pulled cable, at every class of place.
  @Suite struct Faults {
    /// The transfer error of a call that must fail, within a second or two.
    private func fault(
      _ comment: Comment, _ body: () async throws -> Void
    ) async -> TransferError? {
      let start = ContinuousClock.now
      let error = await #expect(throws: MTPError.self, comment) { try await body() }
      #expect(ContinuousClock.now - start < .seconds(5), comment)
      return error?.transfer
    }

    @Test(arguments: Cancel.outgoing.dropLast() + Cancel.incoming)
    func aStall(_ place: HeldPlayer.Place) async throws { try await failure(.stalled, at: place) }

    @Test(arguments: [.outgoing(1024), .incoming(1024)] as [HeldPlayer.Place])
    func aBusError(_ place: HeldPlayer.Place) async throws {
      try await failure(.fault(code: -1), at: place)
    }

    @Test func morePacketsThanWereAskedFor() async throws {
      try await failure(.overflow, at: .incoming(1024))
    }

    /// QEMU's usb-mtp halts the IN endpoint when it is asked before it has something to say.
    @Test func aHaltBeforeTheResponseIsEndedAndTheResponseIsTaken() async throws {
      let rig = try await NodeRig()
      let object = try await rig.upload("a.mp3", pattern(Cancel.size)) {
        rig.held.fail(with: .stalled, at: .responseToData, givesUp: false)
      }
      #expect(rig.player.object(object)?.content == .bytes(pattern(Cancel.size)))
      #expect(rig.plugged.counts.clears == 1)
      try await rig.expectUsable(holding: ["a.mp3"], "after a halt")
      await rig.close()
    }

    private func failure(_ error: TransferError, at place: HeldPlayer.Place) async throws {
      let rig = try await NodeRig()
      let comment: Comment = "\(error), \(place)"
      let object = rig.player.add("a.mp3", content: .bytes(pattern(Cancel.size)))
      let found = await fault(comment) {
        switch place {
        case .outgoing, .responseToData:
          try await rig.upload("b.mp3", pattern(Cancel.size)) {
            rig.held.fail(with: error, at: place)
          }
        case .incoming, .responseBehindData:
          rig.held.fail(with: error, at: place)
          _ = try await rig.download(object, size: Cancel.size)
        }
      }
      #expect(found == error, comment)
      try await rig.expectUsable(holding: ["a.mp3"], comment)
      await rig.close()
    }

    @Test(
      arguments: [
        .outgoing(0), .outgoing(3 * 512), .outgoing(Cancel.whole), .responseToData, .incoming(0),
        .incoming(3 * 512), .incoming(Cancel.whole), .responseBehindData,
      ] as [HeldPlayer.Place])
    func silenceEndsInItsTime(_ place: HeldPlayer.Place) async throws {
      var rules = TransferRules()
      rules.responseTimeoutMilliseconds = 300
      rules.dataTimeoutMilliseconds = 200
      let rig = try await NodeRig(transfer: rules)
      let comment: Comment = "\(place)"
      let object = rig.player.add("a.mp3", content: .bytes(pattern(Cancel.size)))
      let found = await fault(comment) {
        switch place {
        case .outgoing, .responseToData:
          try await rig.upload("b.mp3", pattern(Cancel.size)) { rig.held.hold(at: place) }
        case .incoming, .responseBehindData:
          rig.held.hold(at: place)
          _ = try await rig.download(object, size: Cancel.size)
        }
      }
      #expect(found == .timedOut, comment)
      try await rig.expectUsable(holding: ["a.mp3"], comment)
      await rig.close()
    }

    @Test(arguments: Cancel.outgoing + Cancel.incoming)
    func aCableThatIsPulled(_ place: HeldPlayer.Place) async throws {
      let rig = try await NodeRig()
      let comment: Comment = "\(place)"
      let object = rig.player.add("a.mp3", content: .bytes(pattern(Cancel.size)))
      let task = Task {
        switch place {
        case .outgoing, .responseToData:
          try await rig.upload("b.mp3", pattern(Cancel.size)) { rig.held.hold(at: place) }
        case .incoming, .responseBehindData:
          rig.held.hold(at: place)
          _ = try await rig.download(object, size: Cancel.size)
        }
      }
      try await until { rig.held.isHeld }
      rig.plugged.unplug()
      let found = await fault(comment) { try await task.value }
      #expect(found == .disconnected, comment)
      #expect(!rig.session.isOpen, comment)
      await rig.transport.close()
      #expect(rig.plugged.counts.in_flight == 0, comment)
    }
  }
}
