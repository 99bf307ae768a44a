/// Walks MP4, M4A and QuickTime (ISO 14496-12): the samples of audio tracks in `mdat` boxes.
///
/// Everything outside samples is a full run. The tables (`moov`) must come before the samples, or be
/// found by random access; those of fragments (`moof`) come before theirs by nature. Whatever does
/// not fit together ends the walk: the rest becomes one full run, with a notice.
struct MP4Walker {
  /// The largest `moov` that is kept in memory, in bytes: enough for a day of AAC and its pictures.
  static let mostTables: UInt64 = 32 << 20
  /// The largest `moof`, in bytes; a fragment is some seconds long.
  static let mostFragment: UInt64 = 4 << 20
  /// The most boxes on the way to a `moov` that is not the first.
  static let mostBoxes = 65536

  private enum Table {
    case movie, fragment
  }

  private let isPipe: Bool
  private(set) var fault: String?
  private var movie: MP4Movie?
  private var fragment: MP4Fragment?

  // The table that is being gathered, its start and the bytes still to come.
  private var gathering: Table?
  private var gathered: [UInt8] = []
  private var gatheredStart: UInt64 = 0
  private var leftToGather: UInt64 = 0

  /// Behind the `mdat` that is being walked.
  private var dataEnd: UInt64 = 0

  /// The codec of the first audio track, as far as it is known.
  var codec: ContentCodec { movie?.codec ?? .unknown }

  /// Starts at the content's first byte, with the tables of one that can be read anywhere.
  init(isPipe: Bool, movie: MP4Movie?) {
    self.isPipe = isPipe
    self.movie = movie
  }

  /// What went wrong; nil when all is well.
  var notice: String? {
    (fault ?? movie?.fault).map { "\($0), so the rest is encrypted in full." }
  }

  mutating func step(at position: UInt64, _ view: ContentView) -> Step {
    if fault != nil { return .rest }
    if let gathering { return gather(gathering, view) }
    if position < dataEnd { return sample(at: position) }
    guard let box = MP4Box(view) else { return fail("An MP4 box is damaged") }
    let end = box.length.map { position.adding(saturating: $0) } ?? .max
    let header = UInt64(box.headerLength)
    switch box.type {
    case MP4Box.type("moov") where movie == nil:
      return begin(.movie, at: position, header, end, most: Self.mostTables)
    case MP4Box.type("moof"):
      guard movie != nil else { return fail("An MP4 fragment comes before the tables") }
      return begin(.fragment, at: position, header, end, most: Self.mostFragment)
    case MP4Box.type("mdat"):
      guard let movie else {
        return fail(
          isPipe
            ? "The MP4 tables come after the samples, which a pipe cannot wait for"
            : "The MP4 tables are missing, or larger than \(Self.mostTables >> 20) MiB")
      }
      if let fault = movie.fault { return fail(fault) }
      dataEnd = end
      return Step(.full, header)
    default:
      return Step(.full, end - position)
    }
  }

  private mutating func begin(
    _ table: Table, at position: UInt64, _ header: UInt64, _ end: UInt64, most: UInt64
  ) -> Step {
    guard end - position <= most else {
      return fail("The MP4 tables are larger than \(most >> 20) MiB")
    }
    gatheredStart = position
    leftToGather = end - position - header
    gathered = []
    gathering = table
    if leftToGather == 0 { finish(table) }
    return Step(.full, header)
  }

  private mutating func gather(_ table: Table, _ view: ContentView) -> Step {
    // The view ends before the box does only when the content does.
    let count = Int(min(leftToGather, UInt64(view.count)))
    view.copy(count, to: &gathered)
    leftToGather -= UInt64(count)
    if leftToGather == 0 { finish(table) }
    return Step(.full, count)
  }

  private mutating func finish(_ table: Table) {
    switch table {
    case .movie:
      movie = MP4Movie(gathered)
    case .fragment:
      if let movie {
        fragment = MP4Fragment(gathered, at: gatheredStart, movie)
        if fragment == nil { fault = "An MP4 fragment is damaged" }
      }
    }
    gathered = []
    gathering = nil
  }

  /// A sample, or the bytes before the next one.
  private mutating func sample(at position: UInt64) -> Step {
    let ofMovie = movie?.current
    let ofFragment = fragment?.current
    let isOfFragment = ofMovie.map { m in ofFragment.map { $0.offset < m.offset } ?? false } ?? true
    guard let sample = isOfFragment ? ofFragment : ofMovie, sample.offset < dataEnd else {
      return Step(.full, dataEnd - position)
    }
    if sample.offset > position { return Step(.full, sample.offset - position) }
    guard sample.offset == position, sample.end <= dataEnd else {
      return fail("The MP4 tables contradict each other")
    }
    if isOfFragment { fragment?.advance() } else { movie?.advance() }
    return .frame(sample.size)
  }

  private mutating func fail(_ reason: String) -> Step {
    fault = reason
    return .rest
  }
}
