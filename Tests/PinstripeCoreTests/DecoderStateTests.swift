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
    var info = InfoString()
    info.set(.sectionTag, .max, .max, .max)
    let count = info.withBytes { Int32($0.count) }
    #expect(count <= 64)
  }
}
