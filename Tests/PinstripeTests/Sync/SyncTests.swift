import Glibc
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// A folder of music, a ledger, and what a sync makes of both.
struct Library {
  let folder = TemporaryFolder()
  let bench: Bench

  init() throws {
    bench = try Bench()
    mkdir(folder("lib"), 0o755)
    mkdir(folder("lib/Artist"), 0o755)
    write("Artist/1.mp3", 1)
    write("Artist/2.mp3", 2)
    write("3.mp3", 3)
  }

  static func content(_ number: UInt8) -> [UInt8] {
    MarkedContent.bytes(9000 + Int(number), seed: UInt64(number))
  }

  func write(_ name: String, _ number: UInt8) {
    write(name, Self.content(number))
  }

  func write(_ name: String, _ content: [UInt8]) {
    TestFile.write(content, to: folder("lib/" + name))
  }

  /// Plans without doing anything.
  func plan(
    with transport: any Transport, _ profile: DeviceProfile = .careful, removes: Bool = true,
    tracks: SyncTracks? = nil, ledger: SyncLedger? = nil, lists: [String] = [],
    covers: Bool = false
  ) async throws -> SyncPlan {
    let tracks = try tracks ?? SyncTracks(bench.recipe())
    let known = try ledger?.contents ?? SyncLedger(path: folder("ledger")).contents
    var planner = SyncPlanner(profile, protection: tracks.protection)
    planner.removes = removes
    planner.showsParts = transport.showsParts
    planner.disguise = tracks.disguise
    return try await planner.plan(
      SyncSource(paths: [folder("lib")] + lists.map { folder($0) }),
      tracks: try await transport.list(tidying: true),
      freeSpace: try await transport.freeSpace(), ledger: known,
      format: { try AudioFormat.of(FileSource(path: $0.path)) },
      recognise: { try await tracks.recognise($0, $1, on: transport) },
      playlistState: { try await transport.state(of: $0) },
      metadataLength: { try tracks.metadataLength(of: $0) },
      covers: covers ? try await SyncCovers(of: transport, profile) : nil,
      complaint: { transport.complaint(about: $0, at: $1) })
  }

  /// Plans and syncs.
  @discardableResult
  func sync(
    with transport: any Transport, _ profile: DeviceProfile = .careful, removes: Bool = true,
    isProtected: Bool = true, recipe: TrackRecipe? = nil, ledger path: String = "ledger",
    lists: [String] = [], covers: Bool = false, report: @escaping (SyncEvent) -> Void = { _ in }
  ) async throws -> SyncSummary {
    let tracks = SyncTracks(isProtected ? try recipe ?? bench.recipe() : nil)
    let ledger = try SyncLedger(path: folder(path))
    let plan = try await plan(
      with: transport, profile, removes: removes, tracks: tracks, ledger: ledger, lists: lists,
      covers: covers)
    let sync = Sync(to: transport, ledger: ledger) { item throws(PinstripeError) in
      try tracks.stream(of: item)
    }
    return try await sync.run(plan, report: report)
  }

  /// What the bytes of a track decrypt to.
  func decrypted(_ track: [UInt8]) throws -> [UInt8] {
    TestFile.write(track, to: bench.folder("t"))
    return try bench.content(of: bench.folder("t"))
  }
}

extension SyncSummary {
  var counts: [Int] { [added, replaced, removed, kept, failures.count] }
}

extension Player {
  /// All files, by path below the music folder.
  var library: [(path: String, bytes: [UInt8])] {
    let objects = responder.objects
    let folders = Dictionary(
      objects.filter { $0.format == .association }.map { ($0.handle, $0) }
    ) { first, _ in first }
    return objects.filter { $0.format != .association }.compactMap { object in
      guard case .bytes(let bytes) = object.content else { return nil }
      var path = object.name
      var parent = object.parent
      while let folder = folders[parent], folder.name != "Music" {
        path = "\(folder.name)/\(path)"
        parent = folder.parent
      }
      return (path, bytes)
    }.sorted { $0.path < $1.path }
  }

  /// Whether bytes of a source are anywhere in clear.
  var showsContent: Bool {
    tracks.contains { MarkedContent.isFound(in: $0) }
  }
}

/// A sync from its plan to the tracks on the player.
struct SyncTests {
  private let wanted = ["3.pst": UInt8(3), "Artist/1.pst": 1, "Artist/2.pst": 2]

  private func check(
    _ player: Player, _ library: Library, _ wanted: [String: UInt8],
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let there = player.library
    #expect(there.map(\.path) == wanted.keys.sorted(), sourceLocation: location)
    for (path, bytes) in there {
      let content = try library.decrypted(bytes)
      #expect(wanted[path].map(Library.content) == content, sourceLocation: location)
    }
  }

  @Test func aPlayerIsFilledAndFollowsItsSource() async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    var events: [String] = []
    let summary = try await library.sync(with: transport) { event in
      switch event {
      case .begin(let step): events.append("begin \(step.place)")
      case .progress(let progress):
        if progress.trackBytesDone == progress.trackBytes { events.append("sent") }
      case .resumed: events.append("resumed")
      case .end(let step, let error): events.append("end \(step.place) \(error == nil)")
      }
    }
    #expect(summary.counts == [3, 0, 0, 0, 0])
    #expect(Array(events.prefix(3)) == ["begin 3.pst", "sent", "end 3.pst true"])
    #expect(events.count == 9)
    try check(player, library, wanted)

    // Run again, it does nothing.
    player.responder.refuse(.sendObjectInfo, with: .accessDenied)
    player.responder.refuse(.deleteObject, with: .accessDenied)
    #expect(try await library.sync(with: transport).counts == [0, 0, 0, 3, 0])
    player.responder.refuse(.sendObjectInfo, with: nil)
    player.responder.refuse(.deleteObject, with: nil)

    library.write("Artist/1.mp3", 9)
    unlink(library.folder("lib/3.mp3"))
    library.write("4.mp3", 4)
    #expect(try await library.sync(with: transport, removes: false).counts == [1, 1, 0, 1, 0])
    #expect(try await library.sync(with: transport).counts == [0, 0, 1, 3, 0])
    try check(player, library, ["4.pst": 4, "Artist/1.pst": 9, "Artist/2.pst": 2])
  }

  /// It works from another computer that holds the key, and there too it does not send twice.
  @Test func tracksAreKnownAgainWithoutTheLedger() async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    try await library.sync(with: transport)
    library.write("3.mp3", 8)
    #expect(try await library.sync(with: transport, ledger: "other").counts == [0, 1, 0, 2, 0])
    try check(player, library, ["3.pst": 8, "Artist/1.pst": 1, "Artist/2.pst": 2])
    unlink(library.folder("lib/3.mp3"))
    #expect(try await library.sync(with: transport, ledger: "other").counts == [0, 0, 1, 2, 0])
  }

  @Test(arguments: [true, false])
  func whatOthersPutThereStays(isProtected: Bool) async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    let name = isProtected ? "3.pst" : "3.mp3"
    for (name, bytes) in [(name, [UInt8(7)]), ("theirs.mp3", [8])] {
      try await transport.put(
        ClearStream(MemorySource(bytes)), named: name, replacing: false, progress: nil)
    }
    let summary = try await library.sync(with: transport, isProtected: isProtected)
    #expect(summary.counts == [2, 0, 0, 0, 0] && summary.refused == 1)
    #expect(player.library.filter { $0.bytes.count == 1 }.map(\.path) == [name, "theirs.mp3"])
  }

  @Test func anUnprotectedFileThatIsThereIsKept() async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    try await library.sync(with: transport, isProtected: false)
    #expect(player.library.map(\.path) == ["3.mp3", "Artist/1.mp3", "Artist/2.mp3"])
    #expect(
      try await library.sync(with: transport, isProtected: false, ledger: "other").counts
        == [0, 0, 0, 3, 0])
    // Another computer never removes what it did not put there.
    unlink(library.folder("lib/3.mp3"))
    #expect(
      try await library.sync(with: transport, isProtected: false, ledger: "other").removed == 0)
    #expect(try await library.sync(with: transport, isProtected: false).removed == 1)
  }

  // Regression: a track that was set aside when the host was killed was sent as a new one, and refused.
  @Test func aTrackThatWasSetAsideIsReplaced() async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    try await library.sync(with: transport)
    let track = try #require(player.responder.objects.first { $0.name == "3.pst" })
    try await transport.session.rename(track.handle, to: TrackName.setAside("3.pst"))
    library.write("3.mp3", 9)
    #expect(try await library.sync(with: transport).counts == [0, 1, 0, 2, 0])
    try check(player, library, ["3.pst": 9, "Artist/1.pst": 1, "Artist/2.pst": 2])
  }

  /// What could not be read is not gone.
  @Test func nothingIsRemovedForASourceThatCannotBeRead() async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    try await library.sync(with: transport)
    unlink(library.folder("lib/3.mp3"))
    symlink(library.folder("nowhere"), library.folder("lib/3.mp3"))
    let summary = try await library.sync(with: transport)
    #expect(summary.counts == [0, 0, 0, 2, 0] && summary.refused == 1)
    #expect(player.library.count == 3)
  }

  /// Regression: what a put refused was overwritten by the next sync, as if it were a part of its own.
  @Test func aPutThatWasRefusedLeavesNoClaim() async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    player.responder.refuse(.sendObjectInfo, with: .accessDenied)
    let failed = try await library.sync(with: transport, isProtected: false)
    #expect(failed.failures.count == 3)
    player.responder.refuse(.sendObjectInfo, with: nil)
    try await transport.put(
      ClearStream(MemorySource([7])), named: "3.mp3", replacing: false, progress: nil)
    let summary = try await library.sync(with: transport, isProtected: false)
    #expect(summary.counts == [2, 0, 0, 0, 0] && summary.refused == 1)
    #expect(player.library.first?.bytes == [7])
  }

  @Test func aFileThatCannotBeReadIsPassedOver() async throws {
    let library = try Library()
    let player = Player()
    let transport = try await player.connect()
    let summary = try await library.sync(with: transport) { event in
      if case .begin = event { unlink(library.folder("lib/Artist/1.mp3")) }
    }
    #expect(summary.counts == [2, 0, 0, 0, 1])
    #expect(summary.failures.first?.error.code == .noInput)
  }

  @Test func tooLittleSpaceChangesNothing() async throws {
    let library = try Library()
    let player = Player(capacity: 100_000)
    let transport = try await player.connect()
    let error = await #expect(throws: PinstripeError.self) {
      try await library.sync(with: transport)
    }
    #expect(error?.code == .playerFull && error?.message.contains("--fill") == true)
    #expect(player.library.isEmpty)
  }

  @Test func aMountedPlayerIsSyncedToo() async throws {
    let library = try Library()
    mkdir(library.folder("vol"), 0o755)
    let volume = try VolumeTransport(root: library.folder("vol"), profile: .careful)
    #expect(try await volume.identity(making: false) == nil)
    let identity = try #require(try await volume.identity(making: true))
    #expect(try await volume.identity(making: false) == identity)
    #expect(try await library.sync(with: volume).counts == [3, 0, 0, 0, 0])
    #expect(try await library.sync(with: volume).counts == [0, 0, 0, 3, 0])
    let track = try #require(TestFile.read(library.folder("vol/Music/Artist/1.pst")))
    #expect(try library.decrypted(track) == Library.content(1))
  }

  // Regression: two files whose names differ in the spelling of an accent (NFC, NFD) took each other's
  // place, and were sent again by every sync.
  @Test(arguments: [true, false])
  func twoSpellingsOfAnAccentKeepTheirPlaces(_ isMounted: Bool) async throws {
    let library = try Library()
    mkdir(library.folder("vol"), 0o755)
    let transport: any Transport =
      isMounted
      ? try VolumeTransport(root: library.folder("vol"), profile: .careful)
      : try await Player().connect()
    func sync() async throws -> [Int] {
      try await library.sync(with: transport, isProtected: false).counts
    }
    let letters = ["a", "e", "i", "n", "o", "u"]
    for letter in letters { library.write(letter + "\u{303}.mp3", 4) }
    #expect(try await sync() == [9, 0, 0, 0, 0])
    let composed = ["\u{E3}", "\u{1EBD}", "\u{129}", "\u{F1}", "\u{F5}", "\u{169}"]
    for (index, scalar) in composed.enumerated() {
      library.write(scalar + ".mp3", 5)
      // Which of the two a folder lists first is the file system's matter: half of the files move.
      guard index % 2 == 0 else { continue }
      let old = library.folder("lib/\(letters[index])\u{303}.mp3")
      rename(old, library.folder("away"))
      rename(library.folder("away"), old)
    }
    #expect(try await sync() == [6, 0, 0, 9, 0])
    #expect(try await sync() == [0, 0, 0, 15, 0])
    #expect(Set(try await transport.list().map { Array($0.name.utf8) }).count == 15)
  }

  @Test(arguments: PlaylistKind.allCases)
  func playlistsFollowTheirTracks(_ kind: PlaylistKind) async throws {
    let library = try Library()
    let player = Player { $0.playlists[.mtp] = PlaylistRules(kind: kind) }
    let transport = try await player.connect()
    func list(_ lines: String) {
      TestFile.write(Array(lines.utf8), to: library.folder("Party: 1.m3u"))
    }
    func sync(_ lists: [String] = ["Party: 1.m3u"]) async throws -> [Int] {
      try await library.sync(with: transport, player.profile, lists: lists).counts
    }
    func listed() -> [String] {
      let handles = Dictionary(
        player.responder.objects.map { ($0.handle, $0.name) }
      ) { first, _ in first }
      let object = player.responder.objects.first { $0.name.hasPrefix("Party_ 1~") }
      return object?.references.compactMap { handles[$0] } ?? []
    }
    list("lib/3.mp3\nlib/Artist/1.mp3\nlib/3.mp3\n")
    guard kind != .none else {
      #expect(try await sync() == [3, 0, 0, 0, 0])
      return
    }
    #expect(try await sync() == [4, 0, 0, 0, 0])
    if kind == .mtpReferences { #expect(listed() == ["3.pst", "1.pst", "3.pst"]) }
    #expect(try await sync() == [0, 0, 0, 4, 0])
    list("lib/Artist/2.mp3\nlib/3.mp3\n")
    #expect(try await sync() == [0, 1, 0, 3, 0])
    if kind == .mtpReferences { #expect(listed() == ["2.pst", "3.pst"]) }
    // A track that is replaced stays in the list.
    library.write("3.mp3", 9)
    #expect(try await sync() == [0, 2, 0, 2, 0])
    if kind == .mtpReferences { #expect(listed() == ["2.pst", "3.pst"]) }
    #expect(try await sync([]) == [0, 0, 1, 3, 0])
    #expect(!player.responder.objects.contains { $0.name.hasPrefix("Party") })
    #expect(player.library.count == 3)
    // Somebody else's of that name stays.
    #expect(try await sync() == [1, 0, 0, 3, 0])
    list("lib/3.mp3\n")
    let other = try await library.sync(
      with: transport, player.profile, ledger: "other", lists: ["Party: 1.m3u"])
    #expect(other.counts == [0, 0, 0, 3, 0] && other.refused == 1)
  }

  @Test func beingCancelledEndsIt() async throws {
    let player = Player()
    let task = Task {
      let transport = try await player.connect()
      let error = await #expect(throws: PinstripeError.self) {
        try await Library().sync(with: transport) { event in
          if case .progress = event { withUnsafeCurrentTask { $0?.cancel() } }
        }
      }
      #expect(error?.code == .cancelled)
      #expect(player.library.isEmpty)
    }
    try await task.value
  }
}

/// A sync that is broken off within a track.
struct SyncResumeTests {
  private func connect(_ player: Player, _ library: Library) async throws -> MTPTransport {
    let transport = try await player.connect()
    transport.keepParts(in: PartJournal(path: library.folder("part"), minimum: 100_000))
    return transport
  }

  /// Syncs until the cable is pulled within the large track.
  private func breakOff(_ player: Player, _ library: Library) async throws {
    TestFile.write(TestFile.content(300_000), to: library.folder("lib/4.mp3"))
    let transport = try await player.connect { CutPipe($0, after: 200_000, .disconnected) }
    transport.keepParts(in: PartJournal(path: library.folder("part"), minimum: 100_000))
    await #expect(throws: PinstripeError.self) { try await library.sync(with: transport) }
    await transport.close()
    #expect(player.library.filter { $0.path.contains(".part") }.count == 1)
  }

  @Test func itGoesOnWithinTheTrack() async throws {
    let library = try Library()
    let player = Player()
    try await breakOff(player, library)
    var resumed: [String: UInt64] = [:]
    let summary = try await library.sync(with: try await connect(player, library)) { event in
      if case .resumed(let step, let offset) = event { resumed[step.place] = offset }
    }
    #expect(resumed == ["4.pst": 131_072] && summary.resumed == 1)
    #expect(summary.resumedBytes == 131_072 && summary.failures.isEmpty)
    let names = player.library.map(\.path)
    #expect(names == ["3.pst", "4.pst", "Artist/1.pst", "Artist/2.pst"])
    let track = try #require(player.library.first { $0.path == "4.pst" })
    #expect(try library.decrypted(track.bytes) == TestFile.content(300_000))
  }

  @Test func aPartWhoseSourceIsGoneGoes() async throws {
    let library = try Library()
    let player = Player()
    try await breakOff(player, library)
    unlink(library.folder("lib/4.mp3"))
    _ = try await library.sync(with: try await connect(player, library))
    #expect(player.library.map(\.path) == ["3.pst", "Artist/1.pst", "Artist/2.pst"])
    #expect(access(library.folder("part"), F_OK) != 0)
  }
}
