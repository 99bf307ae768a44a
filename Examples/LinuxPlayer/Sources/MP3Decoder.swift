import CMPG123
import PinstripePlayer

/// What this program plays from.
typealias Track = TrackReader<FileStorage>

/// libmpg123, which asks for content through two callbacks whenever it wants some.
struct MP3Decoder: FrameDecoder, ~Copyable {
  let format: PCMFormat
  private let input: MP3Input

  init(_ track: consuming Track) throws(PlayerError) {
    let input = try MP3Input(track)
    var rate: UInt32 = 0
    var channels: UInt32 = 0
    try input.check(mp3_open(input.codec, input.feed))
    try input.check(mp3_format(input.codec, &rate, &channels))
    self.format = PCMFormat(rate: rate, channels: channels)
    self.input = input
  }

  mutating func decode(into pcm: inout MutableSpan<UInt8>) throws(PlayerError) -> Int {
    // The first call, and the first after a seek, may only say what the format is.
    for _ in 0..<4 {
      var count = 0
      let status = pcm.withUnsafeMutableBytes { bytes in
        mpg123_read(input.codec, bytes.baseAddress, bytes.count, &count)
      }
      if count > 0 { return count }
      if status == MPG123_DONE.rawValue { break }
      if status != MPG123_NEW_FORMAT.rawValue { try input.check(status) }
    }
    // A source that failed looks like an end to libmpg123.
    try input.check(MPG123_OK.rawValue)
    return 0
  }

  mutating func seek(toFrame frame: UInt64) throws(PlayerError) {
    let reached = mp3_seek_frame(input.codec, Int64(clamping: frame))
    try input.check(reached < 0 ? Int32(truncatingIfNeeded: reached) : MPG123_OK.rawValue)
  }
}

/// What libmpg123 holds on to, at addresses that stay.
private struct MP3Input: ~Copyable {
  let codec: OpaquePointer
  let feed: UnsafeMutablePointer<mp3_feed>
  private let source: UnsafeMutablePointer<MP3Source>

  init(_ track: consuming Track) throws(PlayerError) {
    var reason: Int32 = 0
    guard let codec = mp3_new(&reason) else { throw .codec(reason) }
    self.codec = codec
    source = .allocate(capacity: 1)
    source.initialize(to: MP3Source(track: track))
    feed = .allocate(capacity: 1)
    feed.initialize(to: mp3_feed(source: source, read: readTrack, seek: seekTrack))
  }

  /// Throws what the source threw, or else what a status says.
  func check(_ status: Int32) throws(PlayerError) {
    if let failure = source.pointee.failure { throw failure }
    guard status == MPG123_OK.rawValue else {
      throw .codec(status == MPG123_ERR.rawValue ? mpg123_errcode(codec) : status)
    }
  }

  deinit {
    mpg123_delete(codec)
    feed.deallocate()
    source.deinitialize(count: 1)
    source.deallocate()
  }
}

private struct MP3Source: ~Copyable {
  var track: Track
  var failure: PlayerError?

  init(track: consuming Track) {
    self.track = track
  }
}

/// At most what is asked for, and less when the portion in memory ends: libmpg123 asks again.
private func readTrack(
  source: UnsafeMutableRawPointer?, out: UnsafeMutableRawPointer?, length: Int
) -> Int64 {
  guard let source, let out else { return -1 }
  let input = source.assumingMemoryBound(to: MP3Source.self)
  var span = UnsafeMutableBufferPointer(
    start: out.assumingMemoryBound(to: UInt8.self), count: length
  ).mutableSpan
  do throws(PlayerError) {
    return Int64(try input.pointee.track.read(into: &span))
  } catch {
    input.pointee.failure = error
    return -1
  }
}

private func seekTrack(source: UnsafeMutableRawPointer?, offset: Int64, whence: Int32) -> Int64 {
  guard let source else { return -1 }
  let input = source.assumingMemoryBound(to: MP3Source.self)
  let origin: UInt64
  switch whence {
  case SEEK_SET: origin = 0
  case SEEK_CUR: origin = input.pointee.track.position
  default: origin = input.pointee.track.length
  }
  // A target before the start wraps to one far beyond the end. Either is the caller's question, not
  // a failure of the source.
  let target = origin &+ UInt64(bitPattern: offset)
  do throws(PlayerError) {
    try input.pointee.track.seek(to: target)
    return Int64(bitPattern: target)
  } catch {
    return -1
  }
}
