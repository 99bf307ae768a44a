import PinstripeFrames

/// What a finder says about a content.
struct Runs: Equatable {
  var starts: [RunStart] = []
  var format = ContentFormat.unknown
  var notice: String?

  /// Walks a content that is cut into windows of `cut` decided bytes.
  ///
  /// - Parameter isPipe: Whether the finder gets neither length nor random access.
  init(_ content: [UInt8], cut: Int = 65536, isPipe: Bool = false) throws {
    let lookahead = FrameFinder.lookahead
    var starts: [RunStart] = []
    var finder = try content.withUnsafeBytes { bytes throws in
      try FrameFinder(
        start: UnsafeRawBufferPointer(rebasing: bytes.prefix(lookahead)),
        length: isPipe ? nil : UInt64(bytes.count),
        read: isPipe ? nil : { read(content, at: $0, into: $1) })
    }
    var position = 0
    while position < content.count {
      let count = min(cut, content.count - position)
      let end = min(content.count, position + count + lookahead)
      // A window of its own memory: what is read beyond it is found by the sanitizer.
      let window = Array(content[position..<end])
      window.withUnsafeBytes { bytes in
        finder.advance(over: bytes, count: count, isEnd: end == content.count) { starts.append($0) }
      }
      position += count
    }
    self.starts = starts
    format = finder.format
    notice = finder.notice
  }

  /// The offsets of striped runs.
  var striped: [UInt64] { starts.filter { $0.kind == .striped }.map(\.offset) }

  /// What contradicts the promises about every content; nil when nothing does.
  func fault(count: Int) -> String? {
    if starts.isEmpty { return count == 0 ? nil : "no run" }
    if count == 0 { return "a run of nothing" }
    if starts[0].offset != 0 { return "the first run starts at \(starts[0].offset)" }
    for (run, next) in zip(starts, starts.dropFirst()) {
      if next.offset <= run.offset { return "\(next.offset) comes after \(run.offset)" }
      if run.kind == .full, next.kind == .full { return "two full runs meet at \(next.offset)" }
    }
    return starts.last.map { $0.offset >= UInt64(count) } == true ? "a run behind the end" : nil
  }
}

private func read(
  _ content: [UInt8], at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
) -> Int {
  guard offset < UInt64(content.count) else { return 0 }
  // Short reads are allowed, so these are short at times.
  let part = content[Int(offset)...].prefix(min(buffer.count, 1000 + Int(offset % 7)))
  buffer.copyBytes(from: part)
  return part.count
}

/// Lists runs as text: "S 417" is a striped run at 417.
func list(_ starts: [RunStart]) -> [String] {
  starts.map { "\($0.kind == .striped ? "S" : "F") \($0.offset)" }
}
