import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import Testing

@testable import Pinstripe

/// What a transport remembers of folders, and what it asks nevertheless.
struct FolderIndexTests {
  private func put(
    _ name: String, on transport: MTPTransport, replacing: Bool = false
  ) async throws {
    try await transport.put(
      ClearStream(MemorySource(Array(name.utf8))), named: name, replacing: replacing, progress: nil)
  }

  private static let withoutPropertyLists = Set(MemoryResponder.implemented).subtracting([
    .getObjectPropList
  ])

  /// To send n tracks into one folder takes O(n) transactions, with property lists or without.
  @Test(arguments: [(Set(MemoryResponder.implemented), 500), (withoutPropertyLists, 200)])
  func aFlatFolderIsFilledInLinearTime(
    _ operations: Set<OperationCode>, _ tracks: Int
  ) async throws {
    let player = Player(operations: operations)
    let transport = try await player.connect()
    var counts: [Int] = []
    for number in 0..<tracks {
      try await put("\(number).mp3", on: transport)
      counts.append(player.responder.history.count)
    }
    // Ten for each: space, which objects there are, announcement, bytes, a look at it, its first and
    // last bytes, what is known of the format, the name.
    #expect(counts[tracks - 1] < 10 * tracks + 20)
    #expect(counts[tracks - 1] - counts[tracks - 2] == counts[2] - counts[1])
    #expect(try await transport.list().count == tracks)
  }

  /// What another program, or the player's owner, puts there is seen, whether the player says so or not.
  @Test(arguments: [true, false])
  func whatOthersAddIsSeen(_ tells: Bool) async throws {
    let player = Player(operations: Self.withoutPropertyLists)
    let transport = try await player.connect()
    for number in 0..<50 { try await put("\(number).mp3", on: transport) }
    let folder = try #require(player.responder.objects.first { $0.name == "Music" }).handle
    let before = player.responder.history.filter { $0 == .getObjectInfo }.count
    for number in 50..<60 {
      let theirs = player.responder.add("\(number).mp3", content: .bytes([7]), in: folder)
      if tells { player.responder.report(.objectAdded, [theirs.rawValue]) }
      let error = await #expect(throws: PinstripeError.self) {
        try await put("\(number).mp3", on: transport)
      }
      #expect(error?.code == .alreadyOnPlayer)
    }
    #expect(player.responder.history.filter { $0 == .getObjectInfo }.count - before == 10)
    #expect(player.files["55.mp3"] == [7])
    // And what they take away, or name otherwise and say so.
    let gone = try #require(player.responder.objects.first { $0.name == "3.mp3" }).handle
    let other = try await player.connect().session
    try await other.deleteObject(gone)
    if tells { player.responder.report(.objectRemoved, [gone.rawValue]) }
    try await put("3.mp3", on: transport)
    let renamed = try #require(player.responder.objects.first { $0.name == "4.mp3" }).handle
    try await other.rename(renamed, to: "x.mp3")
    if tells {
      player.responder.report(.objectPropChanged, [renamed.rawValue])
      try await put("4.mp3", on: transport)
      #expect(player.files["x.mp3"] == Array("4.mp3".utf8))
    }
    // A track is not deleted for the name that it had.
    let error = await #expect(throws: PinstripeError.self) {
      try await other.rename(
        try #require(player.responder.objects.first { $0.name == "5.mp3" }).handle, to: "y.mp3")
      try await transport.remove("5.mp3")
    }
    #expect(error?.code == .notOnPlayer && player.files["y.mp3"] != nil)
  }

  /// A track that somebody gave another name, without an event, is not what is replaced.
  @Test func whatOthersRenamedIsNotReplaced() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put("a.mp3", on: transport)
    let theirs = try #require(player.responder.objects.first { $0.name == "a.mp3" }).handle
    try await player.connect().session.rename(theirs, to: "keep.mp3")
    try await put("a.mp3", on: transport, replacing: true)
    #expect(player.files.keys.sorted() == ["a.mp3", "keep.mp3"])
  }

  /// A file of the track's name that comes while the track is sent is not deleted with it.
  @Test func whatOthersMakeMeanwhileStays() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put("first.mp3", on: transport)
    let folder = try #require(player.responder.objects.first { $0.name == "Music" }).handle
    await #expect(throws: PinstripeError.self) {
      try await transport.put(
        ClearStream(MemorySource([1, 2, 3])), named: "a.mp3", replacing: false
      ) { _ in
        if player.files["a.mp3"] == nil {
          player.responder.add("a.mp3", content: .bytes([7]), in: folder)
        }
      }
    }
    #expect(player.files == ["first.mp3": Array("first.mp3".utf8), "a.mp3": [7]])
  }

  @Test func aStorageThatComesAndGoesIsListedAnew() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put("a.mp3", on: transport)
    /// How often an object is looked at for a put.
    func looks() async throws -> Int {
      let before = player.responder.history.filter { $0 == .getObjectInfo }.count
      try await put("a.mp3", on: transport, replacing: true)
      return player.responder.history.filter { $0 == .getObjectInfo }.count - before
    }
    // The one that is replaced, whose name may be another by now, and the new one.
    #expect(try await looks() == 2)
    for event in [EventCode.storeRemoved, .storeAdded, .deviceReset] {
      player.responder.report(event, [MemoryResponder.defaultStorage.rawValue])
      #expect(try await looks() >= 3)
    }
    // A flood, of which some may be lost.
    for _ in 0..<100 { player.responder.report(.storageInfoChanged, []) }
    try await put("a.mp3", on: transport, replacing: true)
    #expect(player.files == ["a.mp3": Array("a.mp3".utf8)])
  }

  /// A player may learn of its own folder a moment after it said that it is made.
  @Test func aFolderThatIsListedLateIsWaitedFor() async throws {
    let player = Player(habits: .listsFoldersLate, operations: Self.withoutPropertyLists)
    let transport = try await player.connect()
    try await put("Artist/a.mp3", on: transport)
    #expect(try await transport.list().map(\.name) == ["Artist/a.mp3"])
    #expect(player.responder.objects.count { $0.name == "Artist" } == 1)
  }

  @Test func anIndexFollowsWhatIsDone() {
    let index = FolderIndex()
    let folder = ObjectHandle(rawValue: 1)
    func object(_ handle: UInt32, _ name: String) -> ListedObject {
      ListedObject(
        handle: ObjectHandle(rawValue: handle),
        info: ObjectInfo(filename: name, format: .mp3, size: 0), size: 0)
    }
    // What is in a folder that nobody listed is not known from one object.
    index.insert(object(2, "a"), in: folder)
    #expect(!index.knows(folder) && index.named("a", in: folder).isEmpty)
    index.set([object(2, "a"), object(3, "a"), object(4, ".pinstripe-1.part")], of: folder)
    #expect(index.named("a", in: folder).map(\.handle.rawValue) == [2, 3])
    #expect(index.ours(in: folder).map(\.handle.rawValue) == [4])
    index.rename(ObjectHandle(rawValue: 4), to: "a")
    #expect(index.named("a", in: folder).count == 3 && index.ours(in: folder).isEmpty)
    let handles = [UInt32(2), 5, 5, 2].map(ObjectHandle.init(rawValue:))
    #expect(index.compare(handles, in: folder).map(\.rawValue) == [5, 5])
    #expect(index.named("a", in: folder).map(\.handle.rawValue) == [2])
    index.remove(ObjectHandle(rawValue: 2))
    #expect(index.knows(folder) && index.named("a", in: folder).isEmpty)
    index.remove(folder)
    #expect(!index.knows(folder))
  }
}
