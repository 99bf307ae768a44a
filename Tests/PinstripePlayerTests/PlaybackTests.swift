import CPinstripe
import PinstripeCore
import Testing

@testable import PinstripePlayer

/// A codec whose content is its sound.
///
/// Before each portion it looks back at the track's first byte, as codecs do that keep their tables
/// there.
struct EchoCodec<Source: ContentSource & ~Copyable>: FrameDecoder, ~Copyable {
  var source: Source
  var format = PCMFormat(rate: 100, channels: 2)
  var failingFrom = UInt64.max
  /// Where it can decode again.
  var failingTo = UInt64.max

  init(_ source: consuming Source) {
    self.source = source
  }

  mutating func decode(into pcm: inout MutableSpan<UInt8>) throws(PlayerError) -> Int {
    let position = source.position
    guard position < failingFrom || position >= failingTo else { throw .codec(9) }
    try source.seek(to: 0)
    _ = try source.bytes(1)
    try source.seek(to: position)
    let bytes = try source.bytes(min(pcm.count, 400))
    for index in bytes.indices { pcm[index] = bytes[index] }
    return bytes.count
  }

  mutating func seek(toFrame frame: UInt64) throws(PlayerError) {
    try source.seek(to: min(frame * 4, source.length))
  }
}

struct RecordingOutput: PCMOutput, ~Copyable {
  let pcm: Record<UInt8>
  let calls: Record<String>
  var room = Int.max

  init(_ pcm: Record<UInt8>, _ calls: Record<String> = Record()) {
    self.pcm = pcm
    self.calls = calls
  }

  mutating func begin(_ format: PCMFormat) throws(PlayerError) {
    calls.entries.append("begin \(format.rate) \(format.channels)")
  }

  mutating func write(_ piece: Span<UInt8>) throws(PlayerError) {
    guard piece.count <= room else { throw .output(28) }
    room -= piece.count
    for index in piece.indices { pcm.entries.append(piece[index]) }
  }

  mutating func finish() throws(PlayerError) {
    calls.entries.append("finish")
  }
}

@Suite struct PlaybackTests {
  let content = StubTrack.content(40_000)

  /// Plays `content` with the stub's keys, and says how that ended.
  func play(
    format: PCMFormat? = nil, failing: Range<UInt64>? = nil, output: consuming RecordingOutput,
    startSecond: UInt32? = nil, volumes: [Int32] = []
  ) -> String {
    var provider = StubTrack.provider()
    var output: RecordingOutput? = output
    return withUnsafePointer(to: &provider) { table in
      describe { () throws(PlayerError) in
        guard var output = output.take() else { return }
        let reader = try TrackReader(
          MemoryStorage(StubTrack.file(content)), provider: table,
          recipients: [StubTrack.recipient].span)
        var codec = EchoCodec(reader)
        if let failing {
          codec.failingFrom = failing.lowerBound
          codec.failingTo = failing.upperBound
        }
        if let format { codec.format = format }
        var playback = try Playback(codec: codec)
        try output.begin(playback.format)
        if let startSecond {
          try playback.seek(toFrame: UInt64(startSecond) * UInt64(playback.format.rate))
        }
        var volumes = volumes[...]
        repeat {
          playback.volume = volumes.popFirst() ?? playback.volume
        } while try playback.step(into: &output)
        #expect(playback.position == max(UInt64(startSecond ?? 0) * 100, 10_000))
        #expect(playback.gaps == (failing == nil ? 0 : 1))
        try output.finish()
      }
    }
  }

  @Test func aTrackIsPlayedToItsEnd() {
    let pcm = Record<UInt8>()
    let calls = Record<String>()
    #expect(play(output: RecordingOutput(pcm, calls)) == "none")
    #expect(pcm.entries == content)
    #expect(calls.entries == ["begin 100 2", "finish"])
  }

  @Test(arguments: [0, 1, 50, 99, 100, 4000] as [UInt32])
  func playingStartsAnywhere(second: UInt32) {
    let pcm = Record<UInt8>()
    #expect(play(output: RecordingOutput(pcm), startSecond: second) == "none")
    #expect(pcm.entries == Array(content.dropFirst(Int(second) * 400)))
  }

  /// What the codec gives in one go is 400 bytes, 100 frames: that much is faded.
  @Test func aPlaceThatCannotBeDecodedIsSilentBetweenFades() {
    let pcm = Record<UInt8>()
    #expect(play(failing: 800..<1200, output: RecordingOutput(pcm)) == "none")
    // The codec is asked again every twentieth of a second, 6 frames: 408 bytes are lost, and silent.
    #expect(pcm.entries.count == content.count)
    #expect(pcm.entries[..<400] == content[..<400])
    #expect(samples(pcm.entries[400..<800]) == faded(samples(content[400..<800]), 65536, 0))
    #expect(pcm.entries[800..<1208].allSatisfy { $0 == 0 })
    #expect(samples(pcm.entries[1208..<1608]) == faded(samples(content[1208..<1608]), 0, 65536))
    #expect(pcm.entries[1608...] == content[1608...])
  }

  @Test func aCodecThatFindsNothingAnyMoreIsGivenUp() {
    let pcm = Record<UInt8>()
    let calls = Record<String>()
    #expect(
      play(failing: 800..<UInt64.max, output: RecordingOutput(pcm, calls)) == "codec(9)")
    #expect(pcm.entries.count == 800)
    #expect(pcm.entries[..<400] == content[..<400])
    #expect(samples(pcm.entries[400...]) == faded(samples(content[400..<800]), 65536, 0))
    #expect(calls.entries == ["begin 100 2"])
  }

  @Test func aVolumeIsReachedEvenly() {
    let pcm = Record<UInt8>()
    #expect(play(output: RecordingOutput(pcm), volumes: [Ramp.unity, Ramp.unity / 2]) == "none")
    #expect(pcm.entries[..<400] == content[..<400])
    #expect(samples(pcm.entries[400..<800]) == faded(samples(content[400..<800]), 65536, 32768))
    #expect(samples(pcm.entries[800...]) == samples(content[800...]).map { $0 >> 1 })
  }

  private func samples(_ bytes: ArraySlice<UInt8>) -> [Int16] {
    stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
      Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)
    }
  }

  /// A hundred frames of two samples, times a factor in parts of 65536.
  private func faded(_ samples: [Int16], _ from: Int, _ to: Int) -> [Int16] {
    samples.enumerated().map { index, sample in
      Int16(truncatingIfNeeded: (Int(sample) * (from + (to - from) * (index / 2) / 100)) >> 16)
    }
  }

  @Test func theOutputsErrorIsPassedOn() {
    let pcm = Record<UInt8>()
    var output = RecordingOutput(pcm)
    output.room = 1_000
    #expect(play(output: output) == "output(28)")
    #expect(pcm.entries == Array(content.prefix(800)))
  }

  @Test func aFormatWithoutFramesIsRefused() {
    for (rate, channels) in [(0, 2), (44_100, 0), (44_100, 65)] as [(UInt32, UInt32)] {
      let calls = Record<String>()
      let format = PCMFormat(rate: rate, channels: channels)
      #expect(play(format: format, output: RecordingOutput(Record(), calls)) == "codec(0)")
      #expect(calls.entries.isEmpty, "\(rate) Hz, \(channels) channels")
    }
  }
}
