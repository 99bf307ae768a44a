import CSystem
import PinstripePlayer

/// Sound on stdout: bare samples, or a WAV file.
///
/// All tracks must be of the first one's format.
struct StandardOutput: DeviceOutput, ~Copyable {
  private let isWAV: Bool
  private var format = PCMFormat(rate: 0, channels: 0)
  private var start: Int64 = -1
  private var written: UInt64 = 0

  private static var file: Int32 { 1 }

  init(isWAV: Bool) {
    self.isWAV = isWAV
  }

  mutating func begin(_ format: PCMFormat) throws(PlayerError) {
    if self.format.rate > 0 {
      guard format.rate == self.format.rate, format.channels == self.format.channels
      else { throw .output(EINVAL) }
      return
    }
    self.format = format
    guard isWAV else { return }
    start = system_position(Self.file)
    // A pipe cannot be gone back in: there the largest lengths stand for "until the end".
    try Self.write(header(dataSize: UInt32.max &- 44).span)
  }

  mutating func write(_ pcm: Span<UInt8>) throws(PlayerError) {
    try Self.write(pcm)
    written &+= UInt64(pcm.count)
  }

  mutating func finish() throws(PlayerError) {
    guard isWAV, start >= 0, written < UInt64(UInt32.max &- 44) else { return }
    let bytes = header(dataSize: UInt32(truncatingIfNeeded: written))
    let status = bytes.span.withUnsafeBufferPointer {
      system_write_at(Self.file, $0.baseAddress, $0.count, start)
    }
    guard status == 0 else { throw .output(system_error()) }
  }

  var pending: UInt32 { 0 }

  mutating func readiness() throws(PlayerError) -> Readiness {
    // A pipe that can be written to takes 4 KiB, a portion, without waiting (PIPE_BUF).
    var set = pollfd(fd: Self.file, events: Int16(POLLOUT), revents: 0)
    return system_poll(&set, 1, 0) > 0 ? .ready : .descriptor(Self.file)
  }

  mutating func pause() throws(PlayerError) -> UInt32 { 0 }

  mutating func resume() throws(PlayerError) {}

  mutating func discard() throws(PlayerError) {}

  /// Bytes as they are, for `--decrypt`.
  static func write(_ bytes: Span<UInt8>) throws(PlayerError) {
    let status = bytes.withUnsafeBufferPointer { system_write(file, $0.baseAddress, $0.count) }
    guard status == 0 else { throw .output(system_error()) }
  }

  /// The RIFF header, little-endian.
  ///
  ///     0 "RIFF"  4 size + 36  8 "WAVE"  12 "fmt "  16 size 16  20 format 1 (PCM)  22 channels
  ///     24 rate  28 bytes a second  32 bytes a frame  34 bits a sample  36 "data"  40 size
  private func header(dataSize: UInt32) -> InlineArray<44, UInt8> {
    var bytes = InlineArray<44, UInt8>(repeating: 0)
    func put(_ value: UInt32, _ count: Int, at offset: Int) {
      for index in 0..<count {
        bytes[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
      }
    }
    put(0x4646_4952, 4, at: 0)
    put(dataSize &+ 36, 4, at: 4)
    put(0x4556_4157, 4, at: 8)
    put(0x2074_6D66, 4, at: 12)
    put(16, 4, at: 16)
    put(1, 2, at: 20)
    put(format.channels, 2, at: 22)
    put(format.rate, 4, at: 24)
    put(format.rate &* format.frameSize, 4, at: 28)
    put(format.frameSize, 2, at: 32)
    put(16, 2, at: 34)
    put(0x6174_6164, 4, at: 36)
    put(dataSize, 4, at: 40)
    return bytes
  }
}
