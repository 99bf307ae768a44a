import PinstripeFrames
import Testing

/// FLAC against frames built from RFC 9639.
struct FLACTests {
  @Test func everyHeader() throws {
    var built = Built()
    built.full(FLACFrame.head())
    for isVariable in [false, true] {
      for blockSizeCode in 1...15 {
        for sampleRateCode in 0...14 {
          for channelCode in 0...10 {
            for sampleSizeCode in [0, 1, 2, 4, 5, 6, 7] {
              built.flac(
                FLACFrame(
                  isVariable: isVariable, blockSizeCode: blockSizeCode,
                  sampleRateCode: sampleRateCode, channelCode: channelCode,
                  sampleSizeCode: sampleSizeCode, number: UInt64(built.starts.count), length: 20))
            }
          }
        }
      }
    }
    let runs = try Runs(built.bytes)
    #expect(runs.striped.count == 2 * 15 * 15 * 11 * 7)
    #expect(list(runs.starts) == built.starts)
    #expect(runs.format == .flac)
    #expect(runs.notice == nil)
  }

  @Test func everyLengthOfNumber() throws {
    var built = Built()
    built.full(FLACFrame.head())
    for bit in 0..<36 { built.flac(FLACFrame(isVariable: true, number: 1 << UInt64(bit))) }
    #expect(try list(Runs(built.bytes).starts) == built.starts)
  }

  @Test func reservedFieldsAreNoHeader() throws {
    let frames = [
      FLACFrame(blockSizeCode: 0), FLACFrame(sampleRateCode: 15), FLACFrame(channelCode: 11),
      FLACFrame(sampleSizeCode: 3), FLACFrame(isDamaged: true),
    ]
    for frame in frames {
      var built = Built()
      built.full(FLACFrame.head())
      built.full(frame.bytes(&built.random))
      let runs = try Runs(built.bytes)
      #expect(list(runs.starts) == ["F 0"], "\(frame)")
      #expect(runs.notice == "No frame was found, so all of it is encrypted.")
    }
  }

  @Test func metadataIsFull() throws {
    var built = Built()
    built.full(Tags.id3v2(10) + FLACFrame.head(blocks: [4, 0, 70000, 1 << 20]))
    for number in 0..<UInt64(5) { built.flac(FLACFrame(number: number, length: 9000)) }
    built.full(Tags.id3v1())
    #expect(try list(Runs(built.bytes).starts) == built.starts)
    #expect(try Runs(built.bytes, isPipe: true).format == .flac)
  }

  /// What follows where no frame can last so long is encrypted in full.
  @Test func nothingLongerThanAFrame() throws {
    for longest in [0, 700] {
      var built = Built()
      built.full(FLACFrame.head(longest: longest))
      // 192 samples of 2 × 16 bits are less than 1 KB.
      built.flac(FLACFrame(blockSizeCode: 1))
      built.bytes += built.random.quietBytes(5000)
      let runs = try Runs(built.bytes)
      #expect(runs.starts.count == 3)
      let last = try #require(runs.starts.last)
      #expect(last.kind == .full)
      #expect(last.offset - runs.starts[1].offset < 900)
      if longest > 0 { #expect(last.offset - runs.starts[1].offset == 700) }
    }
  }

  @Test func blockWithoutEnd() throws {
    let runs = try Runs(Array("fLaC".utf8) + [6, 0xFF, 0xFF, 0xFF] + [1, 2, 3])
    #expect(list(runs.starts) == ["F 0"])
  }
}
