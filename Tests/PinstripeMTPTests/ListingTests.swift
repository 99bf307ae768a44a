import PinstripeProfile
import PinstripeTestSupport
import Testing

@testable import PinstripeMTP

/// How many transactions a listing takes, and that it tells the same whichever way the player has.
@Suite struct ListingTests {
  private static let count = 40

  private func rig(
    quirks: Set<Quirk> = [], habits: MemoryResponder.Habits = [], without: Set<OperationCode> = []
  ) async throws -> (rig: Rig, folder: ObjectHandle) {
    let operations = Set(MemoryResponder.implemented).subtracting(without)
    let rig = try await Rig(quirks: quirks, habits: habits, operations: operations)
    let folder = rig.player.add("Music", format: .association)
    for index in 0..<Self.count {
      let content = StoredObject.Content.zeros(index == 7 ? 5 << 30 : UInt64(index))
      rig.player.add("\(index).mp3", format: .mp3, content: content, in: folder)
    }
    rig.player.add("Album", format: .association, in: folder)
    rig.player.add("elsewhere.mp3", content: .zeros(9))
    return (rig, folder)
  }

  private func list(_ rig: Rig, _ folder: ObjectHandle) async throws -> (
    objects: [ListedObject], transactions: Int
  ) {
    let before = rig.player.history.count
    var objects: [ListedObject] = []
    for try await object in rig.session.objects(in: folder, of: Rig.storage) {
      objects.append(object)
    }
    return (objects, rig.player.history.count - before)
  }

  private func check(_ objects: [ListedObject], _ folder: ObjectHandle) {
    let names: [String] = (0..<Self.count).map { "\($0).mp3" } + ["Album"]
    let sizes: [UInt64?] = (0..<Self.count).map { $0 == 7 ? 5 << 30 : UInt64($0) }
    #expect(objects.map(\.info.filename) == names)
    #expect(objects.dropLast().map(\.size) == sizes)
    #expect(objects.dropLast().allSatisfy { $0.info.format == .mp3 && $0.info.parent == folder })
    #expect(objects.last?.info.isFolder == true)
  }

  @Test func aFolderTakesTwoTransactionsWherePropertiesOfAFolderCanBeListed() async throws {
    for quirks in [[], [Quirk.wrappedSize]] as [Set<Quirk>] {
      let (rig, folder) = try await rig(quirks: quirks)
      let (objects, transactions) = try await list(rig, folder)
      check(objects, folder)
      #expect(transactions == 2)
    }
  }

  @Test func theRootTakesTwoToo() async throws {
    let (rig, _) = try await rig()
    let (objects, transactions) = try await list(rig, .root)
    #expect(objects.map(\.info.filename) == ["Music", "elsewhere.mp3"])
    #expect(transactions == 2)
  }

  @Test func aPlayerThatIgnoresTheDepthIsAskedOnceAndThenForEachObject() async throws {
    let (rig, folder) = try await rig(quirks: [.wrappedSize], habits: .ignoresDepth)
    let (objects, transactions) = try await list(rig, folder)
    check(objects, folder)
    // The handles, the list in vain, and one for each object.
    #expect(transactions == 2 + Self.count + 1)
    #expect(try await list(rig, folder).transactions == 1 + Self.count + 1)
  }

  @Test func withoutPropertyListsAnObjectTakesOneTransaction() async throws {
    let (rig, folder) = try await rig(without: [.getObjectPropList])
    let (objects, transactions) = try await list(rig, folder)
    check(objects, folder)
    // The one object of more than 4 GiB takes two.
    #expect(transactions == 1 + Self.count + 1 + 1)
  }

  @Test func quirksKeepAListFromBeingAskedFor() async throws {
    let (none, folder) = try await rig(quirks: [.noPropertyList, .wrappedSize])
    check(try await list(none, folder).objects, folder)
    #expect(!none.player.history.contains(.getObjectPropList))

    let (single, other) = try await rig(quirks: [.noPropertyListOfAll, .wrappedSize])
    let (objects, transactions) = try await list(single, other)
    check(objects, other)
    #expect(transactions == 1 + Self.count + 1)
  }

  @Test func aListThatIsRefusedOrMalformedIsNoError() async throws {
    let (refusing, folder) = try await rig(quirks: [.wrappedSize])
    refusing.player.refuse(.getObjectPropList, with: .specificationByDepthUnsupported)
    check(try await list(refusing, folder).objects, folder)
    #expect(refusing.player.history.filter { $0 == .getObjectPropList }.count == 2)

    let (lying, other) = try await rig()
    lying.player.tamper { operation, data in
      if operation == .getObjectPropList { data = Array(data.dropLast(3)) }
    }
    check(try await list(lying, other).objects, other)
    #expect(lying.player.history.filter { $0 == .getObjectPropList }.count == 1)
  }

  @Test func whatAListLeavesOutIsAskedForByItself() async throws {
    let (rig, folder) = try await rig()
    rig.player.tamper { operation, data in
      guard operation == .getObjectPropList, let all = try? ObjectPropertyList.parse(data) else {
        return
      }
      // Each third object lacks its size, and one that nobody asked for is in it.
      data = ObjectPropertyList.encode(
        all.filter { $0.property != .objectSize || $0.object.rawValue % 3 != 0 }
          + [.init(object: ObjectHandle(rawValue: 7777), property: .name, value: .string("?"))])
    }
    let (objects, transactions) = try await list(rig, folder)
    check(objects, folder)
    #expect(transactions > 2 && transactions < 2 + Self.count)
  }

  @Test func anEndlessListEnds() async throws {
    let (rig, folder) = try await rig()
    rig.player.tamper { operation, data in
      guard operation == .getObjectPropList else { return }
      data = [255, 255, 255, 255] + [UInt8](repeating: 6, count: 8 << 20)
    }
    check(try await list(rig, folder).objects, folder)
  }

  @Test func openingAPlayerWith50000ObjectsListsNothing() async throws {
    let player = MemoryResponder()
    for index in 0..<50_000 { player.add("\(index).mp3") }
    let session = try await Session.open(on: LoopbackPipe(to: player), profile: .careful)
    _ = try await session.storageInfo(try #require(try await session.storageIDs().first))
    #expect(player.history == [.openSession, .getDeviceInfo, .getStorageIDs, .getStorageInfo])
  }

  /// Where each object is asked for by itself, the first is there before the others are asked for.
  @Test func theFirstObjectNeedsNotAll() async throws {
    let player = MemoryResponder(
      operations: Set(MemoryResponder.implemented).subtracting([.getObjectPropList]))
    for index in 0..<50_000 { player.add("\(index).mp3") }
    let session = try await Session.open(on: LoopbackPipe(to: player), profile: .careful)
    for try await object in session.objects(of: MemoryResponder.defaultStorage) {
      #expect(object.info.filename == "0.mp3")
      break
    }
    #expect(player.history == [.openSession, .getDeviceInfo, .getObjectHandles, .getObjectInfo])
  }

  @Test func aListIsReadInPiecesOfAnySize() throws {
    let entries: [ObjectPropertyList.Entry] = [
      .init(object: .root, property: .name, value: .string("a name")),
      .init(object: .root, property: .objectSize, value: .uint64(7)),
      .init(object: .none, property: .name, value: .array(element: .uint16, bytes: [1, 2, 3, 4])),
    ]
    let bytes = ObjectPropertyList.encode(entries)
    for size in 1...bytes.count {
      var reader = ObjectPropertyList.Reader()
      var read: [ObjectPropertyList.Entry] = []
      for start in stride(from: 0, to: bytes.count, by: size) {
        try bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { piece in
          try reader.feed(piece) { read.append($0) }
        }
      }
      try reader.end()
      #expect(read == entries, "pieces of \(size)")
    }
  }
}
