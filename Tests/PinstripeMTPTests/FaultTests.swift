import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// A fault at the n-th call, for every n: always a typed error, and the session closes.
struct FaultTests {
  static let faults: [FaultInjector.Fault] = [
    .fail(.timedOut), .fail(.stalled), .fail(.cancelled), .fail(.overflow), .fail(.fault(code: -1)),
    .cut(after: 1024, .timedOut), .cut(after: 0, .stalled), .shortWrite(700), .shortWrite(12),
    .shortWrite(0), .disconnect,
  ]

  static let length = 5000

  /// A whole visit: open, send, commit, look, close.
  private func visit(_ pipe: any BulkPipe, _ profile: DeviceProfile) async throws {
    let session = try await Session.open(on: pipe, profile: profile)
    do {
      var source = Source(pattern(Self.length))
      let object = try await session.upload(
        ObjectInfo(filename: "a.part", format: .mp3, size: 0), to: Rig.storage,
        length: UInt64(Self.length)
      ) { source.fill($0) }
      var bytes: [UInt8] = []
      try await session.getObject(object, size: UInt64(Self.length)) { bytes += $0 }
      guard bytes == pattern(Self.length) else { throw SourceFailure() }
      try await session.rename(object, to: "a.mp3")
    } catch {
      try? await session.close()
      #expect(!session.isOpen)
      throw error
    }
    try? await session.close()
    #expect(!session.isOpen)
  }

  @Test(
    arguments: faults, [FaultInjector.Persistence.once, .fromThenOn])
  func everyCall(
    _ fault: FaultInjector.Fault, _ persistence: FaultInjector.Persistence
  ) async throws {
    let profile = DeviceProfile(id: "test", name: "Test player")
    for call in 1...500 {
      let comment: Comment = "\(fault) at call \(call), \(persistence)"
      let player = MemoryResponder(profile: profile)
      let pipe = LoopbackPipe(to: player, chunkSize: 1024)
      let faulty = FaultInjector(pipe, at: call, fault, persistence)
      do {
        try await visit(faulty, profile)
      } catch {
        #expect(error is MTPError, "\(comment): \(error)")
      }
      // Nothing is ever under its final name without being whole.
      for object in player.objects where object.name == "a.mp3" {
        #expect(object.isComplete && object.content == .bytes(pattern(Self.length)), comment)
      }
      #expect(!pipe.requests.contains(.resetDevice), comment)
      // The same player on a good cable: a new session works at once.
      let after = try await Session.open(on: pipe, profile: profile)
      for try await object in after.objects(of: Rig.storage) where object.info.filename != "a.mp3" {
        try await after.deleteObject(object.handle)
      }
      try await after.close()
      #expect(player.objects.filter { $0.name != "a.mp3" }.map(\.name) == [], comment)
      if faulty.calls < call { return }
    }
    Issue.record("more than 500 calls")
  }

  /// A program was killed while it sent an object, and the player still waits for the rest.
  @Test func aNewSessionAfterAnUploadThatWasKilled() async throws {
    for kept in [0, 1, 511, 512, 4000] {
      let player = MemoryResponder()
      let pipe = LoopbackPipe(to: player, chunkSize: 512)
      let session = try await Session.open(on: pipe, profile: .careful)
      let info = ObjectInfo(filename: "a", format: .mp3, size: 5000)
      _ = try await session.sendObjectInfo(info, to: Rig.storage)
      // From here on nothing is sent by the session, as if it had been killed.
      let command = Message(
        .command, code: OperationCode.sendObject.rawValue,
        transaction: TransactionID(rawValue: 3), parameters: [])
      let header = ContainerHeader(
        kind: .data, code: command.header.code, transaction: command.header.transaction,
        payload: 5000)
      try command.encoded.withUnsafeBytes { try player.take($0, endsTransfer: true) }
      try (header.encoded + pattern(kept)).withUnsafeBytes {
        try player.take($0, endsTransfer: false)
      }
      let next = try await Session.open(on: pipe, profile: .careful)
      #expect(try await next.storageIDs() == [Rig.storage], "\(kept) bytes")
      try await next.close()
    }
  }

  /// A program was killed while it received an object, and the player still sends it.
  @Test func aNewSessionAfterADownloadThatWasKilled() async throws {
    for fetched in [0, 1, 2] {
      let player = MemoryResponder()
      let pipe = LoopbackPipe(to: player, chunkSize: 512)
      let object = player.add("a", content: .bytes(pattern(5000)))
      let session = try await Session.open(on: pipe, profile: .careful)
      let command = Message(
        .command, code: OperationCode.getObject.rawValue,
        transaction: TransactionID(rawValue: 3), parameters: [object.rawValue])
      try command.encoded.withUnsafeBytes { try player.take($0, endsTransfer: true) }
      for _ in 0..<fetched { _ = try await pipe.receive(timeout: .zero) { _ in } }
      let next = try await Session.open(on: pipe, profile: .careful)
      #expect(try await next.storageIDs() == [Rig.storage], "\(fetched) buffers")
      _ = session
    }
  }
}
