import PinstripeFrames
import TestTools
import Testing

/// What has no frames, and what is not known.
struct FormatTests {
  @Test func pcmIsOneFullRun() throws {
    let contents: [(String, ContentFormat)] = [
      ("RIFF....WAVEfmt ", .wav), ("RF64....WAVEds64", .wav), ("BW64....WAVEds64", .wav),
      ("riff....................wave", .wav), ("FORM....AIFFCOMM", .aiff),
      ("FORM....AIFCFVER", .aiff),
    ]
    for (text, format) in contents {
      let runs = try Runs(Array(text.utf8) + [UInt8](repeating: 0xFF, count: 9000))
      #expect(runs.format == format, "\(text)")
      #expect(list(runs.starts) == ["F 0"], "\(text)")
      #expect(runs.notice == "PCM has no frames, so all of it is encrypted.")
    }
  }

  @Test func unknownIsOneFullRun() throws {
    var random = Random(seed: 3)
    let contents: [[UInt8]] = [
      Array("ADIF and the rest".utf8), Array("RIFF....AVI LIST".utf8), Array("MThd".utf8), [0],
      [0xFF, 0xFB], random.bytes(20000), [UInt8](repeating: 0xFF, count: 20000),
    ]
    for content in contents {
      let runs = try Runs(content)
      #expect(runs.format == .unknown, "\(content.prefix(8))")
      #expect(list(runs.starts) == ["F 0"], "\(content.prefix(8))")
      #expect(runs.notice == "The content is of no known format, so its frames cannot be told.")
    }
  }

  @Test func nothingHasNoRun() throws {
    #expect(try Runs([]).starts.isEmpty)
  }

  @Test func whatTheSourceThrowsComesThrough() {
    struct Broken: Error {}
    let tag = Tags.id3v2(9000).prefix(4096)
    #expect(throws: Broken.self) {
      try Array(tag).withUnsafeBytes { bytes throws in
        _ = try FrameFinder(start: bytes, length: 9010) { _, _ in throw Broken() }
      }
    }
  }
}
