import Glibc
import Pinstripe
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import TestTools
import Testing

/// The bytes of a track that is longer than a few buffers.
private let first = TestFile.content(20_000)
private let second = TestFile.content(30_001).map { $0 ^ 0x55 }

private func put(
  _ content: [UInt8], as name: String = "a.pst", on transport: MTPTransport,
  replacing: Bool = false, title: String? = nil, progress: ((UInt64) -> Void)? = nil
) async throws(PinstripeError) {
  let stream = ClearStream(MemorySource(content))
  if let title {
    stream.properties = TrackProperties()
    stream.properties?.title = title
  }
  try await transport.put(stream, named: name, replacing: replacing, progress: progress)
}

private func failure(_ body: () async throws -> Void) async -> PinstripeError? {
  do {
    try await body()
    return nil
  } catch {
    if !(error is PinstripeError) { Issue.record("not a PinstripeError: \(error)") }
    return error as? PinstripeError
  }
}

/// A player that speaks MTP and behaves.
struct MTPTransportTests {
  @Test func thereAndBack() async throws {
    let player = Player()
    let transport = try await player.connect()
    #expect(transport.playerName == "Test player")
    #expect(try await transport.list() == [])
    var seen: [UInt64] = []
    try await put(first, on: transport) { seen.append($0) }
    #expect(seen.last == 20_000)
    try await put([], as: "empty.pst", on: transport)
    #expect(player.visible == ["a.pst", "empty.pst"])
    #expect(player.files["a.pst"] == first)
    #expect(
      try await transport.list()
        == [StoredTrack(name: "a.pst", size: 20_000), StoredTrack(name: "empty.pst", size: 0)])
    var read: [UInt8] = []
    try await transport.read("a.pst", range: 0..<UInt64.max) { read += $0 }
    #expect(read == first)
    #expect(try await transport.freeSpace() == (64 << 30) - 20_000)
    try await transport.remove("a.pst")
    #expect(player.visible == ["empty.pst"])
    await transport.close()
    #expect(!player.responder.isSessionOpen)
    #expect(await failure { _ = try await transport.list() }?.code == .playerGone)
  }

  @Test func aTrackIsEncryptedOnItsWay() async throws {
    let bench = try Bench()
    let player = Player()
    let transport = try await player.connect()
    let stream = try TrackStream(MemorySource(first), recipe: bench.recipe())
    try await transport.put(stream, named: "a.pst", replacing: false, progress: nil)
    TestFile.write(try #require(player.files["a.pst"]), to: bench.folder("a.pst"))
    #expect(try bench.content(of: bench.folder("a.pst")) == first)
  }

  @Test func theMusicFolderIsMadeOnce() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put([1], as: "a", on: transport)
    try await put([2], as: "b", on: transport)
    #expect(player.responder.objects.filter { $0.format == .association }.map(\.name) == ["Music"])
    let own = Player { $0.storage.musicFolder = "" }
    try await put([1], as: "a", on: try await own.connect())
    #expect(own.responder.objects.map(\.name) == ["a"])
  }

  @Test(arguments: [
    Set([OperationCode.getPartialObject]), [.getPartialObject, .getPartialObject64], [],
  ])
  func rangesAreReadWithOrWithoutPartialReads(_ partial: Set<OperationCode>) async throws {
    let all = Set(MemoryResponder.implemented)
    let player = Player(
      operations: all.subtracting([.getPartialObject, .getPartialObject64]).union(partial))
    let transport = try await player.connect()
    try await put(first, on: transport)
    let ranges: [Range<UInt64>] = [
      0..<0, 0..<1, 8191..<8193, 19_999..<20_001, 20_000..<20_001, 30_000..<40_000,
      0..<UInt64.max, 5..<UInt64.max,
    ]
    for range in ranges {
      var bytes: [UInt8] = []
      try await transport.read("a.pst", range: range) { bytes += $0 }
      let start = min(Int(clamping: range.lowerBound), first.count)
      let end = min(Int(clamping: range.upperBound), first.count)
      #expect(bytes == Array(first[start..<end]), "\(range)")
    }
  }

  @Test func whatIsNotThereIsSaidSo() async throws {
    let player = Player()
    let transport = try await player.connect()
    #expect(await failure { try await transport.remove("x") }?.code == .notOnPlayer)
    try await put([1], on: transport)
    #expect(await failure { try await transport.remove("x") }?.code == .notOnPlayer)
    let error = await failure { try await transport.read("Music", range: 0..<1) { _ in } }
    #expect(error?.code == .notOnPlayer)
  }

  @Test func aTrackIsReplacedOnlyWhenAsked() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put(first, on: transport)
    #expect(await failure { try await put(second, on: transport) }?.code == .alreadyOnPlayer)
    #expect(player.files == ["a.pst": first])
    try await put(second, on: transport, replacing: true)
    #expect(player.files == ["a.pst": second])
  }

  @Test func leftoversGoAndWhatWasSetAsideComesBack() async throws {
    let player = Player()
    let music = player.responder.add("Music", format: .association)
    for name in [".pinstripe-x.part", ".pinstripe-old-b.pst", ".pinstripe-old-c.pst", "c.pst"] {
      player.responder.add(name, content: .bytes(Array(name.utf8)), in: music)
    }
    let transport = try await player.connect()
    #expect(try await transport.list().map(\.name) == ["c.pst"])
    try await put(first, on: transport)
    #expect(player.visible == ["a.pst", "b.pst", "c.pst"])
    #expect(player.files.count == 3)
    #expect(player.files["b.pst"] == Array(".pinstripe-old-b.pst".utf8))
    #expect(player.files["c.pst"] == Array("c.pst".utf8))
  }

  @Test func aSetAsideTrackOfTheSameNameCountsAsThere() async throws {
    let player = Player()
    let music = player.responder.add("Music", format: .association)
    player.responder.add(".pinstripe-old-a.pst", content: .bytes(first), in: music)
    let transport = try await player.connect()
    #expect(await failure { try await put(second, on: transport) }?.code == .alreadyOnPlayer)
    #expect(player.files == ["a.pst": first])
    try await put(second, on: transport, replacing: true)
    #expect(player.files == ["a.pst": second])
  }

  @Test(arguments: [[], [Quirk.noRename]])
  func foldersAreMadeListedAndLookedInto(_ quirks: Set<Quirk>) async throws {
    let player = Player(quirks: quirks) { $0.storage.maximumDepth = 3 }
    let transport = try await player.connect()
    try await put(first, as: "Artist/Album/a.pst", on: transport)
    try await put(first, as: "Artist/Album/b.pst", on: transport)
    try await put(second, as: "Artist/a.pst", on: transport)
    #expect(await failure { try await put([1], as: "1/2/3/c.pst", on: transport) }?.code == .usage)
    let names = ["Artist/Album/a.pst", "Artist/Album/b.pst", "Artist/a.pst"]
    #expect(try await transport.list().map(\.name) == names)
    #expect(player.responder.objects.count { $0.format == .association } == 3)
    try await put(second, as: names[0], on: transport, replacing: true)
    var read: [UInt8] = []
    try await transport.read(names[0], range: 0..<UInt64.max) { read += $0 }
    #expect(read == second)
    try await transport.remove(names[0])
    #expect(try await transport.list().map(\.name) == Array(names[1...]))
    #expect(await failure { try await transport.remove("Artist/../b.pst") }?.code == .notOnPlayer)
  }

  // Regression: a folder of the name was taken for the old track, and deleted with all in it.
  @Test(arguments: [[], [Quirk.noRename]])
  func aFolderIsNotReplaced(_ quirks: Set<Quirk>) async throws {
    let player = Player(quirks: quirks)
    let transport = try await player.connect()
    try await put(first, as: "Artist/a.pst", on: transport)
    let error = await failure {
      try await put(second, as: "Artist", on: transport, replacing: true)
    }
    #expect(error?.code == .playerRefused && error?.message.contains("folder") == true)
    #expect(try await transport.list().map(\.name) == ["Artist/a.pst"])
  }

  // Regression: a name at the player's limit could not be replaced.
  @Test func theLongestNameIsReplacedToo() async throws {
    let player = Player { $0.storage.maximumNameLength = 48 }
    let transport = try await player.connect()
    let name = TrackName.make(
      from: String(repeating: "x", count: 99), isProtected: true, rules: player.profile.storage)
    try await put(first, as: name, on: transport)
    try await put(second, as: name, on: transport, replacing: true)
    #expect(player.files == [name: second])
  }

  @Test func whatAPlayerCannotHoldIsRefusedBeforehand() async throws {
    let player = Player(capacity: 10_000) { $0.storage.maximumObjectSize = 50_000 }
    let transport = try await player.connect()
    for name in ["", ".a", "a:b", "a//b", "../b", "/b", "a/", String(repeating: "x", count: 200)] {
      let error = await failure { try await put([1], as: name, on: transport) }
      #expect(error?.code == .usage, "\(name)")
    }
    let full = await failure { try await put(first, on: transport) }
    #expect(full?.code == .playerFull)
    #expect(full?.message.contains("10000 left") == true)
    let tooLarge = await failure { try await put(TestFile.content(50_001), on: transport) }
    #expect(tooLarge?.code == .playerFull)
    let unknown = ClearStream(MemorySource(first, length: nil))
    let error = await failure {
      try await transport.put(unknown, named: "a", replacing: false, progress: nil)
    }
    #expect(error?.code == .usage)
    #expect(player.files.isEmpty)
    try await put(TestFile.content(9000), on: transport)
  }

  @Test func aPlayerThatIsFullerThanItSaysIsSaidToBeFull() async throws {
    let player = Player()
    let transport = try await player.connect()
    player.responder.refuse(.sendObject, with: .storeFull)
    #expect(await failure { try await put(first, on: transport) }?.code == .playerFull)
    player.responder.refuse(.sendObject, with: nil)
    #expect(player.files.isEmpty)
    try await put(first, on: transport)
  }

  @Test func aSourceThatChangesLeavesNothing() async throws {
    let player = Player()
    let transport = try await player.connect()
    let short = ClearStream(MemorySource(first, length: 20_001))
    let error = await failure {
      try await transport.put(short, named: "a", replacing: false, progress: nil)
    }
    #expect(error?.code == .noInput)
    #expect(player.files.isEmpty)
    try await put(first, on: transport)
  }

  @Test func aPlayerThatStoresOtherBytesIsCaught() async throws {
    let player = Player()
    let transport = try await player.connect()
    player.responder.tamper { operation, bytes in
      if operation == .getObjectInfo, bytes.count > 12 { bytes[8] ^= 1 }
    }
    #expect(await failure { try await put(first, on: transport) }?.code == .playerRefused)
    player.responder.tamper(nil)
    #expect(player.files.isEmpty)
  }

  @Test func aStorageThatCannotBeWrittenIsSaidSo() async throws {
    let player = Player()
    player.responder.refuse(.getStorageIDs, with: .accessDenied)
    #expect(await failure { _ = try await player.connect() }?.code == .playerRefused)
    #expect(!player.responder.isSessionOpen)
  }

  // Regression: a new track was deleted because the old one could not be.
  @Test func anOldTrackThatCannotBeDeletedIsALeftover() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put(first, on: transport)
    player.responder.refuse(.deleteObject, with: .objectWriteProtected)
    try await put(second, on: transport, replacing: true)
    #expect(player.visible == ["a.pst"])
    #expect(player.files["a.pst"] == second)
    player.responder.refuse(.deleteObject, with: nil)
    try await put(first, as: "b.pst", on: transport)
    #expect(player.files == ["a.pst": second, "b.pst": first])
  }

  // Regression: the old track stayed hidden when the new one could not get the name.
  @Test func aRenamingThatFailsGivesTheOldTrackItsNameBack() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put(first, on: transport)
    let error = await failure {
      try await transport.put(
        RefusingAtTheEnd(second, player.responder), named: "a.pst", replacing: true, progress: nil)
    }
    #expect(error?.code == .playerRefused)
    #expect(player.files == ["a.pst": first])
  }

  /// Lets renaming fail from the moment that all bytes were sent.
  private final class RefusingAtTheEnd: ByteStream {
    private let stream: ClearStream
    private let player: MemoryResponder
    var length: UInt64? { stream.length }

    init(_ content: [UInt8], _ player: MemoryResponder) {
      stream = ClearStream(MemorySource(content))
      self.player = player
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
      player.refuse(.setObjectPropValue, with: .accessDenied)
      return try stream.read(into: buffer)
    }
  }
}

/// Cables that fail, at every call.
struct MTPTransportFaultTests {
  /// What can happen to a call.
  static let faults: [FaultInjector.Fault] = [
    .fail(.stalled), .fail(.timedOut), .fail(.overflow), .fail(.fault(code: -1)),
    .cut(after: 100, .timedOut), .cut(after: 9000, .stalled), .shortWrite(5), .shortWrite(8192),
    .fail(.cancelled), .cut(after: 9000, .cancelled), .disconnect,
  ]

  /// What each fault must leave: never anything under a final name that is not whole.
  ///
  /// - Returns: Whether the put came to its end without meeting the fault.
  private func check(
    _ player: Player, _ fault: FaultInjector.Fault, at call: Int, replacing: Bool,
    _ persistence: FaultInjector.Persistence, again: Int? = nil
  ) async throws -> Bool {
    let name =
      "\(fault) at call \(call), replacing \(replacing), \(persistence), again \(again ?? 0)"
    if replacing { try await put(first, on: try await player.connect()) }
    var injector: FaultInjector?
    var error: PinstripeError?
    do throws(PinstripeError) {
      let transport = try await connect(player) {
        let pipe = FaultInjector($0, at: call, fault, persistence, again: again)
        injector = pipe
        return pipe
      }
      do throws(PinstripeError) {
        // With a title, it is announced by SendObjectPropList, and otherwise by SendObjectInfo.
        try await put(
          second, on: transport, replacing: replacing, title: replacing ? "Title" : nil)
      } catch let failed {
        error = failed
      }
      await transport.close()
    } catch let failed {
      error = failed
    }
    let met = (injector?.calls ?? 0) >= call
    if let error {
      #expect(met, "\(name): \(error)")
      #expect(!error.message.isEmpty && error.message.hasSuffix("."), "\(name): \(error)")
      #expect(
        [.playerRefused, .playerGone, .cancelled, .playerBusy, .playerFull].contains(error.code),
        "\(name): \(error.code)")
    }
    expectWhole(player, replacing, name)
    if error == nil { #expect(player.files["a.pst"] == second, "\(name)") }

    // A second attempt, over a good cable, succeeds and cleans up.
    try await put(second, on: try await player.connect(), replacing: true)
    #expect(player.files == ["a.pst": second], "\(name)")
    return !met
  }

  private func connect(
    _ player: Player, _ faults: (LoopbackPipe) -> any BulkPipe
  ) async throws(PinstripeError) -> MTPTransport {
    let pipe = LoopbackPipe(to: player.responder, chunkSize: 8192)
    return try await MTPTransport(
      opening: faults(pipe), profile: player.profile, name: "Test player")
  }

  private func expectWhole(_ player: Player, _ replacing: Bool, _ name: String) {
    let seen = player.files["a.pst"]
    #expect(seen == nil || seen == first || seen == second, "\(name): incomplete")
    guard replacing else { return }
    let aside = player.files[".pinstripe-old-a.pst"]
    #expect(seen != nil || aside == first, "\(name): the old track is gone")
  }

  @Test(arguments: faults, [false, true])
  func everyCallMayFailOnce(_ fault: FaultInjector.Fault, _ replacing: Bool) async throws {
    for call in 1...400 {
      if try await check(Player(), fault, at: call, replacing: replacing, .once) { return }
    }
    Issue.record("400 calls were not enough")
  }

  /// And so may a call of the recovery from that.
  @Test(arguments: [.fail(.stalled), .fail(.timedOut), .shortWrite(5)] as [FaultInjector.Fault])
  func everyCallMayFailAgainDuringRecovery(_ fault: FaultInjector.Fault) async throws {
    for again in 1...6 {
      for call in 1...400 {
        let isOver = try await check(
          Player(), fault, at: call, replacing: true, .once, again: again)
        if isOver { break }
        if call == 400 { Issue.record("400 calls were not enough") }
      }
    }
  }

  @Test(arguments: [false, true])
  func everyCallMayBeTheLast(_ replacing: Bool) async throws {
    for call in 1...400 {
      let isOver = try await check(
        Player(), .fail(.timedOut), at: call, replacing: replacing, .fromThenOn)
      if isOver { return }
    }
    Issue.record("400 calls were not enough")
  }

  /// Without renaming a track is visible before it is whole; once the cable is good again, it goes.
  @Test(arguments: faults, [FaultInjector.Persistence.once, .fromThenOn])
  func playersThatCannotRename(
    _ fault: FaultInjector.Fault, _ persistence: FaultInjector.Persistence
  ) async throws {
    let isTwice = persistence == .once && [.fail(.stalled), .shortWrite(5)].contains(fault)
    for again in isTwice ? [nil, 1, 2, 3, 4, 5, 6] : [nil] {
      var call = 1
      while try await !checkWithoutRenaming(fault, at: call, persistence, again) { call += 1 }
    }
  }

  private func checkWithoutRenaming(
    _ fault: FaultInjector.Fault, at call: Int, _ persistence: FaultInjector.Persistence,
    _ again: Int?
  ) async throws -> Bool {
    try #require(call < 400)
    let name = "\(fault) at call \(call), \(persistence), again \(again ?? 0)"
    let player = Player(quirks: [.noRename])
    let pipe = FaultInjector(
      LoopbackPipe(to: player.responder, chunkSize: 8192), at: call, fault, persistence,
      again: again)
    if let transport = try? await connect(player, { _ in pipe }) {
      let error = await failure { try await put(second, on: transport) }
      if error == nil {
        #expect(player.files == ["a.pst": second], "\(name)")
      } else if transport.session.isOpen, persistence == .once, again == nil {
        #expect(player.files["a.pst"] == nil || player.files["a.pst"] == second, "\(name)")
      }
      await transport.close()
    }
    try await put(first, on: try await player.connect(), replacing: true)
    #expect(player.files == ["a.pst": first], "\(name)")
    return pipe.calls < call
  }

  /// Where two tracks may have one name, one of them is whole at any time.
  @Test(arguments: [
    FaultInjector.Fault.fail(.stalled), .fail(.timedOut), .cut(after: 9000, .timedOut), .disconnect,
  ])
  func anOldTrackStaysBesideTheNewOne(_ fault: FaultInjector.Fault) async throws {
    for call in 1...400 {
      let player = Player(habits: .keepsSameNames, operations: Self.withoutRenaming)
      try await put(first, on: try await player.connect())
      var injector: FaultInjector?
      let transport = try? await connect(player) {
        let pipe = FaultInjector($0, at: call, fault, .fromThenOn)
        injector = pipe
        return pipe
      }
      let name = "\(fault) at call \(call)"
      if let transport {
        let error = await failure { try await put(second, on: transport, replacing: true) }
        #expect(player.tracks.contains(error == nil ? second : first), "\(name)")
        await transport.close()
      }
      try await put(second, on: try await player.connect(), replacing: true)
      #expect(player.tracks == [second], "\(name)")
      if (injector?.calls ?? 0) < call { return }
    }
    Issue.record("400 calls were not enough")
  }

  /// What a player that cannot rename answers to a name that it has, and what is left by a source that
  /// fails half-way.
  @Test(
    arguments: [
      (.keepsSameNames, [], true), ([], [], false), (.overwritesSameNames, [], false),
      (.overwritesSameNames, [.noRename], false),
      (.overwritesSameNames, [.noRename, .exactDataPhase], false),
    ] as [(MemoryResponder.Habits, Set<Quirk>, Bool)])
  func aReplacementThatFailsOnAPlayerThatCannotRename(
    _ habits: MemoryResponder.Habits, _ quirks: Set<Quirk>, _ staysWhole: Bool
  ) async throws {
    let player = Player(quirks: quirks, habits: habits, operations: Self.withoutRenaming)
    let transport = try await player.connect()
    try await put(first, on: transport)
    let error = await failure {
      try await transport.put(
        ClearStream(FailingSource(length: 100_000, failsAt: 50_000)), named: "a.pst",
        replacing: true, progress: nil)
    }
    #expect(error?.code == .noInput)
    #expect(player.tracks == (staysWhole ? [first] : []))
    // A shorter one too, of which such a player would keep the longer one's end.
    for content in [second, first] {
      try await put(content, on: transport, replacing: true)
      #expect(player.tracks == [content])
    }
    #expect(player.responder.breakdown == nil)
  }

  @Test func aFullPlayerThatCannotRenameKeepsTheOldTrack() async throws {
    let player = Player(operations: Self.withoutRenaming)
    let transport = try await player.connect()
    try await put(first, on: transport)
    player.responder.refuse(.sendObjectInfo, with: .storeFull)
    let error = await failure { try await put(second, on: transport, replacing: true) }
    #expect(error?.code == .playerFull)
    #expect(player.tracks == [first])
  }

  private static let withoutRenaming = Set(MemoryResponder.implemented)
    .subtracting([.setObjectPropValue])

  @Test func aPlayerThatNeedsTheWholeDataPhaseSurvivesAFailingSource() async throws {
    let player = Player(quirks: [.noRename, .exactDataPhase])
    let transport = try await player.connect()
    let error = await failure {
      let source = FailingSource(length: 100_000, failsAt: 50_000)
      try await transport.put(
        ClearStream(source), named: "a.pst", replacing: false, progress: nil)
    }
    #expect(error?.code == .noInput)
    #expect(player.responder.breakdown == nil)
    #expect(player.files.isEmpty)
    try await put(first, on: transport)
    #expect(player.files == ["a.pst": first])
  }

  @Test(arguments: [Set<Quirk>(), [.noRename], [.noRename, .exactDataPhase]])
  func aCancelledPutLeavesNothing(_ quirks: Set<Quirk>) async throws {
    let player = Player(quirks: quirks)
    let transport = try await player.connect()
    let content = TestFile.content(200_000)
    for moment in [1, 8192, 100_000, 199_999, 200_000] as [UInt64] {
      let canceller = Canceller()
      let task = Task {
        try await put(content, on: transport) { sent in if sent >= moment { canceller.cancel() } }
      }
      canceller.watch { task.cancel() }
      let error = await failure { try await task.value }
      #expect(error?.code == .cancelled, "\(moment)")
      #expect(player.responder.breakdown == nil, "\(moment)")
      #expect(player.files.isEmpty, "\(moment): \(player.files.keys)")
    }
    try await put(first, on: transport)
    #expect(player.files == ["a.pst": first])
  }

  @Test func aCancelledReplacementLeavesTheOldTrack() async throws {
    let player = Player()
    let transport = try await player.connect()
    try await put(first, on: transport)
    for count in 0...20 {
      let canceller = Canceller()
      player.responder.tamper { operation, _ in
        // Objects are looked at before, between and after all that changes something.
        if operation == .getObjectInfo || operation == .getObjectHandles { canceller.cancel() }
      }
      canceller.skip(count)
      let task = Task { try await put(second, on: transport, replacing: true) }
      canceller.watch { task.cancel() }
      let error = await failure { try await task.value }
      player.responder.tamper(nil)
      #expect(error == nil || error?.code == .cancelled, "look \(count)")
      #expect(player.files["a.pst"] == (error == nil ? second : first), "look \(count)")
      #expect(player.visible == ["a.pst"], "look \(count)")
      if error == nil { return }
    }
    Issue.record("20 looks were not enough")
  }
}

/// Cancels a task from within what it calls, where the current task may be another.
private final class Canceller: Sendable {
  private struct State {
    var left = 0
    var action: (@Sendable () -> Void)?
  }
  private let state = Mutex(State())

  /// Lets so many calls of ``cancel()`` pass.
  func skip(_ count: Int) {
    state.withLock { $0.left = count }
  }

  /// Cancels before it returns.
  func cancel() {
    let isTooEarly = state.withLock { state in
      guard state.left > 0 else { return false }
      state.left -= 1
      return true
    }
    if isTooEarly { return }
    // The task may be here before whoever started it has said what to do.
    while true {
      if let action = state.withLock({ $0.action }) { return action() }
      sched_yield()
    }
  }

  func watch(_ action: @escaping @Sendable () -> Void) {
    state.withLock { $0.action = action }
  }
}
