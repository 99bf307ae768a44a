/// Walks MPEG audio and ADTS: frames that begin with a sync word and say how long they are.
///
/// Header and checksum of a frame are a full run, and a striped one begins behind them: there the 32
/// bytes of a head are MP3's whole side information. A head that began with the header would leave
/// four bytes of it in clear, which name the last granule's tables, and with a checksum six, which
/// hold its gain: the best attacker then gets an LI of 0.17 instead of 0.08 from music, and with a
/// checksum 0.16 instead of 0.10 from speech, where 0.18 is the limit (`Tests/Benchmarks/run.sh leak`,
/// rows "header32-64" and L3). Left in clear, the headers would give away where a variable rate is
/// high, which is the loudness (0.32 for speech). It costs four bytes a frame, and one of the map.
///
/// A header counts when the next one of the same stream follows where the frame's length says, or
/// the content's end or a tag does. One that nothing confirms begins a full run, which lasts until
/// the next one that counts: a damaged frame may hide the next one's start.
struct SyncWalker {
  /// The smallest frame in free format: one of 8 kbit/s at 24 kHz.
  private static let leastFree = 24
  /// A search for a frame's length in free format looks at up to 4096 places.
  ///
  /// Its cost is spread over the bytes behind it, so that headers made to be searched from cost no more than others.
  private static let searchesPerByte = 8

  private(set) var family: SyncHeader.Family?
  private(set) var frames: UInt64 = 0
  /// Stretches behind the first frame that are neither frames nor tags, and their bytes.
  private(set) var gaps: UInt64 = 0
  private(set) var gapBytes: UInt64 = 0
  private var isInGap = false
  private var isInTag = false
  /// Bytes of a frame whose header was passed; nil between frames.
  private var restOfFrame: Int?

  /// Where the last frame says that the next one begins, and whose stream it is.
  private var expected: UInt64 = .max
  private var signature: UInt32 = 0
  /// The length in free format without padding, and where another may be searched.
  private var freeLength = 0
  private var nextSearch: UInt64 = 0

  /// The family of the first frame in view that counts.
  static func family(in view: ContentView) -> SyncHeader.Family? {
    var walker = SyncWalker()
    var index = 0
    while let found = walker.candidate(in: view, from: index) {
      let rest = view.dropping(found)
      // What looks like an end here may be just the end of the view.
      if let header = SyncHeader(rest, at: 0),
        walker.length(of: header, at: UInt64(found), rest, mayEnd: view.isEnd) != nil
      {
        return header.family
      }
      index = found + 1
    }
    return nil
  }

  mutating func step(at position: UInt64, _ view: ContentView) -> Step {
    if let rest = restOfFrame {
      restOfFrame = nil
      return .frame(UInt64(rest))
    }
    if let tag = AudioTag(view) {
      isInTag = true
      return Step(.full, tag.length)
    }
    if let header = SyncHeader(view, at: 0), family == nil || header.family == family,
      let length = length(of: header, at: position, view, mayEnd: view.isEnd)
    {
      family = header.family
      signature = header.signature
      expected = position.adding(saturating: UInt64(length))
      frames &+= 1
      isInGap = false
      isInTag = false
      if header.isOpaque { return Step(.full, length) }
      restOfFrame = max(0, length - header.lead)
      return Step(.full, header.lead)
    }
    return skip(view)
  }

  /// Passes over what is no frame.
  private mutating func skip(_ view: ContentView) -> Step {
    if AudioTag.trailing(in: view) == 0 { isInTag = true }
    // A header that the view cuts off is looked at again with a view of its own.
    let length = candidate(in: view, from: 1) ?? max(1, view.isEnd ? view.count : view.count - 7)
    if frames > 0, !isInTag {
      if !isInGap { gaps &+= 1 }
      isInGap = true
      gapBytes = gapBytes.adding(saturating: UInt64(length))
    }
    return Step(.full, length)
  }

  /// The index of the next bytes that read as a header.
  private func candidate(in view: ContentView, from start: Int) -> Int? {
    var index = start
    while let found = view.firstFF(from: index, below: view.count, where: { $0 >= 0xE0 }) {
      if let header = SyncHeader(view, at: found), family == nil || header.family == family {
        return found
      }
      index = found + 1
    }
    return nil
  }

  /// The length of the view's first frame; nil when nothing confirms it.
  private mutating func length(
    of header: SyncHeader, at position: UInt64, _ view: ContentView, mayEnd: Bool
  ) -> Int? {
    if header.length > 0 {
      return confirms(header, header.length, at: position, view, mayEnd: mayEnd)
        ? header.length : nil
    }
    if freeLength > 0, header.signature == signature {
      let length = freeLength + header.padding
      if confirms(header, length, at: position, view, mayEnd: mayEnd) { return length }
    }
    return search(header, at: position, view, mayEnd: mayEnd)
  }

  private func confirms(
    _ header: SyncHeader, _ length: Int, at position: UInt64, _ view: ContentView, mayEnd: Bool
  ) -> Bool {
    let size = SyncHeader.size(header.family)
    if length <= view.count - size {
      if let next = SyncHeader(view, at: length) { return next.signature == header.signature }
      return AudioTag(view, at: length) != nil || AudioTag.trailing(in: view) == length
    }
    // The last frame, or one of ADTS whose end is out of sight. Cut off or not, it counts when the
    // frame before it led here.
    let isExpected = position == expected && header.signature == signature
    return mayEnd && length == view.count || isExpected
  }

  /// Finds a frame's length in free format: the distance, less padding, to the next header that a
  /// third one confirms (ISO 11172-3 §2.4.2.3: it is the same in all frames of a stream).
  private mutating func search(
    _ header: SyncHeader, at position: UInt64, _ view: ContentView, mayEnd: Bool
  ) -> Int? {
    guard position >= nextSearch else { return nil }
    var index = Self.leastFree
    while let found = view.firstFF(from: index, below: view.count - 3, where: { $0 >= 0xE0 }) {
      index = found + 1
      guard let next = SyncHeader(view, at: found), next.signature == header.signature else {
        continue
      }
      let base = found - header.padding
      let third = found + base + next.padding
      let isThird =
        third <= view.count - 4
        ? SyncHeader(view, at: third)?.signature == header.signature
          || AudioTag(view, at: third) != nil
        : !mayEnd || third == view.count
      guard isThird else { continue }
      freeLength = base
      nextSearch = position.adding(saturating: UInt64(found / Self.searchesPerByte))
      return found
    }
    nextSearch = position.adding(saturating: UInt64(view.count / Self.searchesPerByte))
    return nil
  }
}
