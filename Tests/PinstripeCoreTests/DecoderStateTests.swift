import CPinstripe
import Testing

@testable import PinstripeCore

/// What the contract states in numbers.
struct DecoderStateTests {
  @Test func fitsIntoTheContext() {
    #expect(MemoryLayout<DecoderState>.size <= Int(PINSTRIPE_DECODER_SIZE))
    #expect(MemoryLayout<DecoderState>.alignment <= 8)
    #expect(MemoryLayout<pinstripe_decoder>.size == 256)
    #expect(MemoryLayout<pinstripe_decoder>.alignment == 8)
    // Wiping overwrites it with zeros, so it must not own anything.
    #expect(_isPOD(DecoderState.self))
  }

  /// On 64-bit: the object and its callers agree on these.
  @Test(.enabled(if: MemoryLayout<Int>.size == 8)) func structsHaveTheirSizes() {
    #expect(MemoryLayout<pinstripe_provider>.size == 80)
    #expect(MemoryLayout<pinstripe_storage>.size == 32)
    #expect(MemoryLayout<pinstripe_recipient>.size == 24)
    #expect(MemoryLayout<pinstripe_keybox>.size == 64)
    #expect(MemoryLayout<pinstripe_info>.size == 80)
    #expect(MemoryLayout<pinstripe_keybox>.offset(of: \.epoch_salt) == 32)
    #expect(MemoryLayout<pinstripe_info>.offset(of: \.track_id) == 64)
    #expect(MemoryLayout<pinstripe_recipient>.offset(of: \.key) == 16)
  }

  @Test func constantsAreTheFormats() {
    #expect(TrackLayout.headerAreaSize == Int(PINSTRIPE_HEADER_AREA_SIZE))
    #expect(TrackLayout.trailerSize == Int(PINSTRIPE_TRAILER_SIZE))
    #expect(TrackLayout.headerAreaSize == Int(PINSTRIPE_WORK_SIZE_OPENING))
    #expect(TrackLayout.headerTag == TrackLayout.headerTagOffset..<TrackLayout.headerAreaSize)
  }

  /// Each error has a status of its own, and each status an error.
  @Test func statusesAreOneToOne() {
    let errors: [TrackError] = [
      .argument, .abi, .storage, .truncated, .notATrack, .version, .suite, .pattern, .malformed,
      .criticalSection, .noSlot, .unwrap, .tag, .provider, .range, .keybox, .workSize,
      .clearRefused, .testKeybox, .tooLarge,
    ]
    #expect(errors.map(\.status) == (1...20).map { -Int32($0) })
    #expect(Statuses.all.map(\.number) == (0...20).map { -Int32($0) })
  }

  @Test func infoStringsStayInside() throws {
    let labels: [KeyLabel] = [
      .playback, .wrap, .grant, .rights, .stripe, .head, .trail, .section, .sectionTag,
    ]
    let fields = [UInt8](repeating: 0xFF, count: 20)
    for label in labels {
      var bytes = [UInt8](repeating: 0x55, count: InfoString.capacity)
      let count = bytes.withUnsafeMutableBufferPointer {
        InfoString.write(label, fields, to: $0.baseAddress!)
      }
      let text = bytes.prefix(count - label.width)
      #expect(text.starts(with: Array("pinstripe v1 ".utf8)) && text.last == 0)
      #expect(text.count { $0 == 0 } == 1 && count <= 42)
      #expect(bytes[..<count].suffix(label.width).allSatisfy { $0 == 0xFF })
      #expect(bytes[count...].allSatisfy { $0 == 0x55 }, "written behind its end")
    }
  }
}
