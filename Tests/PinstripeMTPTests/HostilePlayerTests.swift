import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// Every malice, from every command on: a typed error or none, and never a hang, a trap or much memory.
@Suite struct HostilePlayerTests {
  /// What a sync tool does; returns nothing, because of a hostile player nothing can be said.
  private func visit(_ pipe: any BulkPipe) async throws {
    let session = try await Session.open(on: pipe, profile: .careful)
    do {
      let storages = try await session.storageIDs()
      _ = try await session.storageInfo(try #require(storages.first))
      try await walk(session, .root, depth: 3)
      let object = try await session.upload(
        ObjectInfo(filename: "new.mp3", format: .mp3, size: 9000), to: Rig.storage, length: 9000
      ) { buffer in
        buffer.initializeMemory(as: UInt8.self, repeating: 7)
        return buffer.count
      }
      try await session.getObject(object, size: 9000) { _ in }
      _ = try await session.objectPropertyValue(.objectSize, of: object, as: .uint64)
      try await session.rename(object, to: "newer.mp3")
      try await session.deleteObject(object)
    } catch {
      try? await session.close()
      throw error
    }
    try await session.close()
  }

  /// Whoever descends bounds the depth; the session bounds each folder.
  private func walk(_ session: Session, _ folder: ObjectHandle, depth: Int) async throws {
    guard depth > 0 else { return }
    for try await object in session.objects(in: folder, of: Rig.storage) where object.info.isFolder
    {
      try await walk(session, object.handle, depth: depth - 1)
    }
  }

  @Test(arguments: HostilePlayer.Malice.allCases)
  func everyMaliceFromEveryCommandOn(_ malice: HostilePlayer.Malice) async throws {
    var errors = 0
    for command in 1...60 {
      let inner = MemoryResponder()
      let folder = inner.add("Music", format: .association)
      for index in 0..<4 { inner.add("\(index).mp3", content: .zeros(5000), in: folder) }
      let player = HostilePlayer(inner, malice, from: command)
      let pipe = LoopbackPipe(to: player, chunkSize: 4096)
      do {
        try await visit(pipe)
      } catch {
        errors += 1
        let text = "\(error)"
        #expect(error is MTPError, "\(malice) from command \(command): \(text)")
        #expect(text.hasSuffix("."), "\(malice) from command \(command): \(text)")
      }
      // Bounded: no more than what the drains after each failure take.
      #expect(pipe.transfers.count < 20_000, "\(malice) from command \(command)")
      if player.commands < command {
        // A tree of nonsense and an answer that comes twice may pass.
        let mayPass: Set<HostilePlayer.Malice> = [
          .cycles, .bottomless, .manyStorages, .everythingIsAFolder,
        ]
        #expect(errors > 0 || mayPass.contains(malice))
        return
      }
    }
    Issue.record("60 commands were not enough")
  }
}
