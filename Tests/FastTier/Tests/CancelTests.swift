import CUSBNode
import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import Testing

extension FastTierTests {
  /// A task that is cancelled while a transfer stands still at a known packet.
  @Suite struct Cancel {
    /// The data phase fills its last packet, so that a zero-length one ends it.
    static let size = 8 * 512 - 12
    static let whole = 8 * 512

    /// Nothing yet, one packet, the border of a buffer, in a buffer, all but one packet, and the
    /// zero-length packet.
    static let outgoing =
      [0, 512, 1024, 3 * 512, 7 * 512, whole].map(HeldPlayer.Place.outgoing) + [.responseToData]
    static let incoming =
      [0, 512, 1024, 3 * 512, 7 * 512, whole].map(HeldPlayer.Place.incoming) + [.responseBehindData]

    /// Runs `body` until the player has stopped, then cancels it.
    private func cancelled(
      _ rig: NodeRig, _ comment: Comment, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
      let task = Task { try await body() }
      try await until { rig.held.isHeld }
      // Whatever moves until the player stops has moved.
      try await Task.sleep(for: .milliseconds(10))
      let start = ContinuousClock.now
      task.cancel()
      let result = await task.result
      #expect(ContinuousClock.now - start < .seconds(1), comment)
      let error = #expect(throws: MTPError.self, comment) { try result.get() }
      #expect(error?.code == .cancelled, comment)
    }

    @Test(arguments: outgoing, [NodeRig.stepwise, .init()])
    func anUpload(_ place: HeldPlayer.Place, _ rules: TransferRules) async throws {
      let rig = try await NodeRig(transfer: rules)
      let comment: Comment = "\(place), \(rules.queueDepth) buffers of \(rules.chunkSize)"
      try await cancelled(rig, comment) {
        try await rig.upload("a.mp3", pattern(Self.size)) { rig.held.hold(at: place) }
      }
      try await rig.expectUsable(comment)
      await rig.close()
    }

    @Test(arguments: incoming, [NodeRig.stepwise, .init()])
    func aDownload(_ place: HeldPlayer.Place, _ rules: TransferRules) async throws {
      let rig = try await NodeRig(transfer: rules)
      let comment: Comment = "\(place), \(rules.queueDepth) buffers of \(rules.chunkSize)"
      let object = rig.player.add("a.mp3", content: .bytes(pattern(Self.size)))
      rig.held.hold(at: place)
      try await cancelled(rig, comment) {
        _ = try await rig.download(object, size: Self.size)
      }
      try await rig.expectUsable(holding: ["a.mp3"], comment)
      #expect(try await rig.download(object, size: Self.size) == pattern(Self.size), comment)
      await rig.close()
    }
  }
}
