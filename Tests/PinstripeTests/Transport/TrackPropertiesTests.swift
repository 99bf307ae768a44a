import Glibc
import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// What a player is told of a track.
struct TrackPropertiesTests {
  private static var properties: TrackProperties {
    var properties = TrackProperties()
    properties.title = "Tïtle"
    properties.artist = "Artist"
    properties.album = "Album"
    properties.genre = "Genre"
    properties.track = 7
    properties.year = 987
    properties.duration = .milliseconds(65_500)
    return properties
  }

  private static let values: [ObjectPropertyCode: PropertyValue] = [
    .name: .string("Tïtle"), .artist: .string("Artist"), .albumName: .string("Album"),
    .genre: .string("Genre"), .track: .uint16(7), .duration: .uint32(65_500),
    .originalReleaseDate: .string("09870101T000000.0"),
  ]

  /// Sends a track and returns what the player knows of it.
  private func send(to player: Player) async throws -> [ObjectPropertyCode: PropertyValue]? {
    let transport = try await player.connect()
    let stream = ClearStream(MemorySource([1, 2, 3]))
    stream.properties = Self.properties
    try await transport.put(stream, named: "a.pst", replacing: true, progress: nil)
    #expect(player.files == ["a.pst": [1, 2, 3]])
    return player.responder.objects.first { $0.name == "a.pst" }?.properties
  }

  private static let implemented = Set(MemoryResponder.implemented)

  @Test func aPlayerIsToldWithTheAnnouncement() async throws {
    let player = Player()
    #expect(try await send(to: player) == Self.values)
    let history = player.responder.history
    #expect(history.count { $0 == .sendObjectPropList } == 1)
    // The folder is announced without.
    #expect(history.count { $0 == .sendObjectInfo } == 1)
    #expect(!history.contains(.setObjectPropList))
    #expect(history.count { $0 == .setObjectPropValue } == 1, "the name")
  }

  @Test func aPlayerIsToldInOneGo() async throws {
    let player = Player(operations: Self.implemented.subtracting([.sendObjectPropList]))
    #expect(try await send(to: player) == Self.values)
    #expect(player.responder.history.count { $0 == .setObjectPropList } == 1)
  }

  /// A player that refuses announcements with properties is asked once in a session, and told afterwards.
  @Test(arguments: [ResponseCode.operationNotSupported, .invalidObjectPropCode, .generalError])
  func aRefusedAnnouncementIsMadeWithoutProperties(_ response: ResponseCode) async throws {
    let player = Player()
    player.responder.refuse(.sendObjectPropList, with: response)
    let transport = try await player.connect()
    for name in ["a.pst", "b.pst"] {
      let stream = ClearStream(MemorySource([1, 2, 3]))
      stream.properties = Self.properties
      try await transport.put(stream, named: name, replacing: true, progress: nil)
      #expect(player.responder.objects.first { $0.name == name }?.properties == Self.values)
    }
    #expect(player.responder.history.count { $0 == .sendObjectPropList } == 1)
  }

  /// A player on which a name is no property gets it by SendObjectInfo.
  @Test func aPlayerThatKnowsNoNamesIsToldAfterwards() async throws {
    let player = Player()
    player.responder.tamper { operation, data in
      guard operation == .getObjectPropsSupported, let codes = try? CodeArray.parse16(data) else {
        return
      }
      data = CodeArray.encode(codes.filter { $0 != ObjectPropertyCode.objectFileName.rawValue })
    }
    #expect(try await send(to: player) == Self.values)
    #expect(!player.responder.history.contains(.sendObjectPropList))
  }

  /// A full player says so once, and is not asked again in another way.
  @Test func aFullPlayerIsBelieved() async throws {
    let player = Player()
    player.responder.refuse(.sendObjectPropList, with: .storeFull)
    let error = await #expect(throws: PinstripeError.self) { try await send(to: player) }
    #expect(error?.code == .playerFull)
    #expect(player.files.isEmpty)
  }

  @Test func aPlayerWithoutListsIsToldOneByOne() async throws {
    let offered = Self.implemented.subtracting([.setObjectPropList, .sendObjectPropList])
    #expect(try await send(to: Player(operations: offered)) == Self.values)
    let player = Player()
    player.responder.refuse(.setObjectPropList, with: .generalError)
    player.responder.refuse(.sendObjectPropList, with: .generalError)
    #expect(try await send(to: player) == Self.values)
  }

  /// No track is worth less because a player wants to know nothing of it.
  @Test func aPlayerThatRefusesGetsTheTrack() async throws {
    let player = Player()
    player.responder.refuse(.getObjectPropsSupported, with: .generalError)
    #expect(try await send(to: player) == [:])
    let mute = Player(operations: Self.implemented.subtracting([.sendObjectPropList]))
    mute.responder.refuse(.setObjectPropList, with: .accessDenied)
    mute.responder.refuse(.getObjectPropsSupported, with: .generalError)
    #expect(try await send(to: mute) == [:])
    // One that cannot change properties takes those that come with the track.
    #expect(try await send(to: Player(quirks: [.noRename])) == Self.values)
    #expect(
      try await send(
        to: Player(
          quirks: [.noRename], operations: Self.implemented.subtracting([.sendObjectPropList])))
        == [:])
  }

  /// The source's date comes with the file, and is set again for players that ignore it there.
  @Test(arguments: [[], [OperationCode.sendObjectPropList]] as [Set<OperationCode>])
  func theDateIsTold(_ without: Set<OperationCode>) async throws {
    let player = Player(operations: Self.implemented.subtracting(without))
    for (modified, date) in [
      (0, "19700101T000000Z"), (1_195_000_000, "20071114T002640Z"),
      (253_402_300_799, "99991231T235959Z"), (253_402_300_800, nil), (Int64.max, nil),
      (-62_167_219_201, nil), (Int64.min, nil),
    ] as [(Int64, String?)] {
      let stream = ClearStream(MemorySource([1]))
      stream.properties = TrackProperties()
      stream.properties?.title = "Title"
      stream.properties?.modified = modified
      let transport = try await player.connect()
      try await transport.put(stream, named: "\(modified)", replacing: true, progress: nil)
      let object = try #require(player.responder.objects.first { $0.name == "\(modified)" })
      #expect(object.properties[.dateModified]?.text == date, "\(modified)")
      await transport.close()
    }
  }

  @Test func whatIsHiddenIsNotTold() async throws {
    let player = Player { $0.protection.metadata = .hidden }
    #expect(try await send(to: player) == [:])
  }

  @Test func longTextsAreCutBetweenCharacters() {
    var properties = TrackProperties()
    properties.title = String(repeating: "x", count: 253) + "😀😀"
    properties.artist = "a\0b"
    properties.duration = .seconds(Int64.max)
    let values = properties.entries(for: .none).map(\.value)
    #expect(
      values == [.string(String(repeating: "x", count: 253)), .string("a"), .uint32(.max)])
  }

  @Test func tagLibReadsThem() throws {
    let folder = TemporaryFolder()
    func frame(_ id: String, _ text: String) -> [UInt8] {
      Array(id.utf8) + [0, 0, 0, UInt8(text.utf8.count + 1), 0, 0, 3] + Array(text.utf8)
    }
    let frames =
      frame("TIT2", "Tïtle") + frame("TPE1", "Artist") + frame("TALB", "Album")
      + frame("TCON", "Genre") + frame("TRCK", "7/9") + frame("TDRC", "1987-06-05")
    let tag = Array("ID3".utf8) + [4, 0, 0, 0, 0, 0, UInt8(frames.count)] + frames
    let song = try #require(TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3"))
    TestFile.write(tag + song.drop { $0 != 0xFF }, to: folder("a.mp3"))
    let found = try #require(TrackProperties(path: folder("a.mp3")))
    var expected = Self.properties
    expected.year = 1987
    expected.duration = found.duration
    expected.modified = found.modified
    let modified = try #require(found.modified)
    #expect(abs(modified - Int64(time(nil))) < 3600)
    #expect(found == expected)
    #expect(try #require(found.duration) > .seconds(5))

    TestFile.write(TestFile.content(5000), to: folder("noise.mp3"))
    _ = TrackProperties(path: folder("noise.mp3"))
    mkfifo(folder("pipe.mp3"), 0o600)
    for name in ["pipe.mp3", "absent.mp3", "notes.txt"] {
      TestFile.write(Array("x".utf8), to: folder("notes.txt"))
      #expect(TrackProperties(path: folder(name)) == nil)
    }
  }
}
