import TestTools
import Testing

@testable import PinstripeCore

/// What is encoded decodes to the same, with ordinary values and with every field at its maximum.
struct MainHeaderTests {
  @Test func encodesAndDecodesHeaders() throws {
    var random = Random(seed: 5)
    for hasTrailer in [false, true] {
      for isLargest in [false, true] {
        var header = MainHeader(
          suite: isLargest ? .aes128CTR : .chacha20,
          pattern: try StripePattern(every: isLargest ? 65535 : 10, phase: isLargest ? 65534 : 0),
          codec: CodecTag("flac"), trackID: InlineArray(random.bytes(16)),
          nonce: InlineArray(random.bytes(32)))
        header.slotCount = isLargest ? 16 : 1
        header.hasTrailer = hasTrailer
        header.minorVersion = isLargest ? .max : 0
        if !hasTrailer {
          header.contentLength = isLargest ? 1 << 38 * 65535 : 1234
          header.sectionCount = isLargest ? 12 : 0
        }
        var area = [UInt8](repeating: 0, count: 128)
        var span = area.mutableSpan
        header.encode(into: &span)
        let again = try MainHeader(decoding: area.span)
        #expect(again.suite == header.suite && again.codec.code == header.codec.code)
        #expect(again.pattern.encoded.array == header.pattern.encoded.array)
        #expect(again.slotCount == header.slotCount && again.sectionCount == header.sectionCount)
        #expect(again.hasTrailer == hasTrailer && again.minorVersion == header.minorVersion)
        #expect(again.contentLength == header.contentLength)
        #expect(again.trackID.array == header.trackID.array)
        #expect(again.nonce.array == header.nonce.array)
        let cut = Array(area.dropLast())
        let status = Statuses.of { () throws(TrackError) in
          _ = try MainHeader(decoding: cut.span)
        }
        #expect(status == "TRUNCATED")
      }
    }
  }

  @Test func namesCodecs() throws {
    #expect(CodecTag("mp3").text == "mp3 ")
    #expect(CodecTag("").text == "    ")
    #expect(CodecTag("longer").text == "long")
    #expect(CodecTag("é").text == "??  ")
    #expect(try CodecTag(code: CodecTag("~ ~ ").code).text == "~ ~ ")
  }

  @Test func encodesAndDecodesSlots() throws {
    var random = Random(seed: 6)
    for (index, generation) in [(0, UInt32(1)), (15, .max)] {
      let slot = KeySlot(
        recipient: 3, generation: generation, keyID: InlineArray(random.bytes(8)),
        wrap: InlineArray(random.bytes(40)))
      var area = [UInt8](repeating: 0, count: 4096)
      var span = area.mutableSpan
      slot.encode(into: &span, index: index)
      let again = try KeySlot(decoding: area.span, index: index)
      #expect(again.recipient == 3 && again.generation == generation)
      #expect(again.keyID.array == slot.keyID.array && again.wrap.array == slot.wrap.array)
    }
    let area = [UInt8](repeating: 1, count: 4096)
    for (index, count) in [(-1, 4096), (16, 4096), (.max, 4096), (0, 4095), (0, 0)] {
      let status = Statuses.of { () throws(TrackError) in
        _ = try KeySlot(decoding: area.span.extracting(first: count), index: index)
      }
      #expect(status == "MALFORMED", "slot \(index) of \(count) bytes")
    }
  }

  @Test func encodesAndDecodesEntriesAndTrailers() throws {
    var random = Random(seed: 8)
    let entry = SectionEntry(
      type: SectionType(number: .max), isCritical: true, offset: .max, length: 1 << 56,
      tag: InlineArray(random.bytes(32)))
    var area = [UInt8](repeating: 0, count: 1024)
    var span = area.mutableSpan
    entry.encode(into: &span, at: 64)
    Trailer(contentLength: 1 << 56, sectionCount: 1).encode(into: &span)
    let again = try SectionEntry(decoding: area.span, at: 64)
    #expect(again.type.number == .max && again.isCritical && again.offset == .max)
    #expect(again.length == 1 << 56 && again.tag.array == entry.tag.array)
    let trailer = try Trailer(decoding: area.span)
    #expect(trailer.contentLength == 1 << 56 && trailer.sectionCount == 1)
    for offset in [-1, 961, 1024, .max, .min] {
      let status = Statuses.of { () throws(TrackError) in
        _ = try SectionEntry(decoding: area.span, at: offset)
      }
      #expect(status == "MALFORMED", "entry at \(offset)")
    }
  }

  /// Writing past the end does nothing.
  @Test func storesInside() {
    for count in 0..<20 {
      var bytes = [UInt8](repeating: 0xEE, count: 20)
      let three: [UInt8] = [1, 2, 3]
      var span = bytes.mutableSpan
      var part = span._mutatingExtracting(first: count)
      part.storeLittleEndian(UInt64.max, at: count - 4)
      part.store(three.span, at: count - 2)
      part.storeByte(1, at: -1)
      #expect(bytes[count...].allSatisfy { $0 == 0xEE }, "\(count)")
    }
  }
}
