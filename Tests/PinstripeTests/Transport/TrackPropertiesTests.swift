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

  @Test func aPlayerIsToldInOneGo() async throws {
    let player = Player()
    #expect(try await send(to: player) == Self.values)
    #expect(player.responder.history.count { $0 == .setObjectPropList } == 1)
  }

  @Test func aPlayerWithoutListsIsToldOneByOne() async throws {
    let offered = MemoryResponder.implemented.filter { $0 != .setObjectPropList }
    #expect(try await send(to: Player(operations: Set(offered))) == Self.values)
    let player = Player()
    player.responder.refuse(.setObjectPropList, with: .generalError)
    #expect(try await send(to: player) == Self.values)
  }

  /// No track is worth less because a player wants to know nothing of it.
  @Test func aPlayerThatRefusesGetsTheTrack() async throws {
    let player = Player()
    player.responder.refuse(.setObjectPropList, with: .accessDenied)
    player.responder.refuse(.getObjectPropsSupported, with: .generalError)
    #expect(try await send(to: player) == [:])
    #expect(try await send(to: Player(quirks: [.noRename])) == [:])
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
