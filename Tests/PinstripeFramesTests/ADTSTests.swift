import PinstripeFrames
import TestTools
import Testing

/// ADTS against frames built from the standard.
struct ADTSTests {
  @Test func everyHeader() throws {
    for isMPEG2 in [false, true] {
      for hasCRC in [false, true] {
        for profile in 0...3 {
          for sampleRate in 0...12 {
            for channels in 0...7 {
              var frame = ADTSFrame(
                isMPEG2: isMPEG2, hasCRC: hasCRC, profile: profile, sampleRate: sampleRate,
                channels: channels)
              var built = Built()
              for length in [10, 32, 39, 40, 41, 42, 700, 300] {
                frame.length = length
                built.adts(frame)
              }
              let runs = try Runs(built.bytes)
              #expect(list(runs.starts) == built.starts, "\(frame)")
              #expect(runs.format == .adts, "\(frame)")
              #expect(runs.notice == nil, "\(frame)")
            }
          }
        }
      }
    }
  }

  @Test func severalRawBlocksAreFull() throws {
    var built = Built()
    built.adts(ADTSFrame(), count: 2)
    built.adts(ADTSFrame(blocks: 4, length: 900), count: 2)
    built.adts(ADTSFrame(), count: 2)
    #expect(try list(Runs(built.bytes).starts) == built.starts)
  }

  /// Such a frame's end is behind the lookahead: only the one before it confirms it.
  @Test func frameLongerThanTheLookahead() throws {
    var built = Built()
    built.adts(ADTSFrame(channels: 7), count: 2)
    built.adts(ADTSFrame(channels: 7, length: 4089))
    built.adts(ADTSFrame(channels: 7, length: 4090))
    built.adts(ADTSFrame(channels: 7, length: 8191), count: 3)
    #expect(try list(Runs(built.bytes).starts) == built.starts)
  }

  @Test func tagsAndJunk() throws {
    var built = Built()
    built.full(Tags.id3v2(6000))
    built.adts(ADTSFrame(), count: 3)
    built.full(ADTSFrame().bytes(&built.random) + built.random.quietBytes(9000))
    built.adts(ADTSFrame(), count: 2)
    built.full(Tags.id3v1())
    for isPipe in [false, true] {
      let runs = try Runs(built.bytes, isPipe: isPipe)
      #expect(list(runs.starts) == built.starts)
      #expect(runs.format == .adts)
      #expect(runs.notice == "9300 bytes are no frames, and are encrypted in full.")
    }
  }

  @Test func reservedFieldsAreNoHeader() throws {
    for frame in [ADTSFrame(sampleRate: 13), ADTSFrame(sampleRate: 15), ADTSFrame(length: 7)] {
      var random = Random(seed: 1)
      let frames = (0..<4).flatMap { _ in frame.bytes(&random) }
      #expect(try Runs(frames).format == .unknown, "\(frame)")
    }
  }
}
