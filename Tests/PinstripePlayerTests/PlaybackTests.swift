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

  init(_ source: consuming Source) {
    self.source = source
  }

  mutating func decode(into pcm: inout MutableSpan<UInt8>) throws(PlayerError) -> Int {
    let position = source.position
    guard position < failingFrom else { throw .codec(9) }
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
    format: PCMFormat? = nil, codecFailsFrom: UInt64 = .max, output: consuming RecordingOutput,
    startSecond: UInt32? = nil
  ) -> String {
    var provider = StubTrack.provider()
    var output: RecordingOutput? = output
    return withUnsafePointer(to: &provider) { table in
      describe { () throws(PlayerError) in
        guard let output = output.take() else { return }
        let reader = try TrackReader(
          MemoryStorage(StubTrack.file(content)), provider: table,
          recipients: [StubTrack.recipient].span)
        var codec = EchoCodec(reader)
        codec.failingFrom = codecFailsFrom
        if let format { codec.format = format }
        var playback = try Playback(codec: codec, output: output)
        if let startSecond { try playback.seek(toSecond: startSecond) }
        while try playback.step() {}
        #expect(playback.position == max(UInt64(startSecond ?? 0) * 100, 10_000))
        try playback.finish()
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

  @Test func theCodecsErrorIsPassedOn() {
    let pcm = Record<UInt8>()
    let calls = Record<String>()
    #expect(play(codecFailsFrom: 800, output: RecordingOutput(pcm, calls)) == "codec(9)")
    #expect(pcm.entries == Array(content.prefix(800)))
    #expect(calls.entries == ["begin 100 2"])
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
