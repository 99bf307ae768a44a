/// Small contents of each format with a bit of everything.
enum Sample: CaseIterable {
  case mp3, free

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
    }
    return built
  }

  /// The lengths worth looking at: all, as far as that takes no time, and some beyond.
  var truncations: [Int] {
    let count = built.bytes.count
    return Array(0..<min(count, 2500)) + Array(stride(from: 2500, to: count, by: 13))
  }
}
