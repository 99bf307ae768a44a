import Glibc
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import TestTools
import Testing

@testable import Pinstripe

/// Pictures on their way from a library to a player.
struct CoverSyncTests {
  /// Two albums and a song without any: one has its picture in the tags, one beside.
  private func library() throws -> Library {
    let library = try Library()
    for name in ["Artist/1.mp3", "Artist/2.mp3", "3.mp3"] { unlink(library.folder("lib/" + name)) }
    for folder in ["One", "Two", "None"] { mkdir(library.folder("lib/Artist/" + folder), 0o755) }
    let picture = try TestPicture.jpeg(500, 400)
    func song(_ path: String, _ album: String?, _ picture: [UInt8]? = nil) {
      TestFile.write(
        TaggedSong.make(title: path, artist: "Artist", album: album, picture: picture),
        to: library.folder("lib/Artist/\(path).mp3"))
    }
    song("One/1", "First", picture)
    song("One/2", "First")
    song("Two/1", "Second")
    song("None/1", nil)
    TestFile.write(try TestPicture.jpeg(300, 300), to: library.folder("lib/Artist/Two/Folder.JPG"))
    return library
  }

  private func player(
    quirks: Set<Quirk> = [], habits: MemoryResponder.Habits = [],
    _ change: @escaping (inout ArtRules) -> Void = { _ in }
  ) -> Player {
    Player(quirks: quirks, habits: habits) { profile in
      profile.art.delivery = .sample
      profile.art.formats = [.jpeg]
      profile.art.maximumWidth = 160
      profile.art.maximumHeight = 160
      profile.art.maximumBytes = 24_576
      change(&profile.art)
    }
  }

  private func album(_ player: Player, _ title: String) throws -> StoredObject {
    try #require(
      player.responder.objects.first {
        $0.format == .abstractAudioAlbum && $0.properties[.name] == .string(title)
      })
  }

  private func names(_ handles: [ObjectHandle], _ player: Player) -> [String] {
    handles.compactMap { player.responder.object($0)?.name }
  }

  private func picture(_ object: StoredObject) -> [UInt8]? {
    guard case .array(_, let bytes) = object.properties[.representativeSampleData] else {
      return nil
    }
    return bytes
  }

  @Test(arguments: [true, false])
  func albumsGetTheirs(isProtected: Bool) async throws {
    let library = try library()
    let player = player()
    let transport = try await player.connect()
    let first = try await library.sync(
      with: transport, player.profile, isProtected: isProtected, covers: true)
    #expect(first.counts == [4, 0, 0, 0, 0] && first.pictures == 2)
    let one = try album(player, "First")
    #expect(one.properties[.artist] == .string("Artist"))
    #expect(one.properties[.representativeSampleWidth] == .uint32(160))
    #expect(one.properties[.representativeSampleHeight] == .uint32(128))
    #expect(one.properties[.representativeSampleFormat] == .uint16(0x3801))
    let bytes = try #require(picture(one))
    #expect(bytes.count <= 24_576 && bytes.starts(with: [0xFF, 0xD8]))
    #expect(one.properties[.representativeSampleSize] == .uint32(UInt32(bytes.count)))
    let ending = isProtected ? "pst" : "mp3"
    #expect(names(one.references, player) == ["1.\(ending)", "2.\(ending)"])
    #expect(names(try album(player, "Second").references, player) == ["1.\(ending)"])
    #expect(player.responder.objects.count { $0.format == .abstractAudioAlbum } == 2)

    // Run again, it does nothing.
    func sync(removes: Bool = true) async throws -> SyncSummary {
      try await library.sync(
        with: transport, player.profile, removes: removes, isProtected: isProtected, covers: true)
    }
    player.responder.refuse(.setObjectPropValue, with: .accessDenied)
    player.responder.refuse(.sendObjectInfo, with: .accessDenied)
    let again = try await sync()
    #expect(again.counts == [0, 0, 0, 4, 0] && again.pictures == 0 && again.withoutPicture.isEmpty)
    player.responder.refuse(.setObjectPropValue, with: nil)
    player.responder.refuse(.sendObjectInfo, with: nil)

    // Another picture, and a track that is replaced, which takes its reference with it.
    TestFile.write(try TestPicture.jpeg(64, 64), to: library.folder("lib/Artist/Two/Folder.JPG"))
    TestFile.write(
      TaggedSong.make(title: "new", artist: "Artist", album: "First"),
      to: library.folder("lib/Artist/One/2.mp3"))
    let changed = try await sync()
    #expect(changed.counts == [0, 1, 0, 3, 0] && changed.pictures == 2)
    #expect(try album(player, "Second").properties[.representativeSampleWidth] == .uint32(64))
    #expect(
      Set(names(try album(player, "First").references, player)) == ["1.\(ending)", "2.\(ending)"])
    // A picture that comes later is found.
    TestFile.write(try TestPicture.jpeg(64, 64), to: library.folder("lib/Artist/None/cover.jpg"))
    #expect(try await sync().pictures == 1)
    #expect(try await sync().pictures == 0)
    // An album whose tracks are gone goes, too.
    unlink(library.folder("lib/Artist/Two/1.mp3"))
    #expect(try await sync(removes: false).removed == 0)
    let removed = try await sync()
    #expect(removed.removed == 1)
    #expect(
      !player.responder.objects.contains { $0.properties[.name] == .string("Second") })
    #expect(try await sync().counts == [0, 0, 0, 3, 0])
  }

  @Test func tracksGetTheirsWhereAlbumsHaveNone() async throws {
    let library = try library()
    let player = player(habits: [.showsPicturesOfTracks])
    let transport = try await player.connect()
    func sync() async throws -> SyncSummary {
      try await library.sync(with: transport, player.profile, isProtected: false, covers: true)
    }
    #expect(try await sync().pictures == 2)
    let pictures = player.responder.objects.filter { self.picture($0) != nil }
    #expect(pictures.count == 3 && !player.responder.objects.contains { $0.name.hasSuffix(".alb") })
    #expect(try await sync().pictures == 0)
  }

  /// Regression: each album's picture had all tracks and all albums listed.
  @Test func manyAlbumsTakeFewQuestions() async throws {
    func questions(_ albums: Int) async throws -> Int {
      let library = try Library()
      let cover = try TestPicture.jpeg(32, 32)
      for album in 0..<albums {
        mkdir(library.folder("lib/\(album)"), 0o755)
        TestFile.write(
          TaggedSong.make(album: "Album \(album)"), to: library.folder("lib/\(album)/1.mp3"))
        TestFile.write(cover, to: library.folder("lib/\(album)/cover.jpg"))
      }
      let player = player()
      let transport = try await player.connect()
      try await library.sync(with: transport, player.profile, isProtected: false)
      let before = player.responder.history.count
      let summary = try await library.sync(
        with: transport, player.profile, isProtected: false, covers: true)
      #expect(summary.pictures == albums)
      return player.responder.history.count - before
    }
    let (few, many) = (try await questions(3), try await questions(12))
    #expect(many < few * 4 + 12, "\(few) for 3 albums, \(many) for 12")
  }

  /// With the quirk a picture arrives; without it the player breaks down.
  @Test func withoutDimensionsWhereTheyBreakThePlayer() async throws {
    let library = try library()
    var player = player(quirks: [.noArtDimensions])
    var transport = try await player.connect()
    let sent = try await library.sync(with: transport, player.profile, covers: true)
    #expect(sent.pictures == 2 && player.responder.breakdown == nil)
    let one = try album(player, "First")
    #expect(picture(one) != nil && one.properties[.representativeSampleWidth] == nil)
    #expect(one.properties[.representativeSampleFormat] == .uint16(0x3801))

    player = self.player(quirks: [.noArtDimensions])
    player.profile.quirks = []
    transport = try await player.connect()
    await #expect(throws: PinstripeError.self) {
      try await library.sync(with: transport, player.profile, ledger: "other", covers: true)
    }
    #expect(player.responder.breakdown?.contains("was set") == true)
  }

  @Test func thePlayersOwnLimitsHold() async throws {
    let library = try library()
    var player = player { rules in
      rules.maximumWidth = 50
      rules.maximumHeight = 40
      rules.maximumBytes = 3000
    }
    // The profile at hand states wider ones.
    player.profile.art.maximumWidth = 300
    player.profile.art.maximumHeight = 300
    player.profile.art.maximumBytes = 100_000
    let transport = try await player.connect()
    #expect(
      try await library.sync(with: transport, player.profile, covers: true).pictures == 2)
    let one = try album(player, "First")
    #expect(one.properties[.representativeSampleWidth] == .uint32(50))
    #expect(try #require(picture(one)).count <= 3000)
  }

  /// A picture stops no track, whoever does not like it.
  @Test func whatIsRefusedStopsNoTrack() async throws {
    let library = try library()
    let player = player()
    let transport = try await player.connect()
    player.responder.refuse(.representativeSampleData, with: .accessDenied)
    var told: [String] = []
    let summary = try await library.sync(with: transport, player.profile, covers: true) { event in
      if case .end(let step, let error) = event, step.cover != nil, error != nil {
        told.append(step.place)
      }
    }
    #expect(summary.counts == [4, 0, 0, 0, 0] && summary.withoutPicture.count == 2)
    #expect(told.count == 2 && told.allSatisfy { $0.hasPrefix("Albums/Artist - ") })
    player.responder.refuse(.representativeSampleData, with: nil)
    #expect(try await library.sync(with: transport, player.profile, covers: true).pictures == 2)
    #expect(try await library.sync(with: transport, player.profile, covers: true).pictures == 0)
  }

  @Test func whatIsDamagedStopsNoTrack() async throws {
    let library = try library()
    let player = player()
    let transport = try await player.connect()
    // By its header it is a picture: that it is none shows while it is decoded.
    var png = try TestPicture.pixels(64, 64).png()
    for index in 50..<png.count { png[index] = 0 }
    unlink(library.folder("lib/Artist/Two/Folder.JPG"))
    TestFile.write(png, to: library.folder("lib/Artist/Two/cover.png"))
    TestFile.write(Array("no picture".utf8), to: library.folder("lib/Artist/None/folder.jpg"))
    let plan = try await library.plan(with: transport, player.profile, covers: true)
    #expect(plan.steps(.refuse).map(\.reason).first?.contains("neither JPEG nor PNG") == true)
    let summary = try await library.sync(with: transport, player.profile, covers: true)
    #expect(summary.counts == [4, 0, 0, 0, 0] && summary.pictures == 1)
    #expect(summary.withoutPicture.first?.error.message.contains("damaged") == true)
  }

  @Test func aMountedPlayerGetsFiles() async throws {
    let library = try library()
    mkdir(library.folder("vol"), 0o755)
    var profile = DeviceProfile.careful
    profile.art.delivery = .folder
    profile.art.fileName = "cover.jpg"
    profile.art.maximumWidth = 100
    profile.art.maximumHeight = 100
    let volume = try VolumeTransport(root: library.folder("vol"), profile: profile)
    mkdir(library.folder("vol/Music"), 0o755)
    mkdir(library.folder("vol/Music/Artist"), 0o755)
    mkdir(library.folder("vol/Music/Artist/Two"), 0o755)
    let theirs = library.folder("vol/Music/Artist/Two/Cover.jpg")
    TestFile.write([1, 2, 3], to: theirs)
    func sync() async throws -> SyncSummary {
      try await library.sync(with: volume, profile, covers: true)
    }
    #expect(try await sync().pictures == 1)
    let one = library.folder("vol/Music/Artist/One/cover.jpg")
    #expect(TestFile.read(one)?.starts(with: [0xFF, 0xD8]) == true)
    #expect(TestFile.read(theirs) == [1, 2, 3], "what is not ours stays")
    #expect(try await sync().pictures == 0)
    let plan = try await library.plan(with: volume, profile, covers: true)
    #expect(plan.steps.count { $0.place == "Artist/One/cover.jpg" } == 1)
    // A picture that is gone from the source stays; with its tracks it goes.
    unlink(library.folder("lib/Artist/One/1.mp3"))
    unlink(library.folder("lib/Artist/One/2.mp3"))
    let removed = try await sync()
    #expect(removed.removed == 2 && TestFile.read(one) == nil)
  }

  @Test func aPlayerGetsFilesOverMTPToo() async throws {
    let library = try library()
    let player = player { $0.delivery = .folder }
    let transport = try await player.connect()
    #expect(try await library.sync(with: transport, player.profile, covers: true).pictures == 2)
    let files = player.responder.objects.filter { $0.name == "cover.jpg" }
    #expect(files.map(\.format) == [.jpeg, .jpeg])
    #expect(try await library.sync(with: transport, player.profile, covers: true).pictures == 0)
  }

  /// Why there is no picture is in the plan.
  @Test func reasonsForNone() async throws {
    let library = try library()
    func reason(
      _ player: Player, _ change: (inout DeviceProfile) -> Void = { _ in }
    ) async throws -> String? {
      var profile = player.profile
      change(&profile)
      let pipe = LoopbackPipe(to: player.responder, chunkSize: 8192)
      let transport = try await MTPTransport(opening: pipe, profile: profile, name: "Test player")
      let plan = try await library.plan(with: transport, profile, covers: true)
      await transport.close()
      #expect(!plan.steps.contains { $0.cover != nil })
      return plan.reasonForNoCovers
    }
    #expect(try await reason(Player())?.contains("own tags") == true)
    #expect(try await reason(player { $0.delivery = .none })?.contains("shows no") == true)
    #expect(
      try await reason(player()) { $0.protection.metadata = .hidden }?.contains("is to") == true)
    #expect(try await reason(player()) { $0.art.formats = [.bmp] }?.contains("JPEG nor") == true)
    // One that knows no pictures, as umtp-responder.
    #expect(try await reason(Player()) { $0.art.delivery = .sample }?.contains("neither") == true)
    #expect(
      try await reason(player { $0.formats = [.gif] }) { $0.art.formats = [.jpeg] }?
        .contains("other formats") == true)
    let operations = MemoryResponder.implemented.filter { $0 != .setObjectPropValue }
    #expect(
      try await reason(Player(operations: Set(operations))) { $0.art.delivery = .sample }?
        .contains("no properties") == true)
    let volume = try VolumeTransport(root: library.folder("lib"), profile: player().profile)
    let plan = try await library.plan(with: volume, player().profile, covers: true)
    #expect(plan.reasonForNoCovers?.contains("over MTP") == true)
  }

  /// A track that is sent by itself shows the picture that a sync would give it, beside the others.
  @Test func aTrackByItselfGetsItsPicture() async throws {
    let library = try library()
    let player = player()
    let transport = try await player.connect()
    func push(_ name: String, as place: String) async throws -> (isSent: Bool, problem: String?) {
      let path = library.folder("lib/Artist/\(name)")
      try await transport.put(
        ClearStream(FileSource(path: path)), named: place, replacing: false, progress: nil)
      return try await Sync.sendPicture(
        of: path, at: place, TrackProperties(path: path), to: transport, player.profile
      ) { _ in try SyncLedger(path: library.folder("ledger")) }
    }
    #expect(try await push("One/1.mp3", as: "One/1.mp3").isSent)
    #expect(names(try album(player, "First").references, player) == ["1.mp3"])
    // The second has none itself, and gets its album's.
    #expect(try await push("One/2.mp3", as: "One/2.mp3").isSent)
    #expect(names(try album(player, "First").references, player) == ["1.mp3", "2.mp3"])
    #expect(player.responder.objects.count { $0.format == .abstractAudioAlbum } == 1)
    // What is no picture is told, and stops nothing.
    TestFile.write(Array("no picture".utf8), to: library.folder("lib/Artist/None/folder.jpg"))
    let none = try await push("None/1.mp3", as: "None.mp3")
    #expect(!none.isSent && none.problem?.contains("neither JPEG nor PNG") == true)
    player.responder.refuse(.representativeSampleData, with: .accessDenied)
    let refused = try await push("Two/1.mp3", as: "Two/1.mp3")
    #expect(!refused.isSent && refused.problem != nil)
    #expect(player.library.contains { $0.path == "Two/1.mp3" })
  }

  /// Regression: to push ended with 0 when it was cancelled, or the cable pulled, within the picture.
  @Test(arguments: [PinstripeError.Code.cancelled, .playerGone])
  func whatEndsAPictureIsSaid(_ code: PinstripeError.Code) async throws {
    let library = try library()
    let player = player()
    let pipe = SilentPipe(LoopbackPipe(to: player.responder, chunkSize: 8192))
    let transport = try await player.connect { _ in pipe }
    let path = library.folder("lib/Artist/One/1.mp3")
    try await transport.put(
      ClearStream(FileSource(path: path)), named: "1.mp3", replacing: false, progress: nil)
    let error = await Task {
      await #expect(throws: PinstripeError.self) {
        try await Sync.sendPicture(
          of: path, at: "1.mp3", TrackProperties(path: path), to: transport, player.profile
        ) { _ in
          if code == .playerGone { pipe.fail(with: .disconnected) }
          if code == .cancelled { withUnsafeCurrentTask { $0?.cancel() } }
          return try SyncLedger(path: library.folder("ledger"))
        }
      }
    }.value
    #expect(error?.code == code)
    #expect(error?.message.hasPrefix("\"1.mp3\" is whole on Test player, without") == true)
    #expect(player.library.contains { $0.path == "1.mp3" })
  }

  /// Regression: to cancel took effect when all the tags and pictures had been read.
  @Test func planningIsCancelledBeforeTheNextTrack() async throws {
    let library = try library()
    let player = player()
    let transport = try await player.connect()
    var planner = SyncPlanner(player.profile, protection: nil)
    let read = Mutex(0)
    planner.properties = { _ in
      read.withLock { $0 += 1 }
      withUnsafeCurrentTask { $0?.cancel() }
      return nil
    }
    let covers = try await SyncCovers(of: transport, player.profile)
    await Task { [planner] in
      _ = await #expect(throws: PinstripeError(.cancelled, "")) {
        _ = try await planner.plan(
          SyncSource(paths: [library.folder("lib")]), tracks: [], freeSpace: 1 << 30,
          ledger: SyncLedger.Contents(), format: { _ in .mp3 }, recognise: { _, _ in .foreign },
          playlistState: { _ in nil }, covers: covers)
      }
    }.value
    #expect(read.withLock { $0 } == 1)
  }

  /// Regression: a sync took its picture from a track that was not in its source.
  @Test func aTrackThatIsNotInTheSourceKeepsItsPicture() async throws {
    let library = try library()
    let player = player()
    let transport = try await player.connect()
    func sync() async throws -> SyncSummary {
      try await library.sync(
        with: transport, player.profile, removes: false, isProtected: false, covers: true)
    }
    _ = try await sync()
    unlink(library.folder("lib/Artist/One/2.mp3"))
    #expect(try await sync().pictures == 0)
    #expect(names(try album(player, "First").references, player) == ["1.mp3", "2.mp3"])
    let away = try #require(player.responder.objects.first { $0.name == "2.mp3" })
    try await transport.session.deleteObject(away.handle)
    #expect(try await sync().pictures == 1)
    #expect(names(try album(player, "First").references, player) == ["1.mp3"])
    #expect(try await sync().pictures == 0)
  }

  /// Regression: a track's embedded pictures were not counted, so a plan that fitted did not.
  @Test func embeddedPicturesAreCounted() async throws {
    let library = try Library()
    let noise = try TestPicture.noise(400)
    TestFile.write(
      TaggedSong.make(title: "x", picture: noise), to: library.folder("lib/picture.mp3"))
    let player = Player()
    let transport = try await player.connect()
    let plan = try await library.plan(with: transport, player.profile)
    let step = try #require(plan.steps.first { $0.place == "picture.pst" })
    try await library.sync(with: transport, player.profile)
    let stored = try #require(player.library.first { $0.path == "picture.pst" })
    #expect(step.bytes >= UInt64(stored.bytes.count))
    #expect(noise.count > 40_000, "without the picture the estimate would be too low")
  }
}
