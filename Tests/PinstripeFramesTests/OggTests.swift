import PinstripeFrames
import Testing

/// Ogg against pages built from RFC 3533.
struct OggTests {
  private func check(
    _ pages: OggPages, _ codec: ContentCodec, notice: String? = nil, _ what: String = ""
  ) throws {
    for isPipe in [false, true] {
      let runs = try Runs(pages.built.bytes, isPipe: isPipe)
      #expect(list(runs.starts) == pages.built.starts, "\(what)")
      #expect(runs.format == .ogg(codec), "\(what)")
      #expect(runs.notice == notice, "\(what)")
    }
  }

  @Test func everyLengthOfPacket() throws {
    var pages = OggPages()
    pages.vorbis(9)
    for count in 0...800 {
      pages.page(9, [pages.audio(count), pages.audio(40), pages.audio(0), pages.audio(count)])
    }
    try check(pages, .vorbis)
  }

  @Test func packetsAcrossPages() throws {
    var pages = OggPages()
    pages.vorbis(9)
    pages.page(
      9, [pages.audio(50), .init(bytes: pages.bytes(255 * 200, first: 2), isComplete: false)])
    // What goes on begins with any byte, a header's too.
    pages.page(
      9, [.init(bytes: pages.bytes(255 * 255, first: 1), isComplete: false)], isContinued: true)
    pages.page(9, [pages.audio(0), pages.audio(70)], isContinued: true)
    pages.page(9, [.init(bytes: pages.bytes(510, first: 2), isComplete: false)])
    pages.page(9, [pages.audio(33, first: 7), pages.audio(70)], isContinued: true, isLast: true)
    try check(pages, .vorbis)
  }

  @Test func headersAcrossPages() throws {
    var pages = OggPages()
    pages.page(5, [.init(bytes: OggPages.opusHead, isAudio: false)], isFirst: true)
    let tags = Array("OpusTags".utf8) + pages.bytes(510 - 8, first: 0)
    pages.page(5, [.init(bytes: tags, isAudio: false, isComplete: false)])
    pages.page(5, [pages.header(99, first: 0)], isContinued: true)
    pages.page(5, [pages.audio(3), pages.audio(200), pages.audio(32), pages.audio(33)])
    try check(pages, .opus)
  }

  @Test func flac() throws {
    var pages = OggPages()
    pages.page(5, [.init(bytes: OggPages.flacHead, isAudio: false)], isFirst: true)
    pages.page(5, [pages.header(99, first: 4), pages.header(99, first: 0x86)])
    pages.page(5, [pages.audio(300, first: 0xFF), pages.audio(5000, first: 0xFF)])
    try check(pages, .flac)
  }

  @Test func chained() throws {
    var pages = OggPages()
    for serial in [1, 2, 1] as [UInt32] {
      pages.vorbis(serial)
      pages.page(serial, [pages.audio(100)])
      pages.page(serial, [pages.audio(100)], isLast: true)
    }
    try check(pages, .vorbis)
  }

  @Test func multiplexed() throws {
    var pages = OggPages()
    pages.page(7, [.init(bytes: [0x80] + Array("theora".utf8), isAudio: false)], isFirst: true)
    pages.page(5, [.init(bytes: OggPages.opusHead, isAudio: false)], isFirst: true)
    pages.page(7, [pages.header(900, first: 0)])
    pages.page(5, [.init(bytes: Array("OpusTags".utf8), isAudio: false)])
    for _ in 0..<3 {
      pages.page(
        5, [pages.audio(300), .init(bytes: pages.bytes(255, first: 0), isComplete: false)])
      pages.page(7, [pages.header(2000, first: 0)])
      pages.page(5, [pages.audio(60)], isContinued: true)
    }
    try check(pages, .opus)
  }

  @Test func unknownCodec() throws {
    var pages = OggPages()
    pages.page(7, [.init(bytes: Array("Speex   ".utf8), isAudio: false)], isFirst: true)
    pages.page(7, [pages.header(900, first: 0)])
    try check(
      pages, .other, notice: "The Ogg streams are of no known codec, so all of it is encrypted.")
  }

  @Test func pagesOfAnUnknownStream() throws {
    var pages = OggPages()
    pages.vorbis(1)
    pages.page(2, [pages.header(900, first: 0)])
    pages.page(1, [pages.audio(100)])
    try check(pages, .vorbis)
  }

  @Test func junkBetweenPages() throws {
    for junk in [1, 3, 26, 5000, 70000] {
      var pages = OggPages()
      pages.vorbis(1)
      pages.page(1, [pages.audio(100)])
      pages.built.full(pages.built.random.quietBytes(junk))
      pages.page(1, [pages.audio(100)])
      pages.built.full(Array("OggS".utf8))
      try check(
        pages, .vorbis, notice: "\(junk + 4) bytes are no Ogg pages, and are encrypted in full.",
        "\(junk) bytes")
    }
  }

  @Test func manyStreams() throws {
    var pages = OggPages()
    for serial in 0..<UInt32(100) {
      pages.page(serial, [.init(bytes: OggPages.opusHead, isAudio: false)], isFirst: true)
    }
    for serial in 0..<UInt32(100) { pages.page(serial, [pages.header(20, first: 0)]) }
    for serial in 0..<UInt32(100) {
      pages.page(serial, [serial < 64 ? pages.audio(80) : pages.header(80, first: 0)])
    }
    try check(
      pages, .opus,
      notice: "More than 64 Ogg streams are open at once; those beyond are encrypted in full.")
  }
}
