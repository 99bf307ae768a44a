import PinstripeFrames

/// Where runs begin in any content.
///
/// ```
/// byte 0   bit 0: a pipe, without random access; bits 1-7: the windows decide that many bytes
/// byte 1   the format whose first bytes stand in front, see `heads`
/// then the content
/// ```
/// The runs must be in order, kinds of full runs merged, and the same for one window as for many.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let isPipe = start[0] & 1 != 0
  let cut = 1 + Int(start[0] >> 1)
  let rest = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
  let content = heads[Int(start[1]) % heads.count] + rest
  let whole = runs(content, cut: content.count, isPipe: isPipe)
  guard content.isEmpty == whole.isEmpty, whole.first?.offset ?? 0 == 0 else {
    fatalError("the first run does not start at 0")
  }
  for (run, next) in zip(whole, whole.dropFirst()) {
    guard run.offset < next.offset, run.kind == .striped || next.kind == .striped else {
      fatalError("runs at \(run.offset) and \(next.offset)")
    }
  }
  guard runs(content, cut: cut, isPipe: isPipe) == whole else {
    fatalError("windows of \(cut) bytes give other runs")
  }
  return 0
}

/// So that no input has to guess them.
private let heads: [[UInt8]] = [
  [], Array("fLaC".utf8), Array("OggS\0\u{2}".utf8), [0, 0, 0, 8] + Array("ftyp".utf8),
  [0xFF, 0xFB, 0x90, 0x44], [0xFF, 0xFB, 0x00, 0x44], [0xFF, 0xF1, 0x50, 0x80],
  Array("ID3\u{4}\0\0\0\0\0\0".utf8),
]

private func runs(_ content: [UInt8], cut: Int, isPipe: Bool) -> [RunStart] {
  var runs: [RunStart] = []
  content.withUnsafeBytes { bytes in
    let first = UnsafeRawBufferPointer(rebasing: bytes.prefix(FrameFinder.lookahead))
    guard
      var finder = try? FrameFinder(
        start: first, length: isPipe ? nil : UInt64(bytes.count),
        read: isPipe
          ? nil
          : { offset, buffer in
            guard offset < UInt64(bytes.count) else { return 0 }
            let part = bytes[Int(offset)...].prefix(buffer.count)
            buffer.copyBytes(from: part)
            return part.count
          })
    else { fatalError("a reader that does not throw") }
    var position = 0
    while position < bytes.count {
      let count = min(cut, bytes.count - position)
      let end = min(bytes.count, position + count + FrameFinder.lookahead)
      finder.advance(
        over: UnsafeRawBufferPointer(rebasing: bytes[position..<end]), count: count,
        isEnd: end == bytes.count
      ) { runs.append($0) }
      position += count
    }
    _ = finder.notice
  }
  return runs
}
