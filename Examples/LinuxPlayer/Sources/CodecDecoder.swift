import CCodec
import CSystem
import PinstripePlayer

/// What this program plays from.
typealias Track = TrackReader<FileStorage>

/// A codec unit at work on a track, which asks for content whenever it wants some.
struct CodecDecoder: FrameDecoder, ~Copyable {
  let format: PCMFormat
  /// Frames of the whole track; 0 when the unit does not know.
  let frameCount: UInt64
  private let memory: CodecMemory

  init(_ track: consuming Track, _ unit: UnsafePointer<codec_unit>) throws(PlayerError) {
    let memory = CodecMemory(track, unit)
    var format = codec_format()
    try memory.check(Int64(unit.pointee.open(memory.content, &format, &memory.decoder)))
    self.format = PCMFormat(rate: format.rate, channels: format.channels)
    frameCount = format.frames
    self.memory = memory
  }

  mutating func decode(into pcm: inout MutableSpan<UInt8>) throws(PlayerError) -> Int {
    let frameSize = Int(format.frameSize)
    guard frameSize > 0 else { return 0 }
    let count = pcm.withUnsafeMutableBytes { bytes in
      memory.unit.pointee.decode(
        memory.decoder, bytes.baseAddress?.assumingMemoryBound(to: Int16.self),
        bytes.count / frameSize)
    }
    try memory.check(count)
    guard count <= pcm.count / frameSize else { throw .codec(CODEC_E_DAMAGED) }
    return Int(count) * frameSize
  }

  mutating func seek(toFrame frame: UInt64) throws(PlayerError) {
    try memory.check(Int64(memory.unit.pointee.seek(memory.decoder, frame)))
  }
}

/// What a unit holds on to, at addresses that stay.
private final class CodecMemory {
  let unit: UnsafePointer<codec_unit>
  let content: UnsafeMutablePointer<codec_content>
  var decoder: UnsafeMutableRawPointer?
  private let source: UnsafeMutablePointer<CodecSource>

  init(_ track: consuming Track, _ unit: UnsafePointer<codec_unit>) {
    self.unit = unit
    let length = track.length
    source = .allocate(capacity: 1)
    source.initialize(to: CodecSource(track: track))
    content = .allocate(capacity: 1)
    content.initialize(to: codec_content(state: source, length: length, read: readTrack))
  }

  /// Throws what the source threw, or else what a status says.
  func check(_ status: Int64) throws(PlayerError) {
    if let failure = source.pointee.failure { throw failure }
    guard status >= 0 else { throw .codec(Int32(truncatingIfNeeded: status)) }
  }

  deinit {
    if let decoder { unit.pointee.close(decoder) }
    content.deallocate()
    source.deinitialize(count: 1)
    source.deallocate()
  }
}

private struct CodecSource: ~Copyable {
  var track: Track
  var failure: PlayerError?

  init(track: consuming Track) {
    self.track = track
  }
}

/// At most what is asked for, and less when the portion in memory ends: the unit asks again.
private func readTrack(
  state: UnsafeMutableRawPointer?, offset: UInt64, out: UnsafeMutablePointer<UInt8>?, length: Int
) -> Int64 {
  guard let state, let out else { return -1 }
  let source = state.assumingMemoryBound(to: CodecSource.self)
  var span = UnsafeMutableBufferPointer(start: out, count: length).mutableSpan
  do throws(PlayerError) {
    guard offset <= source.pointee.track.length else { return 0 }
    try source.pointee.track.seek(to: offset)
    return Int64(try source.pointee.track.read(into: &span))
  } catch {
    source.pointee.failure = error
    return -1
  }
}
