import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// Each quirk against a player that misbehaves just so.
///
/// For a host that does not know of it something fails, for one that does it works. Those of USB are
/// tested in PinstripeUSBTests.
struct QuirkTests {
  /// What must work with a player that has the quirk; false or an error when it does not.
  ///
  /// - Parameter host: The quirks that the host knows of.
  typealias Attempt = @Sendable (_ host: Set<Quirk>) async throws -> Bool

  static let attempts: [Quirk: Attempt] = [
    .noRename: { host in
      // It lists the operation, and refuses it.
      var player = Player()
      player.responder.refuse(.setObjectPropValue, with: .accessDenied)
      player.profile.quirks = host
      try await player.connect().put(ClearStream(song), as: "a.pst")
      return player.visible == ["a.pst"]
    },
    .exactDataPhase: { host in
      let player = Player(.exactDataPhase, host)
      let source = FailingSource(length: 30_000, failsAt: 10_000)
      try? await player.connect().put(ClearStream(source), as: "a.pst")
      return player.responder.breakdown == nil && player.files.isEmpty
    },
    .wrappedSize: { host in
      let player = Player(.wrappedSize, host)
      let size: UInt64 = (4 << 30) + 5
      player.add("big.pst", .zeros(size))
      return try await player.connect().list().first?.size == size
    },
    .noPropertyList: { try await lists(.noPropertyList, $0) },
    .noPropertyListOfAll: { try await lists(.noPropertyListOfAll, $0) },
    .oneByteInsteadOfZeroLengthPacket: { host in
      let player = Player(.oneByteInsteadOfZeroLengthPacket, host)
      // With the header of 12 bytes: a packet of USB 1.1, one of USB 2.0, and a buffer of the pipe.
      for size in [52, 500, 8180, 8181] {
        let content = TestFile.content(size)
        player.add("\(size)", .bytes(content))
        var read: [UInt8] = []
        try await player.connect().read("\(size)", range: 0..<UInt64.max) { read += $0 }
        guard read == content else { return false }
      }
      return true
    },
    .tolerateBadResponseHeader: { host in
      let player = Player(.tolerateBadResponseHeader, host)
      let transport = try await player.connect()
      try await transport.put(ClearStream(song), as: "a.pst")
      return try await transport.list().map(\.name) == ["a.pst"]
    },
    .detectOggByExtension: { host in
      let player = Player(.detectOggByExtension, host)
      let transport = try await player.connect()
      try await transport.put(ClearStream(song, format: .ogg), as: "a.ogg")
      try await transport.put(ClearStream(song), as: "b.pst")
      return try await transport.list().map(\.format) == [.ogg, nil]
    },
    .sendOggAsUndefined: { try await sends(.ogg, .sendOggAsUndefined, $0) },
    .sendFLACAsUndefined: { try await sends(.flac, .sendFLACAsUndefined, $0) },
    .noSendPropertyList: { host in
      let player = Player(.noSendPropertyList, host)
      let stream = ClearStream(song)
      stream.properties = TrackProperties()
      stream.properties?.title = "Title"
      try await player.connect().put(stream, as: "a.pst")
      return player.object("a.pst")?.properties == [.name: .string("Title")]
    },
    .uniqueFileNames: { host in
      let player = Player(.uniqueFileNames, host)
      let transport = try await player.connect()
      var places = SyncPlaces(player.profile)
      for name in ["A/01 Intro.mp3", "B/01 Intro.mp3"] {
        let item = SyncItem(path: name, place: name, size: 1, modified: 1)
        try await transport.put(
          ClearStream(song), as: places.make(for: item, isProtected: false))
      }
      return try await transport.list().count == 2
    },
    .dateModifiedWriteOnce: { host in
      // It would take the date in the list, too; here it is told after the file.
      let offered = Set(MemoryResponder.implemented).subtracting([.sendObjectPropList])
      var player = Player(quirks: [.dateModifiedWriteOnce], operations: offered)
      player.profile.quirks = host
      let stream = ClearStream(song)
      stream.properties = TrackProperties()
      stream.properties?.title = "Title"
      stream.properties?.modified = 1_195_000_000
      try await player.connect().put(stream, as: "a.pst")
      let date = player.object("a.pst")?.properties[.dateModified]
      // Nothing was refused, and so nothing told one by one: only the name was set.
      return date == .string("20071114T002640Z")
        && player.responder.history.count { $0 == .setObjectPropValue } == 1
    },
    .noArtDimensions: { host in
      var player = Player(quirks: [.noArtDimensions]) { $0.art.delivery = .sample }
      player.profile.quirks = host
      player.profile.storage.maximumObjectSize = .max
      let transport = try await player.connect()
      try await transport.put(ClearStream(song), as: "a.pst")
      let picture = CoverPicture(
        bytes: try TestPicture.jpeg(200, 100), width: 200, height: 100, format: .jpeg)
      try await transport.put(
        Cover(
          folder: "", album: "Album", title: "Album", artist: "", tracks: ["a.pst"],
          delivery: .album("Album"), limits: nil, source: nil),
        picture)
      let album = player.responder.objects.first { $0.format == .abstractAudioAlbum }
      return album?.properties[.representativeSampleData]
        == .array(element: .uint8, bytes: picture.bytes)
    },
    .mtpzOnly: { host in
      let player = Player(.mtpzOnly, host)
      do {
        try await player.connect().put(ClearStream(song), as: "a.pst")
        return false
      } catch let error as PinstripeError {
        // No quirk makes it work; it is said before the player is asked, and why.
        return error.message.contains("MTPZ") && player.responder.history.isEmpty
      }
    },
    .unknownTypesInRoot: { host in
      let player = Player(.unknownTypesInRoot, host)
      let transport = try await player.connect()
      try await transport.put(ClearStream(song), as: "Album/a.pst")
      return try await transport.list().map(\.name) == ["Album/a.pst"]
    },
  ]

  private static let song = MemorySource(TestFile.content(20_000))

  private static func lists(_ quirk: Quirk, _ host: Set<Quirk>) async throws -> Bool {
    let player = Player(quirk, host)
    for name in ["a", "b", "c"] { player.add(name, .bytes([1, 2])) }
    let transport = try await player.connect()
    guard try await transport.list().map(\.name) == ["a", "b", "c"] else { return false }
    // Asked for one object, it answers, or is not asked.
    return try await transport.session.describe(ObjectHandle(rawValue: 2)).size == 2
  }

  private static func sends(
    _ format: AudioFormat, _ quirk: Quirk, _ host: Set<Quirk>
  ) async throws -> Bool {
    let player = Player(quirk, host)
    let transport = try await player.connect()
    let name = "a.\(format.rawValue)"
    try await transport.put(ClearStream(song, format: format), as: name)
    let listed = try await transport.list().first?.format
    return player.object(name)?.format == .undefined && listed == format
  }

  @Test(arguments: attempts.keys.sorted { $0.rawValue < $1.rawValue })
  func withoutTheQuirkItFailsAndWithItItWorks(_ quirk: Quirk) async throws {
    let attempt = try #require(Self.attempts[quirk])
    #expect(try await attempt([quirk]), "\(quirk.rawValue): with it")
    let works = (try? await attempt([])) ?? false
    #expect(!works, "\(quirk.rawValue): without it")
  }

  /// A quirk without such a test would be a word that nothing obeys.
  @Test func everyQuirkHasItsTest() {
    let tested = Set(Self.attempts.keys)
    #expect(tested.isDisjoint(with: Quirk.ofUSB))
    #expect(tested.union(Quirk.ofUSB) == Quirk.known)
  }

  /// Where the player cannot move either, it is told before a byte is sent.
  @Test func whatWouldStrayIsRefused() async throws {
    let offered = Set(MemoryResponder.implemented).subtracting([.moveObject])
    let player = Player(quirks: [.unknownTypesInRoot], operations: offered)
    let transport = try await player.connect()
    await #expect(throws: PinstripeError(.playerRefused, "")) {
      try await transport.put(ClearStream(Self.song), as: "a.pst")
    }
    #expect(player.tracks.isEmpty)
    try await transport.put(ClearStream(Self.song, format: .mp3), as: "a.mp3")
    #expect(player.visible == ["a.mp3"])
  }

  /// A plan says so, too, of playlists as of tracks.
  @Test func whatWouldStrayIsRefusedInThePlan() async throws {
    let library = try Library()
    TestFile.write(TaggedSong.make(), to: library.folder("lib/song.mp3"))
    TestFile.write(Array("lib/song.mp3".utf8), to: library.folder("Party.m3u"))
    func plan(_ operations: [OperationCode], _ tracks: SyncTracks) async throws -> SyncPlan {
      var player = Player(quirks: [.unknownTypesInRoot], operations: Set(operations))
      // Whose playlists it does not know.
      player.profile.playlists[.mtp] = PlaylistRules(kind: .samsungSPL2)
      let transport = try await player.connect()
      return try await library.plan(
        with: transport, player.profile, tracks: tracks, lists: ["Party.m3u"])
    }
    let tracks = SyncTracks(try library.bench.recipe())
    let all = Array(MemoryResponder.implemented)
    let fixed = all.filter { $0 != .moveObject }
    #expect(try await plan(all, tracks).steps(.add).count == 5)
    let refused = try await plan(fixed, tracks).steps
    #expect(refused.count == 5)
    #expect(refused.allSatisfy { $0.action == .refuse && $0.reason.contains("root folder") })
    // What the player knows stays where it is put.
    let clear = try await plan(fixed, SyncTracks(nil))
    #expect(clear.steps(.add).map(\.place) == ["song.mp3"] && clear.steps(.refuse).count == 4)
  }

  /// What an attempt that was cut off has left in the root is removed by the next one.
  @Test func straysOfAnEarlierAttemptAreRemoved() async throws {
    let player = Player(quirks: [.unknownTypesInRoot])
    player.responder.add(TrackName.temporary(), content: .bytes([1]))
    let transport = try await player.connect()
    try await transport.put(ClearStream(Self.song), as: "a.pst")
    #expect(player.tracks.count == 1)
    // And one that fails leaves none.
    let source = FailingSource(length: 30_000, failsAt: 10_000)
    try? await transport.put(ClearStream(source), as: "b.pst")
    #expect(player.tracks.count == 1)
  }
}

extension Player {
  /// A player with a quirk, and a host that knows of some.
  fileprivate init(_ quirk: Quirk, _ host: Set<Quirk>) {
    self.init(quirks: [quirk])
    profile.quirks = host
    profile.storage.maximumObjectSize = .max
  }

  fileprivate func object(_ name: String) -> StoredObject? {
    responder.objects.first { $0.name == name }
  }

  /// Puts an object into the music folder, as if it had been there before.
  @discardableResult
  fileprivate func add(_ name: String, _ content: StoredObject.Content) -> ObjectHandle {
    let music = object("Music")?.handle ?? responder.add("Music", format: .association)
    return responder.add(name, content: content, in: music)
  }
}

extension MTPTransport {
  fileprivate func put(_ stream: any ByteStream, as name: String) async throws {
    try await put(stream, named: name, replacing: false, progress: nil)
  }
}
