/// The samples that a `moof` box tells (ISO 14496-12 §8.8).
///
/// ```
/// tfhd  flags (1 base, 2 description, 8 duration, 0x10 size, 0x20 flags, 0x20000 base is moof)  track …
/// trun  flags (1 offset, 4 first flags, 0x100 duration, 0x200 size, 0x400 flags, 0x800 time)  count …
/// ```
struct MP4Fragment {
  /// Samples that lie one after the other.
  private struct Run {
    var offset: UInt64
    var left: UInt32
    /// Of every sample; 0 when they stand in a table.
    var size: UInt32
    var index = 0
    var stride = 0
  }

  private let tables: MP4Bytes
  private var runs: [Run] = []
  private var run = 0
  /// The next sample; nil behind the last.
  private(set) var current: MP4Sample?

  /// Reads the content of the box, nil when it is damaged.
  ///
  /// - Parameter start: The offset of the box in the content.
  init?(_ bytes: [UInt8], at start: UInt64, _ movie: MP4Movie) {
    tables = MP4Bytes(bytes: bytes)
    // §8.8.7: without a base of its own a track's samples begin at the moof, later ones behind those
    // of the track before.
    var end = start
    for traf in tables.boxes(in: 0..<bytes.count) where traf.type == MP4Box.type("traf") {
      guard addTrack(traf.range, start, &end, movie) else { return nil }
    }
    runs.sort { $0.offset < $1.offset }
    advance()
  }

  private mutating func addTrack(
    _ traf: Range<Int>, _ start: UInt64, _ end: inout UInt64, _ movie: MP4Movie
  ) -> Bool {
    guard let tfhd = tables.box("tfhd", in: traf), let flags = tables.big32(tfhd.lowerBound),
      let track = tables.big32(tfhd.lowerBound + 4)
    else { return false }
    var index = tfhd.lowerBound + 8
    var base = flags & 0x20000 != 0 ? start : end
    if flags & 1 != 0 {
      guard let explicit = tables.big64(index) else { return false }
      base = explicit
      index += 8
    }
    index += (flags & 2 != 0 ? 4 : 0) + (flags & 8 != 0 ? 4 : 0)
    var size = movie.defaultSizes.first { $0.track == track }?.size ?? 0
    if flags & 0x10 != 0 {
      guard let explicit = tables.big32(index) else { return false }
      size = explicit
    }
    let isAudio = movie.audioTracks.contains(track)
    var next = base
    for trun in tables.boxes(in: traf) where trun.type == MP4Box.type("trun") {
      guard let run = read(trun.range, base: base, next: next, size: size) else { return false }
      guard let behind = self.end(of: run) else { return false }
      next = behind
      if isAudio, run.left > 0 { runs.append(run) }
    }
    end = next
    return true
  }

  /// Behind a run's last sample; nil when no content is that long.
  private func end(of run: Run) -> UInt64? {
    var bytes = UInt64(run.left) * UInt64(run.size)
    if run.size == 0 {
      for sample in 0..<Int(run.left) {
        bytes += UInt64(tables.big32(run.index + sample * run.stride) ?? 0)
      }
    }
    let (end, overflow) = run.offset.addingReportingOverflow(bytes)
    return overflow ? nil : end
  }

  private func read(_ trun: Range<Int>, base: UInt64, next: UInt64, size: UInt32) -> Run? {
    guard let flags = tables.big32(trun.lowerBound), let count = tables.big32(trun.lowerBound + 4)
    else { return nil }
    var index = trun.lowerBound + 8
    var run = Run(offset: next, left: count, size: size)
    if flags & 1 != 0 {
      guard let distance = tables.big32(index) else { return nil }
      let signed = Int64(Int32(bitPattern: distance))
      let (offset, overflow) =
        signed < 0
        ? base.subtractingReportingOverflow(signed.magnitude)
        : base.addingReportingOverflow(signed.magnitude)
      guard !overflow else { return nil }
      run.offset = offset
      index += 4
    }
    index += flags & 4 != 0 ? 4 : 0
    run.stride = [0x100, 0x200, 0x400, 0x800].reduce(0) { $0 + (flags & $1 != 0 ? 4 : 0) }
    // Counts have 32 bits and strides at most 16, so this does not overflow.
    guard index <= trun.upperBound, Int(count) * run.stride <= trun.upperBound - index else {
      return nil
    }
    if flags & 0x200 != 0 {
      run.size = 0
      run.index = index + (flags & 0x100 != 0 ? 4 : 0)
    } else {
      // Samples without a size have no place; small ones of one size are no packets.
      guard UInt64(size) > Step.head || count == 0 else { return nil }
    }
    return run
  }

  /// Goes on to the next sample that has bytes.
  mutating func advance() {
    current = nil
    while run < runs.count {
      guard runs[run].left > 0 else {
        run += 1
        continue
      }
      let size = runs[run].size > 0 ? runs[run].size : tables.big32(runs[run].index) ?? 0
      let sample = MP4Sample(offset: runs[run].offset, size: UInt64(size))
      runs[run].left -= 1
      runs[run].index += runs[run].stride
      runs[run].offset = sample.end
      if size > 0 {
        current = sample
        return
      }
    }
  }
}
