/// Small contents of each format with a bit of everything.
enum Sample: CaseIterable {
  case mp3, free, adts, flac, ogg, mp4, mp4Late, fragments

  var built: Built {
    var built = Built()
    switch self {
    case .mp3:
      built.full(Tags.id3v2(40))
      for bitRate in [9, 5, 14] { built.mpeg(MPEGFrame(bitRate: bitRate), count: 2) }
      built.full(built.random.quietBytes(50))
      built.mpeg(MPEGFrame(), count: 3)
      built.full(Tags.ape(40) + Tags.lyrics2(30) + Tags.id3v1(enhanced: true))
    case .free:
      built.mpeg(MPEGFrame(bitRate: 0, freeLength: 777), count: 9)
      built.full(Tags.id3v1())
    case .adts:
      built.full(Tags.id3v2(40))
      for length in [700, 30, 4000, 400, 8000, 200] { built.adts(ADTSFrame(length: length)) }
      built.full(Tags.id3v1())
    case .flac:
      built.full(FLACFrame.head(longest: 3000, blocks: [40, 9]))
      for number in 0..<UInt64(6) { built.flac(FLACFrame(number: number, length: 400)) }
      built.full(Tags.id3v1())
    case .ogg:
      var pages = OggPages()
      pages.vorbis(9)
      for count in [40, 700] {
        pages.page(9, [pages.audio(count), pages.audio(20), pages.audio(300)])
      }
      pages.page(9, [.init(bytes: pages.bytes(510, first: 2), isComplete: false)])
      pages.page(9, [pages.audio(33, first: 7), pages.audio(70)], isContinued: true, isLast: true)
      pages.page(8, [.init(bytes: OggPages.opusHead, isAudio: false)], isFirst: true)
      return pages.built
    case .mp4, .mp4Late:
      return Built(
        mp4: [.init(), .init(id: 2, isAudio: false, codec: "avc1", sizes: .stz2of16)],
        chunks: [(0, 0, [400, 33, 20]), (1, 3, [300]), (0, 10, [500]), (0, 9, [200, 0, 90])],
        isFirst: self == .mp4)
    case .fragments:
      return MP4Tests.fragmented(hasSizes: true, base: "moof", trex: true)
    }
    return built
  }

  /// The lengths worth looking at: all, as far as that takes no time, and some beyond.
  var truncations: [Int] {
    let count = built.bytes.count
    return Array(0..<min(count, 2500)) + Array(stride(from: 2500, to: count, by: 13))
  }
}
