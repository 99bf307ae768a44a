/// Walks native FLAC (RFC 9639 §6): metadata blocks, which are full runs, and frames.
///
/// ```
/// "fLaC"  blocks: 1 last  7 type  24 length, body     frames, each until the next one's header
/// ```
/// A frame does not say how long it is, so each header with a right CRC-8 begins a run. None that is
/// intact is missed. A frame whose header is damaged stays in the stripes of the one before, less
/// well protected; no decoder plays it. Where a frame would be longer than uncompressed, or longer
/// than STREAMINFO allows, a full run begins, as it does at tags behind the last one.
struct FLACWalker {
  private enum Stage {
    case marker, metadata, frames
  }

  private var stage = Stage.marker
  var isPastMetadata: Bool { stage == .frames }
  private(set) var frames: UInt64 = 0
  /// The longest frame by STREAMINFO; 0 when it does not say (§8.2).
  private var longest: UInt64 = 0
  /// Where the present frame ends at the latest.
  private var limit: UInt64 = 0

  mutating func step(at position: UInt64, _ view: ContentView) -> Step {
    switch stage {
    case .marker:
      stage = .metadata
      return Step(.full, 4)
    case .metadata:
      return metadata(view) ?? frame(at: position, view)
    case .frames:
      return frame(at: position, view)
    }
  }

  /// A block of metadata; nil when a frame, or junk, begins here.
  private mutating func metadata(_ view: ContentView) -> Step? {
    let header = view.big32(0)
    let type = header >> 24 & 0x7F
    // §8.1: 127 is forbidden, so that no block looks like a frame.
    guard view.count >= 4, type != 127 else {
      stage = .frames
      return nil
    }
    // STREAMINFO: 16 + 16 bits of block sizes, 24 + 24 bits of frame sizes.
    if type == 0 { longest = UInt64(view.big32(10) & 0xFF_FFFF) }
    if header >> 31 == 1 { stage = .frames }
    return Step(.full, 4 + Int(header & 0xFF_FFFF))
  }

  private mutating func frame(at position: UInt64, _ view: ContentView) -> Step {
    var kind: RunKind?
    let tags = AudioTag.trailing(in: view) ?? view.count
    if tags == 0 { return .rest }
    if let header = FLACHeader(view, at: 0) {
      kind = .striped
      frames &+= 1
      let most = longest > 0 ? min(longest, header.most) : header.most
      limit = position.adding(saturating: most)
    } else if position >= limit {
      kind = .full
    }
    // The last byte may be the first of a header, unless the content ends with it.
    let next =
      view.firstFF(from: 1, below: view.count, where: { $0 & 0xFE == 0xF8 })
      ?? max(1, view.isEnd ? view.count : view.count - 1)
    let untilLimit = limit > position ? limit - position : .max
    return Step(kind, min(UInt64(min(next, tags)), untilLimit))
  }
}
