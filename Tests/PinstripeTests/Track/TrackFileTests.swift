import Glibc
import Pinstripe
import PinstripeCore
import PinstripeKeys
import TestTools
import Testing

/// Tracks opened on the desktop, and those that are refused.
struct TrackFileTests {
  let bench: Bench
  let content = TestFile.content(50_000)

  init() throws { bench = try Bench() }

  private func refusal(of bytes: [UInt8], keys: [WrappingKey]? = nil) -> PinstripeError? {
    TestFile.write(bytes, to: bench.folder("bad.pst"))
    return failure { _ = try TrackFile(path: bench.folder("bad.pst"), keys: keys ?? [bench.key]) }
  }

  @Test func anyRangeDecryptsByItself() throws {
    for track in [try bench.pack(content), bench.folder("stream.pst")] {
      if TestFile.size(track) == nil {
        TestFile.write(try bench.stream(content), to: track)
      }
      let file = try TrackFile(path: track, keys: [bench.key])
      #expect(file.length == 50_000)
      for offset in [0, 1, 9, 10, 4095, 16_384, 49_999, 50_000, 60_000] {
        let rest = Array(content.dropFirst(offset))
        #expect(try file.bytes(from: UInt64(offset), reads: 777) == rest, "from \(offset)")
      }
      #expect(try file.bytes(from: .max, reads: 10) == [])
    }
  }

  @Test func anotherPlayersKeyIsSaidSo() throws {
    let track = try bench.pack(content)
    let other = try Bench().key
    let error = failure { _ = try TrackFile(path: track, keys: [other]) }
    #expect(error?.code == .wrongKey)
    #expect(error?.message.hasPrefix(track) == true)
    #expect(failure { _ = try TrackFile(path: track, keys: []) }?.code == .wrongKey)
  }

  @Test func amongManyKeysTheRightOneIsFound() throws {
    let track = try bench.pack(content)
    let others = try (0..<40).map { _ in try Bench().key }
    #expect(try bench.content(of: track, keys: others + [bench.key]) == content)
  }

  /// Every bit of the header area, and of a trailer's.
  @Test(arguments: [false, true])
  func everyFlippedBitIsRefused(_ hasTrailer: Bool) throws {
    let bytes =
      hasTrailer
      ? try bench.stream(content) : try #require(TestFile.read(bench.pack(content)))
    let trailer = hasTrailer ? bytes.count - 1024..<bytes.count : 0..<0
    let path = bench.folder("flipped.pst")
    TestFile.write(bytes, to: path)
    let file = open(path, O_RDWR)
    defer { close(file) }
    for offset in Array(0..<4096) + Array(trailer) {
      for bit in 0..<8 {
        var byte = bytes[offset] ^ (1 << bit)
        pwrite(file, &byte, 1, offset)
        let error = failure { _ = try TrackFile(path: path, keys: [bench.key]) }
        if offset == 10 || offset == 11 {
          // A later minor version would be read, but for the tag.
          #expect(error?.code == .badTrack, "byte \(offset) bit \(bit)")
        } else {
          #expect(
            error?.code == .badTrack || error?.code == .wrongKey, "byte \(offset) bit \(bit)")
        }
        #expect(error?.message.hasPrefix(path) == true, "byte \(offset) bit \(bit)")
      }
      var byte = bytes[offset]
      pwrite(file, &byte, 1, offset)
    }
    #expect(try bench.content(of: path) == content)
  }

  @Test(arguments: [false, true])
  func everyFlippedBitOfTheMetadataIsRefused(_ hasTrailer: Bool) throws {
    var bytes =
      hasTrailer
      ? try bench.stream(content) : try #require(TestFile.read(bench.pack(content)))
    let end = hasTrailer ? bytes.count - 1024 : bytes.count
    for offset in 54_096..<end {
      bytes[offset] ^= 0x10
      #expect(refusal(of: bytes)?.code == .badTrack, "byte \(offset)")
      bytes[offset] ^= 0x10
    }
  }

  @Test(arguments: [false, true])
  func anythingCutOffOrAddedIsRefused(_ hasTrailer: Bool) throws {
    let bytes =
      hasTrailer
      ? try bench.stream(content) : try #require(TestFile.read(bench.pack(content)))
    let cuts = [
      0, 1, 7, 8, 9, 127, 128, 191, 192, 4095, 4096, 4097, 5120, 30_000, 54_095, 54_096, 54_097,
      54_127, bytes.count - 1024, bytes.count - 1,
    ]
    for count in cuts {
      #expect(refusal(of: Array(bytes[..<count]))?.code == .badTrack, "cut to \(count)")
    }
    #expect(refusal(of: bytes + [0])?.code == .badTrack)
    #expect(refusal(of: bytes + bytes)?.code == .badTrack)
  }

  @Test func whatIsNoTrackIsSaidSo() throws {
    for bytes in [Array("ID3".utf8), TestFile.content(100), TestFile.content(10_000)] {
      let error = refusal(of: bytes)
      #expect(error?.message.contains("is not a Pinstripe track") == true, "\(bytes.count) bytes")
    }
    let track = try #require(TestFile.read(bench.pack(content)))
    #expect(refusal(of: Array(track[..<100]))?.message.contains("cut short") == true)
  }

  // Regression: a short file of another format was called a track that is cut short.
  @Test func aShortSongIsNotCalledACutTrack() {
    TestFile.write(Array("ID3\u{4}".utf8), to: bench.folder("song.mp3"))
    let error = failure { _ = try TrackFile.describe(path: bench.folder("song.mp3")) }
    #expect(error?.message.contains("is not a Pinstripe track") == true)
  }

  @Test func withoutAKeyTheHeaderIsDescribed() throws {
    let track = try bench.pack(content, bench.recipe(every: 7, phase: 3, .aes128CTR))
    let description = try TrackFile.describe(path: track)
    #expect(description.suite == "AES-128-CTR")
    #expect([description.stride, description.phase] == [7, 3])
    #expect(description.contentLength == 50_000)
    #expect(description.encryptedLength == 7143)
    #expect(description.codec == "data")
    #expect(description.trackID.count == 32)
    #expect(!description.hasTrailer)
    #expect(description.slots.map(\.keyID) == ["\(bench.key.id)"])
    #expect(description.slots.map(\.recipient) == ["device"])
    #expect(description.slots.map(\.generation) == [1])
    #expect(try TrackFile(path: track, keys: [bench.key]).description == description)

    TestFile.write(try bench.stream(content), to: track)
    let streamed = try TrackFile.describe(path: track)
    #expect(streamed.hasTrailer)
    #expect(streamed.contentLength == nil)
    #expect(streamed.encryptedLength == nil)
    #expect(try TrackFile(path: track, keys: [bench.key]).description.contentLength == 50_000)
  }

  @Test func examiningOpensOrDescribes() throws {
    let track = try bench.pack(content)
    let own = try TrackFile.examine(path: track, keys: [bench.key])
    #expect(own.track?.metadata.sourceName == "song.mp3")
    let others = try TrackFile.examine(path: track, keys: [Bench().key])
    #expect(others.track == nil)
    #expect(others.description == own.description)
    var bytes = try #require(TestFile.read(track))
    bytes[26] ^= 1
    TestFile.write(bytes, to: track)
    #expect(
      failure { _ = try TrackFile.examine(path: track, keys: [bench.key]) }?.code == .badTrack)
  }

  // Regression: a pipe was read twice, and then was no track.
  @Test func anothersTrackIsExaminedThroughAPipe() throws {
    let track = try bench.stream(TestFile.content(1000))
    let other = try Bench().key
    for key in [other, bench.key] {
      mkfifo(bench.folder("pipe"), 0o600)
      let writer = open(bench.folder("pipe"), O_RDWR)
      write(writer, track, track.count)
      let path = bench.folder("pipe")
      // The end of a pipe is where nobody has it open for writing.
      let closer = Thread {
        usleep(200_000); close(writer)
      }
      let (file, description) = try TrackFile.examine(path: path, keys: [key])
      closer.join()
      #expect((file != nil) == (key.id.description == bench.key.id.description))
      #expect(description.stride == 10)
      unlink(path)
    }
  }

  @Test func unreadableInputsAreSaidSo() {
    let cases: [(path: String, words: String)] = [
      (bench.folder("missing"), "check the name"), (bench.folder.path, "not a folder"),
      ("/dev/null/x", "check"), ("", "check the name"),
    ]
    for (path, words) in cases {
      let error = failure { _ = try TrackFile(path: path, keys: []) }
      #expect(error?.code == .noInput, "\(path)")
      #expect(error?.message.contains(words) == true, "\(path): \(error?.message ?? "")")
    }
  }

  @Test func tracksAreRecognised() throws {
    let track = try bench.pack(content)
    #expect(try TrackFile.isTrack(FileSource(path: track)))
    #expect(try !TrackFile.isTrack(MemorySource(content)))
    #expect(try !TrackFile.isTrack(MemorySource([])))
    #expect(try !TrackFile.isTrack(MemorySource(Array([0x89, 0x50, 0x53]))))
    // Of a pipe nothing may be read in advance.
    let bytes = try #require(TestFile.read(track))
    #expect(try !TrackFile.isTrack(MemorySource(bytes, length: nil)))
  }

  @Test func aTrackThatShrinksIsNoticed() throws {
    let track = try bench.pack(content)
    let file = try TrackFile(path: track, keys: [bench.key])
    truncate(track, 30_000)
    #expect(failure { _ = try Packing.verify(file) }?.code == .badTrack)
  }
}
