import Pinstripe
import PinstripeCore
import TestTools
import Testing

/// What a track says of its work.
struct TrackMetadataTests {
  private func field(_ number: UInt16, _ value: [UInt8], zero: UInt16 = 0) -> [UInt8] {
    [UInt8(number & 0xFF), UInt8(number >> 8), UInt8(zero & 0xFF), UInt8(zero >> 8)]
      + (0..<4).map { UInt8(truncatingIfNeeded: value.count >> (8 * $0)) } + value
  }

  private func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  @Test func everyFieldThereAndBack() throws {
    var metadata = TrackMetadata()
    #expect(try metadata.encoded() == [])
    metadata.title = "Tïtle"
    metadata.artist = ""
    metadata.album = "A\u{0}B"
    metadata.sourceName = "x.mp3"
    metadata.contentDigest = [UInt8](0..<32)
    metadata.others = [
      .init(number: 4, value: text("la la")), .init(number: 5, value: text("image/png") + [0, 1]),
      .init(number: 7, value: text("a\u{0}b")), .init(number: 7, value: [0]),
      .init(number: 999, value: [0xFF]),
    ]
    #expect(try TrackMetadata(decoding: metadata.encoded()) == metadata)
  }

  @Test func theFieldsAreLaidOutAsThePageSays() throws {
    var metadata = TrackMetadata()
    metadata.title = "ab"
    #expect(try metadata.encoded() == [1, 0, 0, 0, 2, 0, 0, 0, 0x61, 0x62])
  }

  @Test func hostileBytesAreRefused() {
    let digest = [UInt8](repeating: 1, count: 32)
    let cases: [(name: String, bytes: [UInt8])] = [
      ("cut head", [1, 0, 0, 0, 0, 0, 0]),
      ("cut value", [1, 0, 0, 0, 2, 0, 0, 0, 0x61]),
      ("huge length", [1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x61]),
      ("zero field", field(1, [], zero: 1)), ("zero field, high", field(1, [], zero: 0x100)),
      ("two titles", field(1, []) + field(1, [])), ("two artists", field(2, []) + field(2, [])),
      ("two albums", field(3, []) + field(3, [])), ("two lyrics", field(4, []) + field(4, [])),
      ("two sources", field(16, []) + field(16, [])),
      ("two digests", field(17, digest) + field(17, digest)),
      ("short digest", field(17, Array(digest.dropLast()))),
      ("long digest", field(17, digest + [1])),
      ("trailing byte", field(1, text("a")) + [0]),
    ]
    for (name, bytes) in cases {
      #expect(TrackMetadata(decoding: bytes) == nil, "\(name)")
    }
  }

  /// Values are for people: what is wrong with one is no reason to refuse the others.
  @Test func valuesThatAreWrongAreShownOrSkipped() throws {
    let bytes =
      field(1, [0x41, 0xFF]) + field(4, [0xC3]) + field(6, [0x42, 0xC0]) + field(16, [0xC0])
      + field(5, text("image/png")) + field(7, text("name")) + field(7, [0x6E, 0, 0xFF])
      + field(5, text("image/png") + [0, 1, 2])
    let metadata = try #require(TrackMetadata(decoding: bytes))
    #expect(metadata.title == "A\u{FFFD}" && metadata.lyrics == "\u{FFFD}")
    #expect(metadata.links == ["B\u{FFFD}"] && metadata.sourceName == "\u{FFFD}")
    #expect(metadata.pictures == [.init(mediaType: "image/png", bytes: [1, 2])])
    #expect(metadata.freeFields.map(\.name) == ["n"])
    #expect(metadata.freeFields.map(\.value) == ["\u{FFFD}"])
  }

  @Test func fieldsThatOccurSeveralTimesComeBack() throws {
    var metadata = TrackMetadata()
    metadata.lyrics = "la\nla"
    metadata.links = ["http://a/", "http://b/"]
    metadata.pictures = [
      .init(mediaType: "image/png", bytes: [0, 1]), .init(mediaType: "", bytes: []),
    ]
    metadata.freeFields = [("mood", "slow"), ("mood", ""), ("", "x\0y")]
    metadata.others.append(.init(number: 300, value: [9]))
    let again = try #require(TrackMetadata(decoding: metadata.encoded()))
    #expect(again == metadata)
    #expect(again.lyrics == "la\nla" && again.links == ["http://a/", "http://b/"])
    #expect(again.pictures == metadata.pictures)
    #expect(again.freeFields.map(\.name) == ["mood", "mood", ""])
    #expect(again.freeFields.map(\.value) == ["slow", "", "x\0y"])
    metadata.lyrics = nil
    metadata.links = []
    #expect(metadata.lyrics == nil && metadata.others.map(\.number) == [5, 5, 7, 7, 7, 300])
  }

  @Test func unknownNumbersAndRepeatedLinksPass() throws {
    let bytes = field(6, text("a")) + field(6, text("b")) + field(0, []) + field(65_535, [1])
    let metadata = try #require(TrackMetadata(decoding: bytes))
    #expect(metadata.others.map(\.number) == [6, 6, 0, 65_535])
  }

  /// Values are for people, who get what can be read of them.
  @Test func unreadableValuesArePassedOver() throws {
    let bytes =
      field(1, [0x61, 0xFF]) + field(5, text("image/png")) + field(7, text("name"))
      + field(16, [0xC0]) + field(4, [0xC3]) + field(6, [0xED, 0xA0, 0x80]) + field(7, [0, 0xFF])
    let metadata = try #require(TrackMetadata(decoding: bytes))
    #expect(metadata.title == "a\u{FFFD}")
    #expect(metadata.sourceName == "\u{FFFD}")
    #expect(metadata.others.map(\.number) == [4, 6, 7])
    #expect(metadata.others.last?.value == [0, 0xFF])
  }

  /// What the independent program put into tracks, by the page alone.
  @Test func theVectorsAreJudgedAsThePageDoes() throws {
    let bench = try Bench()
    let vectors = try MetadataVectors.read()
    var judged = 0
    for vector in vectors.refusals {
      guard let expected = vector.metadataStatus, let bytes = vector.bytes else { continue }
      TestFile.write(bytes, to: bench.folder("track.pst"))
      let key = try vectors.key(of: vector)
      let error = failure {
        _ = try TrackFile(path: bench.folder("track.pst"), keys: [key])
      }
      let found = error.map { $0.underlying as? TrackError == .malformed ? "MALFORMED" : "\($0)" }
      #expect(expected.contains(found ?? "OK"), "\(vector.name)")
      judged += 1
    }
    #expect(judged > 20)
  }

  /// What parses says the same when it is written again.
  @Test func anyBytesParseOrAreRefused() throws {
    var generator = Repeatable(state: 7)
    var parsed = 0
    for round in 0..<20_000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...3, using: &generator) {
        let value = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
          UInt8.random(in: 0...255, using: &generator) & 0x7F
        }
        bytes += field(UInt16.random(in: 0...20, using: &generator), value)
      }
      if round % 3 == 0, !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      guard let metadata = TrackMetadata(decoding: bytes) else { continue }
      parsed += 1
      let again = try metadata.encoded()
      // A replacement character has three bytes.
      #expect(again.count <= 3 * bytes.count, "\(bytes)")
      #expect(TrackMetadata(decoding: again) == metadata, "\(bytes)")
    }
    #expect(parsed > 1000)
  }

  @Test func sixteenMebibytesAreTheLimit() throws {
    var metadata = TrackMetadata()
    let most = TrackMetadata.maximumSize - 8
    metadata.others = [.init(number: 100, value: [UInt8](repeating: 1, count: most))]
    #expect(try metadata.encoded().count == TrackMetadata.maximumSize)
    metadata.others[0].value.append(1)
    #expect(throws: PinstripeError(.usage, "")) { try metadata.encoded() }
  }

  @Test func aTrackTellsItsMetadata() throws {
    let bench = try Bench()
    var recipe = try bench.recipe()
    recipe.metadata.title = "Title"
    recipe.metadata.others = [.init(number: 300, value: [1, 2])]
    let track = try TrackFile(path: bench.pack([1, 2, 3], recipe), keys: [bench.key])
    #expect(track.metadata.title == "Title")
    #expect(track.metadata.sourceName == "song.mp3")
    #expect(track.metadata.contentDigest?.count == 32)
    #expect(track.metadata.others == [.init(number: 300, value: [1, 2])])
    #expect(track.name == "song.mp3")
    let bytes = try #require(TestFile.read(bench.folder("track.pst")))
    #expect(!String(decoding: bytes, as: UTF8.self).contains("song.mp3"), "it is encrypted")
  }
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Repeatable: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}
