import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// Every operation once, on a player that behaves.
struct SessionTests {
  @Test func openAsksWhatThePlayerIs() async throws {
    let rig = try await Rig()
    #expect(rig.session.isOpen)
    #expect(rig.player.isSessionOpen)
    #expect(rig.session.deviceInfo.model == "Test player")
    #expect(rig.session.offers(.sendObject))
    #expect(rig.player.history == [.openSession, .getDeviceInfo])
  }

  @Test func closeClosesOnBothSidesAndTwiceIsHarmless() async throws {
    let rig = try await Rig()
    try await rig.session.close()
    #expect(!rig.session.isOpen)
    #expect(!rig.player.isSessionOpen)
    try await rig.session.close()
    #expect(rig.player.history.filter { $0 == .closeSession }.count == 1)
    await #expect(throws: MTPError(.sessionClosed)) { try await rig.session.storageIDs() }
  }

  @Test func aSessionLeftOpenIsClosedFirst() async throws {
    let rig = try await Rig()
    let second = try await Session.open(on: rig.pipe, profile: .careful)
    #expect(
      rig.player.history.suffix(4) == [.openSession, .closeSession, .openSession, .getDeviceInfo])
    #expect(try await second.storageIDs() == [Rig.storage])
  }

  @Test func aSessionThatThePlayerWillNotCloseIsContinued() async throws {
    let rig = try await Rig()
    rig.player.refuse(.closeSession, with: .generalError)
    let second = try await Session.open(on: rig.pipe, profile: .careful)
    #expect(try await second.storageIDs() == [Rig.storage])
  }

  @Test func storagesAndFreeSpace() async throws {
    let rig = try await Rig(capacity: 1000)
    rig.player.addStorage(StorageID(rawValue: 0x0002_0001), capacity: 5, name: "Card")
    rig.player.addStorage(StorageID(rawValue: 0x0003_0000), capacity: 5, name: "Empty slot")
    let storages = try await rig.session.storageIDs()
    #expect(storages.map(\.rawValue) == [0x0001_0001, 0x0002_0001])
    try await rig.upload("a.mp3", pattern(100))
    let info = try await rig.session.storageInfo(Rig.storage)
    #expect(info.capacity == 1000)
    #expect(info.freeSpace == 900)
    await #expect(throws: MTPError(.refused, response: .invalidStorageID)) {
      try await rig.session.storageInfo(StorageID(rawValue: 7))
    }
  }

  @Test func foldersAndListing() async throws {
    let rig = try await Rig()
    let music = try await rig.session.makeFolder("Music", on: Rig.storage)
    let first = try await rig.upload("1.mp3", pattern(10), in: music)
    let second = try await rig.upload("2.mp3", pattern(20), in: music)
    var names: [String] = []
    for try await object in rig.session.objects(in: music, of: Rig.storage) {
      names.append("\(object.info.filename) \(object.size ?? 0)")
      #expect(object.info.parent == music)
    }
    #expect(names == ["1.mp3 10", "2.mp3 20"])
    #expect(
      try await rig.session.objectHandles(storage: Rig.storage, parent: music) == [first, second])
    #expect(try await rig.session.objectHandles(storage: Rig.storage) == [music])
    #expect(
      try await rig.session.objectHandles(
        storage: .all, format: .mp3, parent: ObjectHandle.none) == [first, second])
    #expect(try await rig.session.objectInfo(music).isFolder)
  }

  @Test func aListingSurvivesAnObjectThatDisappears() async throws {
    let rig = try await Rig(
      operations: Set(MemoryResponder.implemented).subtracting([.getObjectPropList]))
    for index in 0..<3 { try await rig.upload("\(index).mp3", pattern(index)) }
    var names: [String] = []
    for try await object in rig.session.objects(of: Rig.storage) {
      names.append(object.info.filename)
      if names.count == 1 { try await rig.session.deleteObject(ObjectHandle(rawValue: 2)) }
    }
    #expect(names == ["0.mp3", "2.mp3"])
  }

  @Test func listingAsksOneTransactionAnObjectAndNothingAhead() async throws {
    let rig = try await Rig(
      operations: Set(MemoryResponder.implemented).subtracting([.getObjectPropList]))
    for index in 0..<5 { rig.player.add("\(index)") }
    let before = rig.player.history.count
    var iterator = rig.session.objects(of: Rig.storage).makeAsyncIterator()
    _ = try await iterator.next()
    #expect(rig.player.history.dropFirst(before) == [.getObjectHandles, .getObjectInfo])
    while try await iterator.next() != nil {}
    #expect(rig.player.history.count - before == 1 + 5)
  }

  @Test func uploadAndDownload() async throws {
    let rig = try await Rig()
    let bytes = pattern(100_000)
    var told: [UInt64] = []
    var source = Source(bytes)
    let object = try await rig.session.upload(
      ObjectInfo(filename: "Ünïcödé 🎵.mp3", format: .mp3, size: 0), to: Rig.storage,
      length: 100_000,
      progress: { told.append($0) }, fill: { source.fill($0) })
    #expect(rig.player.object(object)?.content == .bytes(bytes))
    #expect(rig.player.object(object)?.name == "Ünïcödé 🎵.mp3")
    #expect(told.last == 100_000)
    #expect(told == told.sorted())
    #expect(try await rig.download(object, size: bytes.count) == bytes)
  }

  @Test func aSmallFileTakesFourTransfersOutAndTwoIn() async throws {
    let rig = try await Rig()
    let before = rig.pipe.transfers.count
    try await rig.upload("small.mp3", pattern(3000))
    let transfers = rig.pipe.transfers.dropFirst(before)
    #expect(transfers.filter { $0.direction == .out }.count == 4)
    #expect(transfers.filter { $0.direction == .in }.count == 2)
    // The header leads the first payload bytes in one transfer.
    #expect(transfers.contains { $0.direction == .out && $0.count == 3012 })
  }

  /// Its properties go with the announcement and cost no transfer more.
  @Test func propertiesTakeNoFurtherTransfer() async throws {
    let rig = try await Rig()
    let before = rig.pipe.transfers.count
    var source = Source(pattern(3000))
    let title = ObjectPropertyList.Entry(
      object: .root, property: .name, value: .string("Title"))
    let object = try await rig.session.upload(
      ObjectInfo(filename: "small.mp3", format: .mp3, size: 0), to: Rig.storage, length: 3000,
      properties: [title]
    ) { source.fill($0) }
    let transfers = rig.pipe.transfers.dropFirst(before)
    #expect(transfers.filter { $0.direction == .out }.count == 4)
    #expect(transfers.filter { $0.direction == .in }.count == 2)
    let stored = try #require(rig.player.object(object))
    #expect(stored.name == "small.mp3" && stored.format == .mp3 && stored.isComplete)
    #expect(stored.properties == [.name: .string("Title")])
    #expect(stored.content == .bytes(pattern(3000)))
  }

  /// A size beyond 32 bits is announced in full, its upper half first.
  @Test func aLargeObjectWithProperties() async throws {
    let rig = try await Rig()
    let title = ObjectPropertyList.Entry(object: .none, property: .name, value: .string("Title"))
    await #expect(throws: SourceFailure.self) {
      _ = try await rig.session.upload(
        ObjectInfo(filename: "large", format: .mp3, size: 0), to: Rig.storage,
        length: (5 << 32) + 3, properties: [title]
      ) { _ in throw SourceFailure() }
    }
    let command = rig.pipe.transfers.compactMap { Message($0.head) }.first {
      $0.header.code == OperationCode.sendObjectPropList.rawValue && $0.header.kind == .command
    }
    #expect(
      command?.parameters
        == [Rig.storage.rawValue, 0xFFFF_FFFF, UInt32(ObjectFormat.mp3.rawValue), 5, 3])
    #expect(rig.player.objects.isEmpty, "what was announced is removed")
  }

  @Test func ranges() async throws {
    let rig = try await Rig()
    let bytes = pattern(10_000)
    let object = try await rig.upload("a", bytes)
    for (offset, count) in [(0, 1), (0, 10_000), (9_999, 1), (5_000, 3_000), (9_000, 5_000)] {
      var got: [UInt8] = []
      let received = try await rig.session.getPartialObject(
        object, at: UInt64(offset), count: UInt32(count)
      ) { got += $0 }
      #expect(got == Array(bytes[offset..<min(offset + count, bytes.count)]), "at \(offset)")
      #expect(received == UInt64(got.count))
    }
    #expect(try await rig.session.getPartialObject(object, at: 10_000, count: 5) { _ in } == 0)
    await #expect(throws: MTPError(.invalidArgument)) {
      try await rig.session.getPartialObject(object, at: 0, count: 0) { _ in }
    }
  }

  @Test func rangesBeyond4GiBTakeTheAndroidOperation() async throws {
    let rig = try await Rig()
    let object = rig.player.add("big", content: .zeros(6 << 30))
    var count = 0
    let offset: UInt64 = 5 << 30
    try await rig.session.getPartialObject(object, at: offset, count: 777) { count += $0.count }
    #expect(count == 777)
    #expect(rig.player.history.last == .getPartialObject64)
    let old = try await Rig(
      operations: Set(MemoryResponder.implemented).subtracting([.getPartialObject64]))
    #expect(!old.session.canReadRange(at: offset))
    await #expect(throws: MTPError(.notSupported)) {
      try await old.session.getPartialObject(object, at: offset, count: 1) { _ in }
    }
  }

  @Test func renameMoveAndDelete() async throws {
    let rig = try await Rig()
    let object = try await rig.upload(".pinstripe-1.part", pattern(5))
    try await rig.session.rename(object, to: "01 Track.mp3")
    #expect(try await rig.session.objectInfo(object).filename == "01 Track.mp3")
    let folder = try await rig.session.makeFolder("Music", on: Rig.storage)
    try await rig.session.moveObject(object, to: folder, of: Rig.storage)
    #expect(try await rig.session.objectInfo(object).parent == folder)
    try await rig.session.moveObject(object, to: .root, of: Rig.storage)
    try await rig.session.deleteObject(object)
    await #expect(throws: MTPError(.refused, response: .invalidObjectHandle)) {
      try await rig.session.objectInfo(object)
    }
  }

  @Test func everythingIsNeverDeletedByMistake() async throws {
    let rig = try await Rig()
    for handle in [ObjectHandle.root, .none] {
      await #expect(throws: MTPError(.invalidArgument)) {
        try await rig.session.deleteObject(handle)
      }
    }
    #expect(!rig.player.history.contains(.deleteObject))
  }

  @Test func properties() async throws {
    let rig = try await Rig()
    let object = try await rig.upload("a.mp3", pattern(5))
    #expect(
      try await rig.session.objectPropertyValue(.objectSize, of: object, as: .uint64) == .uint64(5))
    try await rig.session.setObjectPropertyValue(.artist, of: object, to: .string("Ä"))
    #expect(
      try await rig.session.objectPropertyValue(.artist, of: object, as: .string) == .string("Ä"))
    #expect(try await rig.session.objectProperties(of: .mp3).contains(.artist))
    let description = try await rig.session.objectPropertyDescription(.track, of: .mp3)
    #expect(description.type == .uint16)
    #expect(description.isSettable)
    await #expect(throws: MTPError(.refused, response: .objectPropNotSupported)) {
      try await rig.session.setObjectPropertyValue(.objectSize, of: object, to: .uint64(7))
    }
  }

  @Test func namesThatMTPCannotCarryAreNotSent() async throws {
    let rig = try await Rig()
    let object = try await rig.upload("a.mp3", [1])
    let before = rig.player.history.count
    for name in ["", "a/b", "a\0b", String(repeating: "x", count: 255)] {
      await #expect(throws: MTPError(.invalidArgument)) {
        try await rig.session.rename(object, to: name)
      }
      await #expect(throws: MTPError(.invalidArgument)) {
        try await rig.session.makeFolder(name, on: Rig.storage)
      }
    }
    #expect(rig.player.history.count == before)
  }

  @Test func refusalsKeepTheirCodeAndTheSession() async throws {
    let rig = try await Rig(capacity: 1000)
    await #expect(throws: MTPError(.refused, response: .storeFull)) {
      try await rig.upload("large.mp3", pattern(1001))
    }
    rig.player.refuse(.sendObject, with: ResponseCode(rawValue: 0xA123))
    let error = await #expect(throws: MTPError.self) {
      try await rig.upload("a.mp3", pattern(10))
    }
    #expect(error?.response?.rawValue == 0xA123)
    #expect(error?.operation == .sendObject)
    #expect(
      error?.description
        == "The player refused with 0xA123 (SendObject, transaction 4).", "a full sentence")
    rig.player.refuse(.sendObject, with: nil)
    try await rig.upload("b.mp3", pattern(10))
    #expect(rig.player.objects.map(\.name) == ["b.mp3"])
  }

  @Test func eventsArriveBesideTransactions() async throws {
    let rig = try await Rig()
    #expect(try await rig.session.event(timeout: .zero) == nil)
    rig.player.report(.objectAdded, [42])
    let event = try await rig.session.event(timeout: .seconds(1))
    #expect(event?.code == .objectAdded)
    #expect(event?.parameters == [42])
  }

  @Test func transactionsOfManyTasksDoNotMix() async throws {
    let rig = try await Rig()
    let session = rig.session
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<20 {
        group.addTask {
          var source = Source(pattern(5000, seed: index))
          let object = try await session.upload(
            ObjectInfo(filename: "\(index)", format: .mp3, size: 0), to: Rig.storage,
            length: 5000, fill: { source.fill($0) })
          var bytes: [UInt8] = []
          try await session.getObject(object, size: 5000) { bytes += $0 }
          #expect(bytes == pattern(5000, seed: index), "object \(index)")
        }
      }
      try await group.waitForAll()
    }
    #expect(rig.player.objects.count == 20)
  }
}
