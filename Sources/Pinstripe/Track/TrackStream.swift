import PinstripeCore
import PinstripeFrames

/// A track made on the fly: what goes through a pipe or over USB.
///
/// The bytes are produced in order into the caller's buffers and encrypted there; no buffer of the
/// content is kept. Of a source without a length, which is read once, lengths stand in a trailer; see
/// ``init(_:recipe:)`` for the others.
public final class TrackStream {
  /// Bytes of the whole track, when the source's length is known.
  public let length: UInt64?
  /// Bytes of content read so far.
  public var contentLength: UInt64 { encryptor.contentLength }
  /// How many of these are encrypted.
  public var encryptedLength: UInt64 { encryptor.encryptedLength }
  /// What the person should know of the content, in full sentences.
  public var notices: [String] { content.notice.map { [$0] } ?? [] }
  /// What a player is told of the work, in clear; nothing unless it is set.
  public var properties: TrackProperties?
  private let name: String
  let expected: UInt64?
  private let source: any MediaSource
  private let recipe: TrackRecipe
  /// The content, of which nothing is read.
  private let start: Content
  private var survey: ContentSurvey?
  private var content: Content
  private(set) var encryptor: PartialEncryptor
  private var hasBegun = false
  private var tail: TrackTail?

  /// The first buffer is at least this large: the header area, and some content.
  public static let minimumBuffer = 4096 + 16

  /// Starts a track of a source.
  ///
  /// A source whose frames are found, and whose length is known, is read twice: first for its frames and
  /// its digest, which tell the track's length.
  ///
  /// - Throws: ``PinstripeError``.
  public init(_ source: any MediaSource, recipe: TrackRecipe) throws(PinstripeError) {
    name = source.name
    self.source = source
    self.recipe = recipe
    // Zero is what the kernel says of /proc and the like.
    expected = source.length.flatMap { $0 > 0 ? $0 : nil }
    start = try Content(source)
    content = start
    encryptor = try PartialEncryptor(
      recipe, format: start.format, layout: .trailer, sourceName: name)
    guard let length = source.length else {
      self.length = nil
      return
    }
    if encryptor.pattern.isFramed, expected != nil {
      survey = try ContentSurvey(
        start, of: source, under: encryptor.pattern, needsDigest: recipe.computesDigest)
    }
    let emptyMap = encryptor.pattern.isFramed ? FrameMapPaging().sectionLength : 0
    let mapLength = survey?.mapLength ?? emptyMap
    self.length =
      try UInt64(TrackLayout.headerAreaSize) + length
      + encryptor.tailLength(of: length, mapLength: mapLength)
    if survey != nil { try begin(under: nil) }
  }

  /// Begins again, under a new key or under that of a header that was made of the same content.
  func begin(under header: [UInt8]?) throws(PinstripeError) {
    encryptor = try PartialEncryptor(
      recipe, format: start.format, layout: .trailer, sourceName: name, survey: survey,
      begun: header)
    content = if let survey { try Content(start, following: survey) } else { start }
    hasBegun = false
    tail = nil
  }

  /// What one reading of all the content tells; it is read for this where that was not done before.
  func survey(withDigest: Bool) throws(PinstripeError) -> ContentSurvey {
    if let survey, !withDigest || survey.digest != nil { return survey }
    let survey = try ContentSurvey(
      start, of: source, under: encryptor.pattern, needsDigest: withDigest)
    self.survey = survey
    return survey
  }

  /// Produces the next bytes of the track.
  ///
  /// - Parameter buffer: At least ``minimumBuffer`` bytes in the first call.
  /// - Returns: How many bytes were written: all of the buffer, and less only at the track's end.
  /// - Throws: ``PinstripeError``; also when the source turns out shorter than it said.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    guard hasBegun || buffer.count >= Self.minimumBuffer else {
      throw PinstripeError(.system, "A transfer buffer is smaller than a header; please report it.")
    }
    var done = 0
    if !hasBegun {
      hasBegun = true
      let header = try encryptor.headerArea()
      buffer.copyBytes(from: header)
      done = header.count
    }
    while tail == nil, done < buffer.count {
      done += try payload(UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
    }
    let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
    return try done + (tail?.read(into: rest) ?? 0)
  }

  private func payload(_ buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
    let count = try content.encrypt(into: buffer, with: encryptor)
    guard count < buffer.count else { return count }
    if let expected, expected != encryptor.contentLength { throw .changed(name) }
    try survey?.check(source)
    tail = try encryptor.finish().tail
    if let length, let tail,
      length != encryptor.contentLength + UInt64(TrackLayout.headerAreaSize) + tail.length
    {
      throw .changed(name)
    }
    return count
  }
}

extension Content {
  /// Fills a buffer with the next bytes, encrypted; fewer only at the content's end.
  mutating func encrypt(
    into buffer: UnsafeMutableRawBufferPointer, with encryptor: PartialEncryptor
  ) throws(PinstripeError) -> Int {
    var runs: [RunStart] = []
    let count =
      try encryptor.pattern.isFramed
      ? read(into: buffer) { runs.append($0) } : read(into: buffer, begin: nil)
    try encryptor.encrypt(
      UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]), runs: runs)
    return count
  }
}
