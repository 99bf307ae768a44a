import PinstripeFrames
import TestTools
import Testing

/// MPEG audio against frames built from the standard's tables.
struct MPEGTests {
  @Test func everyHeader() throws {
    var headers = 0
    for version in MPEGFrame.versions {
      for layer in 1...3 {
        for bitRate in 1...14 {
          for sampleRate in 0...2 {
            var frame = MPEGFrame(
              version: version, layer: layer, bitRate: bitRate, sampleRate: sampleRate)
            var built = Built()
            for (isPadded, hasCRC) in [(false, false), (true, true), (true, false), (false, true)] {
              frame.isPadded = isPadded
              frame.hasCRC = hasCRC
              built.mpeg(frame)
            }
            built.full(Tags.id3v1())
            let runs = try Runs(built.bytes)
            #expect(
              list(runs.starts) == built.starts,
              "MPEG \(version), layer \(layer), bit rate \(bitRate), sample rate \(sampleRate)")
            #expect(runs.format == .mp3)
            #expect(runs.notice == nil)
            headers += 1
          }
        }
      }
    }
    #expect(headers == 378)
  }

  /// Lengths that the standard and its readers state: 417/418 bytes for 128 kbit/s at 44.1 kHz.
  @Test func knownLengths() {
    #expect(MPEGFrame().length == 417)
    #expect(MPEGFrame(bitRate: 14, sampleRate: 2).length == 1440)
    #expect(MPEGFrame(layer: 1, bitRate: 14, sampleRate: 2).length == 672)
    #expect(MPEGFrame(layer: 2, bitRate: 14, sampleRate: 1).length == 1152)
    #expect(MPEGFrame(version: 20, bitRate: 8, sampleRate: 0).length == 208)
  }

  /// MP3's side information, behind header and checksum, lies in the run's head as a whole.
  @Test func headCoversTheSideInformation() throws {
    for (hasCRC, start) in [(false, 4), (true, 6)] {
      var built = Built()
      built.mpeg(MPEGFrame(hasCRC: hasCRC), count: 2)
      #expect(
        try list(Runs(built.bytes).starts)
          == ["F 0", "S \(start)", "F 417", "S \(417 + start)"])
    }
  }

  @Test func freeFormat() throws {
    for version in MPEGFrame.versions {
      for layer in 1...3 {
        for length in [24, 28, 33 * 4, 1040, 2044, 2100, 4000] {
          var frame = MPEGFrame(
            version: version, layer: layer, bitRate: 0, sampleRate: 1, freeLength: length)
          var built = Built()
          built.mpeg(frame, count: 2)
          frame.isPadded = true
          built.mpeg(frame, count: 2)
          frame.isPadded = false
          built.mpeg(frame, count: 3)
          built.full(Tags.ape(50))
          let runs = try Runs(built.bytes)
          #expect(
            list(runs.starts) == built.starts, "MPEG \(version), layer \(layer), \(length) bytes")
        }
      }
    }
  }

  @Test func variableBitRate() throws {
    var built = Built()
    for bitRate in [5, 9, 1, 14, 9, 10, 2, 14] {
      built.mpeg(MPEGFrame(bitRate: bitRate, isPadded: bitRate % 2 == 0))
    }
    #expect(try list(Runs(built.bytes).starts) == built.starts)
  }

  @Test func aSingleFrame() throws {
    var built = Built()
    built.mpeg(MPEGFrame())
    #expect(try list(Runs(built.bytes).starts) == ["F 0", "S 4"])
    // Nothing confirms one whose end is missing.
    let cut = try Runs(Array(built.bytes.dropLast()))
    #expect(list(cut.starts) == ["F 0"])
    #expect(cut.format == .unknown)
    #expect(cut.notice != nil)
  }

  @Test func aLastFrameCutOff() throws {
    var built = Built()
    built.mpeg(MPEGFrame(), count: 3)
    // Of the last one, its header alone is left when 413 bytes are missing.
    for missing in 1...413 {
      let runs = try Runs(Array(built.bytes.dropLast(missing)))
      let left = missing < 413 ? ["S 838"] : []
      #expect(
        list(runs.starts) == ["F 0", "S 4", "F 417", "S 421", "F 834"] + left,
        "\(missing) bytes missing")
    }
  }

  @Test func tagsBeforeAndBehind() throws {
    let front: [(String, [UInt8])] = [
      ("none", []), ("ID3v2.3", Tags.id3v2(100, version: 3)),
      ("ID3v2.2", Tags.id3v2(1, version: 2)),
      ("footer", Tags.id3v2(300, flags: 0x10)), ("unsynchronised", Tags.id3v2(300, flags: 0x80)),
      ("two", Tags.id3v2(0) + Tags.id3v2(20000)), ("APE", Tags.ape(10)),
      ("both", Tags.id3v2(5000) + Tags.ape(5000)), ("Lyrics3", Tags.lyrics1(77)),
    ]
    let back: [(String, [UInt8])] = [
      ("none", []), ("ID3v1", Tags.id3v1()), ("enhanced", Tags.id3v1(enhanced: true)),
      ("APEv1", Tags.ape(90, version: 1000) + Tags.id3v1()), ("APEv2", Tags.ape(9000)),
      ("Lyrics3 v1", Tags.lyrics1(4000) + Tags.id3v1()),
      ("Lyrics3 v2", Tags.lyrics2(6000) + Tags.id3v1(enhanced: true)),
      ("all", Tags.ape(100) + Tags.lyrics2(100) + Tags.id3v1()),
      ("ID3v2.4", Tags.id3v2(64, flags: 0x10)),
    ]
    for (before, head) in front {
      for (behind, tail) in back {
        var built = Built()
        built.full(head)
        built.mpeg(MPEGFrame(), count: 4)
        built.full(tail)
        for isPipe in [false, true] {
          let runs = try Runs(built.bytes, isPipe: isPipe)
          #expect(list(runs.starts) == built.starts, "\(before), \(behind), pipe \(isPipe)")
          #expect(runs.format == .mp3, "\(before), \(behind), pipe \(isPipe)")
        }
      }
    }
  }

  @Test func junkBetweenFrames() throws {
    for junk in [1, 2, 3, 100, 416, 5000, 70000] {
      var built = Built()
      built.mpeg(MPEGFrame(), count: 3)
      // Nothing confirms the frame before junk, so it is encrypted in full.
      built.full(MPEGFrame().bytes(&built.random))
      built.full(built.random.quietBytes(junk))
      built.mpeg(MPEGFrame(bitRate: 5), count: 3)
      let runs = try Runs(built.bytes)
      #expect(list(runs.starts) == built.starts, "\(junk) bytes of junk")
      #expect(runs.notice == "\(417 + junk) bytes are no frames, and are encrypted in full.")
    }
  }

  /// A frame that lost bytes hides the start of the next one; that one must not lie in stripes.
  @Test func lostBytes() throws {
    for lost in [1, 16, 200, 412] {
      var built = Built()
      built.mpeg(MPEGFrame(), count: 2)
      built.full(Array(MPEGFrame().bytes(&built.random).dropLast(lost)))
      built.mpeg(MPEGFrame(), count: 3)
      #expect(try list(Runs(built.bytes).starts) == built.starts, "\(lost) bytes lost")
    }
  }

  @Test func anotherStreamBehind() throws {
    var built = Built()
    built.mpeg(MPEGFrame(), count: 2)
    built.full(MPEGFrame().bytes(&built.random))
    built.mpeg(MPEGFrame(version: 20, bitRate: 8), count: 3)
    #expect(try list(Runs(built.bytes).starts) == built.starts)
  }

  @Test func junkBeforeTheFirstFrame() throws {
    for junk in [1, 3, 500, 3000] {
      var built = Built()
      built.full(built.random.quietBytes(junk))
      built.mpeg(MPEGFrame(), count: 3)
      #expect(try list(Runs(built.bytes).starts) == built.starts, "\(junk) bytes of junk")
    }
  }

  @Test func randomBytesHaveNoFrames() throws {
    var random = Random(seed: 7)
    let tag = Tags.id3v2(10)
    let runs = try Runs(tag + random.bytes(1 << 20))
    #expect(list(runs.starts) == ["F 0"])
    #expect(runs.notice == "No frame was found, so all of it is encrypted.")
  }
}
