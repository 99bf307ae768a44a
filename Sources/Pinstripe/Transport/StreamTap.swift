import PinstripeProfile

/// Passes a stream on and remembers its first and last bytes, to be compared with what was stored.
final class StreamTap {
  let length: UInt64
  var kind: FileKind? { stream.kind }
  var properties: TrackProperties? { stream.properties }
  let stream: any ByteStream
  /// What comes once more.
  private var returned: ArraySlice<UInt8> = []
  private var offset: UInt64 = 0
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private static let sampleSize = 4096

  init(_ stream: any ByteStream, length: UInt64) {
    self.stream = stream
    self.length = length
  }

  /// The bytes remembered, with their offsets.
  var samples: [(offset: UInt64, bytes: [UInt8])] {
    [(0, head), (offset - UInt64(tail.count), tail)].filter { !$0.bytes.isEmpty }
  }

  /// Begins again; the stream is one that can.
  func begin(under header: [UInt8]?) throws(PinstripeError) {
    try (stream as? any ResumableStream)?.begin(under: header)
    offset = 0
    head = []
    tail = []
    returned = []
  }

  /// Takes back what was read last.
  func giveBack(_ bytes: [UInt8]) {
    returned = bytes[...]
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
    guard returned.isEmpty else {
      let part = returned.prefix(buffer.count)
      buffer.copyBytes(from: part)
      returned = returned.dropFirst(part.count)
      return part.count
    }
    let count = try stream.read(into: buffer)
    offset += UInt64(count)
    if head.count < Self.sampleSize {
      head += buffer[..<min(count, Self.sampleSize - head.count)]
    }
    // Only the end is worth copying, and it lies within the last two buffers.
    if offset + UInt64(Self.sampleSize) >= length {
      tail = Array((tail + buffer[..<count].suffix(Self.sampleSize)).suffix(Self.sampleSize))
    }
    return count
  }
}
