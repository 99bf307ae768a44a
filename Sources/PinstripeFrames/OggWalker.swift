/// Walks Ogg (RFC 3533): page headers, which are full runs, and the packets in the pages.
///
/// A packet that goes on in another page begins a run there, too. Streams may be chained and
/// multiplexed; packets of a stream whose first page was not seen are full runs.
struct OggWalker {
  /// Streams that are open at once.
  ///
  /// Music has one; a page of a further one is a full run.
  static let mostStreams = 64

  /// The codec of the first stream that has a known one.
  private(set) var codec = ContentCodec.unknown
  private(set) var pages: UInt64 = 0
  private(set) var lostBytes: UInt64 = 0
  private(set) var hasTooManyStreams = false
  private var streams: [OggStream] = []

  // The page that is being walked.
  private var page: OggPage?
  private var lacing: [UInt8] = []
  private var segment = 0
  /// The page's stream in `streams`.
  private var stream: Int?

  /// The codec, as far as the first pages are in view.
  static func codec(in view: ContentView) -> ContentCodec {
    var index = 0
    var found = ContentCodec.unknown
    while index < view.count, let page = OggPage(view, at: index), page.isFirst {
      let codec = page.codec(view, at: index)
      if codec != .other { return codec }
      found = .other
      index += page.headerLength + page.bodyLength
    }
    return found
  }

  mutating func step(at position: UInt64, _ view: ContentView) -> Step {
    if let step = packet(view) { return step }
    if let page = OggPage(view) {
      begin(page, view)
      return Step(.full, page.headerLength)
    }
    var next = 1
    while next < view.count - 3, !view.has("OggS", at: next) { next += 1 }
    if view.isEnd, next >= view.count - 3 { next = view.count }
    lostBytes = lostBytes.adding(saturating: UInt64(max(1, next)))
    return Step(.full, next)
  }

  private mutating func begin(_ page: OggPage, _ view: ContentView) {
    pages &+= 1
    self.page = page
    segment = 0
    lacing.removeAll(keepingCapacity: true)
    for index in 27..<page.headerLength { lacing.append(view[index]) }
    stream = streams.firstIndex { $0.serial == page.serial }
    if page.isFirst {
      let codec = page.codec(view)
      if self.codec == .unknown || self.codec == .other { self.codec = codec }
      let new = OggStream(serial: page.serial, codec: codec)
      if let stream {
        streams[stream] = new
      } else if streams.count < Self.mostStreams {
        stream = streams.count
        streams.append(new)
      } else {
        hasTooManyStreams = true
      }
    }
    // What should go on, but has no beginning, is not known; what should not, was cut off.
    if let stream, !page.isContinued { streams[stream].open = nil }
    if let stream, page.isContinued, streams[stream].open == nil { streams[stream].open = .full }
  }

  /// The next packet of the page, or what the page has of it; nil when there is no more.
  private mutating func packet(_ view: ContentView) -> Step? {
    guard let page else { return nil }
    while segment < lacing.count {
      var length = 0
      var isComplete = false
      // §5: a packet's last segment is shorter than 255 bytes, even if it has none.
      while segment < lacing.count, !isComplete {
        length += Int(lacing[segment])
        isComplete = lacing[segment] < 255
        segment += 1
      }
      guard let stream, stream < streams.count else {
        if length > 0 { return Step(.full, length) }
        continue
      }
      let open = streams[stream].open
      let kind = open ?? (length > 0 ? streams[stream].kind(view) : .full)
      streams[stream].open = isComplete ? nil : kind
      if length > 0 { return kind == .full ? Step(.full, length) : .frame(UInt64(length)) }
    }
    // A stream that ended makes room for those that are chained behind it.
    if page.isLast, let stream, stream < streams.count { streams.remove(at: stream) }
    self.page = nil
    self.stream = nil
    return nil
  }
}
