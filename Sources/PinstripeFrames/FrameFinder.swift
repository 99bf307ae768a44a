/// Finds where runs of content begin, in one pass with bounded lookahead.
///
/// A frame (a packet, a sample) that is recognised begins a striped run, in MPEG audio and ADTS
/// behind its header; everything else (tags, headers, junk, what trails) lies in full runs. The device needs no codec for what comes out of
/// this: a frame that is found where none is costs 32 encrypted bytes, one that is missed in the
/// midst of a striped run leaks its header and side information, and so a doubt makes a full run.
///
/// ```swift
/// var finder = try FrameFinder(start: window, length: nil, read: nil)
/// finder.advance(over: window, count: 65536, isEnd: false) { runs.append($0) }
/// ```
/// The runs do not depend on how the content is cut into windows. Content is hostile: nothing in it
/// traps, memory is bounded, and the time is linear in its length.
public struct FrameFinder {
  /// Bytes behind the decided ones that the finder may need to see.
  ///
  /// Two frames of MPEG audio in free format, or a page header of Ogg with a packet's first bytes.
  public static let lookahead = 4096

  /// What the content is.
  ///
  /// Known from the start on as a rule; it may become more exact while the content passes: behind a
  /// long tag in a pipe, or when the tables of a piped MP4 have come.
  public private(set) var format: ContentFormat

  private enum Stage {
    case start, frames, whole
  }

  /// Behind the last decided byte.
  private var position: UInt64 = 0
  /// Bytes from there that the last step already decided.
  private var decided: UInt64 = 0
  private var kind: RunKind?
  private var stage = Stage.start
  private var sync = SyncWalker()
  private var flac = FLACWalker()
  private var ogg = OggWalker()
  private var mp4 = MP4Walker(isPipe: true, movie: nil)

  /// Looks at the content's first bytes.
  ///
  /// - Parameters:
  ///   - start: The first bytes, at least ``lookahead`` of them, or all there are. Only looked at
  ///     during the call.
  ///   - length: Bytes of the content; nil for a pipe.
  ///   - read: Random access: fills the buffer from an offset on and says how many bytes it got, 0
  ///     behind the end. Only called during this call; nil for a pipe.
  /// - Throws: What `read` throws.
  public init(
    start: UnsafeRawBufferPointer, length: UInt64?,
    read: ((UInt64, UnsafeMutableRawBufferPointer) throws -> Int)?
  ) throws {
    let view = ContentView(start)
    let content = read.map { RandomAccess(read: $0) }
    if let format = ContentFormat.detected(in: view) {
      self.format = format
    } else if AudioTag(prefixing: view) != nil {
      format = try Self.format(behindTagsOf: view, content)
    } else {
      format = .unknown
    }
    if case .mp4 = format, MP4Box(view) != nil, AudioTag(prefixing: view) == nil {
      mp4 = MP4Walker(isPipe: content == nil, movie: try content.flatMap(MP4Movie.find))
      format = .mp4(mp4.codec)
    }
  }

  /// Why the whole content gets one full run, or that frames were lost, in words for a notice; nil
  /// when all is well.
  public var notice: String? {
    switch format {
    case .wav, .aiff:
      "PCM has no frames, so all of it is encrypted."
    case .unknown:
      "The content is of no known format, so its frames cannot be told."
    case .mp3, .adts:
      sync.notice(atEnd: position)
    case .flac:
      flac.notice
    case .ogg:
      ogg.notice
    case .mp4:
      mp4.notice
    }
  }

  /// Decides the content bytes from the position on, and moves the position behind them.
  ///
  /// - Parameters:
  ///   - window: The bytes to be decided, and behind them ``lookahead`` more, or fewer when the
  ///     content ends there.
  ///   - count: Bytes to be decided, 0 or more; those beyond the window are not.
  ///   - isEnd: Whether the window's end is the content's. The finder tells it from the window's
  ///     length too: what a window may or may not show must not change the runs.
  ///   - begin: Called for each run that begins within the decided bytes, in order.
  public mutating func advance(
    over window: UnsafeRawBufferPointer, count: Int, isEnd: Bool, _ begin: (RunStart) -> Void
  ) {
    let count = min(max(0, count), window.count)
    var index = 0
    while true {
      let passed = Int(min(UInt64(count - index), decided))
      index += passed
      decided -= UInt64(passed)
      position = position.adding(saturating: UInt64(passed))
      guard index < count else { return }
      let step = step(ContentView(UnsafeRawBufferPointer(rebasing: window[index...])))
      decided = step.length
      let next = step.kind ?? kind ?? .full
      if kind == nil || step.kind == .striped || kind != next {
        begin(RunStart(offset: position, kind: next))
        kind = next
      }
    }
  }

  private mutating func step(_ view: ContentView) -> Step {
    if stage == .start {
      if let tag = AudioTag(prefixing: view) { return Step(.full, tag.length) }
      begin(view)
    }
    guard stage == .frames else { return .rest }
    switch format {
    case .mp3, .adts:
      let step = sync.step(at: position, view)
      switch sync.family {
      case .mpeg: format = .mp3
      case .adts: format = .adts
      case nil: break
      }
      return step
    case .flac:
      return flac.step(at: position, view)
    case .ogg:
      let step = ogg.step(at: position, view)
      if ogg.codec != .unknown { format = .ogg(ogg.codec) }
      return step
    case .mp4:
      let step = mp4.step(at: position, view)
      format = .mp4(mp4.codec)
      return step
    case .wav, .aiff, .unknown:
      return .rest
    }
  }

  /// Chooses the walker at the first byte behind the tags in front.
  private mutating func begin(_ view: ContentView) {
    if let found = ContentFormat.detected(in: view) {
      // What the tables said already is more exact.
      if found != .mp4(.unknown) { format = found }
    } else if position > 0 {
      // A tag stood in front of what does not begin with a frame: frames may still come.
      format = .mp3
    } else {
      format = .unknown
    }
    stage = format == .unknown ? .whole : .frames
  }

  /// The format behind the tags that the content starts with.
  ///
  /// A pipe does not let us look behind a long tag; then it is called MP3, which such tags are made
  /// for, until the content says otherwise.
  private static func format(
    behindTagsOf view: ContentView, _ content: RandomAccess?
  ) throws -> ContentFormat {
    var offset: UInt64 = 0
    var view = view
    var buffer = [UInt8]()
    // More tags than this are no music's.
    for _ in 0..<16 {
      let format: ContentFormat? = try buffer.withUnsafeBytes { bytes throws in
        let view = offset == 0 ? view : ContentView(bytes)
        guard let tag = AudioTag(prefixing: view) else {
          return ContentFormat.detected(in: view) ?? .mp3
        }
        offset = offset.adding(saturating: tag.length)
        return nil
      }
      if let format { return format }
      if let content {
        buffer = try content.bytes(at: offset, lookahead)
      } else if offset < UInt64(view.count) {
        view = view.dropping(Int(offset))
        offset = 0
      } else {
        break
      }
    }
    return .mp3
  }
}
