import Pinstripe
import TestTools
import Testing

/// Looking into a source before it is packed.
struct PeekableSourceTests {
  /// Gives its bytes in order, whatever offset is asked for, as pipes do.
  private struct Pipe: MediaSource {
    let name = "pipe"
    let length: UInt64? = nil
    private var rest: ArraySlice<UInt8>
    private var most: Int

    init(_ bytes: [UInt8], most: Int) {
      rest = bytes[...]
      self.most = most
    }

    mutating func read(
      at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(PinstripeError) -> Int {
      let part = rest.prefix(min(buffer.count, most))
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }

  /// Reads on in order to the end.
  private func rest(of source: PeekableSource, from start: Int, reads: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: reads)
    while true {
      let count = try part.withUnsafeMutableBytes { buffer in
        try source.read(at: UInt64(start + bytes.count), into: buffer)
      }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
    }
  }

  @Test(arguments: [1, 1000, 65_536, 1 << 20])
  func whatWasLookedAtIsReadAgain(most: Int) throws {
    let content = TestFile.content(200_000)
    for (offset, count) in [(0, 12), (10, 70_000), (199_990, 100), (150_000, 1), (300_000, 5)] {
      let source = PeekableSource(Pipe(content, most: most))
      let end = min(offset + count, content.count)
      let expected = offset < end ? Array(content[offset..<end]) : []
      #expect(try source.peek(at: UInt64(offset), count: count) == expected)
      #expect(try source.peek(at: 0, count: 4) == Array(content[..<4]))
      #expect(try rest(of: source, from: 0, reads: 30_001) == content)
      #expect(try source.peek(at: 0, count: 4) == [], "what was read is gone")
    }
  }

  /// A tag may claim any length; no more is taken than came, and not more than the limit.
  @Test func noMoreIsHeldThanTheLimit() throws {
    let content = TestFile.content(PeekableSource.maximumHeld + 100_000)
    let source = PeekableSource(Pipe(content, most: 1 << 20))
    #expect(
      try source.peek(at: 10, count: .max).count == PeekableSource.maximumHeld - 10)
    #expect(try source.peek(at: UInt64(PeekableSource.maximumHeld), count: 1) == [])
    #expect(try source.peek(at: .max, count: 128) == [])
    #expect(try source.peek(at: 0, count: -1) == [])
    #expect(try rest(of: source, from: 0, reads: 1 << 20) == content)

    let short = PeekableSource(Pipe([1, 2, 3], most: 2))
    #expect(try short.peek(at: 0, count: .max) == [1, 2, 3])
  }

  @Test func aSourceWithALengthIsReadWhereItLies() throws {
    let content = TestFile.content(1000)
    let source = PeekableSource(MemorySource(content))
    #expect(try source.peek(at: 990, count: .max) == Array(content[990...]))
    #expect(try source.peek(at: 2000, count: 1) == [])
    #expect(try rest(of: source, from: 0, reads: 300) == content)
  }
}
