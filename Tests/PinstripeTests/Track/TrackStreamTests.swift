import Pinstripe
import PinstripeCore
import TestTools
import Testing

/// Tracks made on the fly.
struct TrackStreamTests {
  let bench: Bench

  init() throws { bench = try Bench() }

  /// Lengths that end anywhere in a buffer, in the tail too.
  @Test(arguments: [1, 7, 13, 100, 511, 512, 4096, 4112, 4113, 65_536])
  func anySizeOfReadsGivesATrack(_ reads: Int) throws {
    // Small reads of much content take long, and find nothing more.
    let sizes = reads < 100 ? [0, 1, 15, 16, 17, 700] : [0, 1, 16, 4000, 20_000, 65_536]
    for size in sizes {
      let content = TestFile.content(size)
      for length: UInt64?? in [.some(nil), nil] {
        let name = "reads of \(reads), \(size) bytes, length \(length == nil ? "known" : "unknown")"
        let track = try bench.stream(content, length: length, reads: reads)
        TestFile.write(track, to: bench.folder("t"))
        #expect(try bench.content(of: bench.folder("t")) == content, "\(name)")
      }
    }
  }

  @Test func everySizeOfTheFirstBuffer() throws {
    // The header area and 16 bytes are the least; the track's end comes into the first buffer.
    let content = TestFile.content(40)
    let whole = try bench.stream(content)
    for size in TrackStream.minimumBuffer...whole.count + 2 {
      let track = try bench.stream(content, reads: size)
      #expect(track.count == whole.count, "a buffer of \(size)")
    }
  }

  @Test func theLengthIsKnownBeforehand() throws {
    for size in [0, 1, 100_000] {
      let content = TestFile.content(size)
      let stream = try TrackStream(MemorySource(content), recipe: bench.recipe())
      let length = try #require(stream.length)
      #expect(try stream.bytes(reads: 5000).count == Int(length), "\(size)")
      #expect(stream.contentLength == UInt64(size))
      #expect(stream.encryptedLength == UInt64((size + 9) / 10))
    }
    let unknown = try TrackStream(MemorySource([1], length: nil), recipe: bench.recipe())
    #expect(unknown.length == nil)
  }

  @Test func aFirstBufferThatIsTooSmallIsRefused() throws {
    let stream = try TrackStream(MemorySource([1]), recipe: bench.recipe())
    var buffer = [UInt8](repeating: 0, count: TrackStream.minimumBuffer - 1)
    let error = failure { _ = try buffer.withUnsafeMutableBytes { try stream.read(into: $0) } }
    #expect(error?.code == .system)
  }

  @Test func sourcesThatGiveLittleAtATime() throws {
    for most in [1, 3, 4096] {
      var source = MemorySource(TestFile.content(10_000), length: nil)
      source.most = most
      let track = try TrackStream(source, recipe: bench.recipe()).bytes(reads: 4500)
      TestFile.write(track, to: bench.folder("t"))
      #expect(try bench.content(of: bench.folder("t")) == TestFile.content(10_000), "\(most)")
    }
  }

  @Test func aSourceThatShrinksIsRefused() throws {
    for size in [0, 10, 9999] {
      let error = failure {
        _ = try bench.stream(TestFile.content(size), length: .some(10_000), reads: 5000)
      }
      #expect(error?.code == .noInput, "\(size)")
    }
  }

  @Test func aSourceThatGrowsIsPackedAsLongAsItWas() throws {
    let track = try bench.stream(TestFile.content(20_000), length: .some(10_000), reads: 5000)
    TestFile.write(track, to: bench.folder("t"))
    #expect(try bench.content(of: bench.folder("t")) == TestFile.content(10_000))
  }

  @Test func theCodecIsToldByTheFirstContent() throws {
    let starts: [(bytes: [UInt8], codec: String)] = [
      (Array("ID3\u{4}\0\0\0\0\0\0".utf8), "mp3"), (Array("fLaC".utf8), "flac"),
      (Array("OggS".utf8), "ogg"), ([0, 0, 0, 32] + Array("ftypM4A ".utf8), "mp4"),
      (Array("RIFF....WAVE".utf8), "wav"), (Array("FORM....AIFF".utf8), "aiff"),
      (Array("FORM....AIFC".utf8), "aiff"), (Array("RIFF....AVI ".utf8), "data"), ([], "data"),
      ([0xFF], "data"), ([0xFF, 0xFB, 0x90], "data"), (Array("fLa".utf8), "data"),
    ]
    let recipe = TrackRecipe(pattern: nil, suite: .chacha20, recipients: [bench.key])
    for (bytes, codec) in starts {
      let packed = try bench.pack(bytes, recipe)
      #expect(try TrackFile.describe(path: packed).codec == codec, "\(bytes)")
      TestFile.write(
        try bench.stream(bytes, recipe, length: .some(nil)), to: bench.folder("t"))
      #expect(try TrackFile.describe(path: bench.folder("t")).codec == codec, "\(bytes)")
    }
  }
}
