/// Builds MP4 boxes (ISO 14496-12).
enum MP4File {
  static func box(_ type: String, _ body: [UInt8], isLarge: Bool = false) -> [UInt8] {
    isLarge
      ? big32(1) + Array(type.utf8) + big32(0) + big32(body.count + 16) + body
      : big32(body.count + 8) + Array(type.utf8) + body
  }

  static func big32(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(value >> $0 & 255) } }

  static func numbers(_ values: Int...) -> [UInt8] { values.flatMap(big32) }

  /// How the sizes of samples are written.
  enum Sizes: CaseIterable {
    case stsz, fixed, stz2of4, stz2of8, stz2of16
  }

  /// A track of chunks.
  struct Track {
    var id = 1
    var isAudio = true
    var codec = "mp4a"
    /// The object type in its `esds`.
    var objectType: UInt8 = 0x40
    var sizes = Sizes.stsz
    var isWide = false
    /// Offset and sizes of the samples.
    var chunks: [(offset: Int, samples: [Int])] = []

    var box: [UInt8] {
      let stbl = stsd + sizeBox + chunkMap + offsets
      let hdlr = numbers(0, 0) + Array((isAudio ? "soun" : "vide").utf8) + numbers(0, 0, 0)
      return MP4File.box(
        "trak",
        MP4File.box("tkhd", numbers(7, 0, 0, id, 0, 0))
          + MP4File.box(
            "mdia",
            MP4File.box("hdlr", hdlr) + MP4File.box("minf", MP4File.box("stbl", stbl))))
    }

    private var stsd: [UInt8] {
      let esds: [UInt8] = [3, 0x80, 0x80, 0x80, 25, 0, 1, 0, 4, 17, objectType, 0x15]
      let entry =
        [UInt8](repeating: 0, count: 28)
        + MP4File.box("esds", big32(0) + esds + [UInt8](repeating: 0, count: 12))
      return MP4File.box("stsd", numbers(0, 1) + MP4File.box(codec, entry))
    }

    private var sizeBox: [UInt8] {
      let all = chunks.flatMap(\.samples)
      switch sizes {
      case .stsz: return MP4File.box("stsz", numbers(0, 0, all.count) + all.flatMap(big32))
      case .fixed: return MP4File.box("stsz", numbers(0, all.first ?? 0, all.count))
      case .stz2of16:
        let table = all.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        return MP4File.box("stz2", numbers(0, 16, all.count) + table)
      case .stz2of8: return MP4File.box("stz2", numbers(0, 8, all.count) + all.map { UInt8($0) })
      case .stz2of4:
        let table = stride(from: 0, to: all.count, by: 2).map { index in
          UInt8(all[index] << 4 | (index + 1 < all.count ? all[index + 1] : 0))
        }
        return MP4File.box("stz2", numbers(0, 4, all.count) + table)
      }
    }

    private var chunkMap: [UInt8] {
      var groups: [[Int]] = []
      for (index, chunk) in chunks.enumerated() where groups.last?[1] != chunk.samples.count {
        groups.append([index + 1, chunk.samples.count, 1])
      }
      return MP4File.box("stsc", numbers(0, groups.count) + groups.joined().flatMap(big32))
    }

    private var offsets: [UInt8] {
      let table = chunks.flatMap { (isWide ? big32(0) : []) + big32($0.offset) }
      return MP4File.box(isWide ? "co64" : "stco", numbers(0, chunks.count) + table)
    }
  }

  static func moov(_ tracks: [Track], defaultSize: Int? = nil) -> [UInt8] {
    let mvex = defaultSize.map { size in
      box("mvex", tracks.flatMap { box("trex", numbers(0, $0.id, 1, 1024, size, 0)) })
    }
    return box("moov", box("mvhd", numbers(0, 0)) + tracks.flatMap(\.box) + (mvex ?? []))
  }

  static let ftyp = box("ftyp", Array("M4A ".utf8) + numbers(0))
}

extension Built {
  /// A whole file: samples of `chunks` (gap before it, sizes) for each track in turn, with the tables
  /// in front or behind.
  init(
    mp4 tracks: [MP4File.Track], chunks: [(track: Int, gap: Int, samples: [Int])], isFirst: Bool,
    isLarge: Bool = false
  ) {
    self.init()
    // The length of the tables does not depend on what stands in them.
    var tracks = tracks
    for chunk in chunks { tracks[chunk.track].chunks.append((0, chunk.samples)) }
    let tables = MP4File.moov(tracks).count
    let start = MP4File.ftyp.count + (isFirst ? tables : 0) + (isLarge ? 16 : 8)
    var offset = start
    var next = [Int](repeating: 0, count: tracks.count)
    var data = Built()
    for chunk in chunks {
      data.full(random.quietBytes(chunk.gap))
      offset += chunk.gap
      tracks[chunk.track].chunks[next[chunk.track]].offset = offset
      next[chunk.track] += 1
      for size in chunk.samples where size > 0 {
        let bytes = random.quietBytes(size)
        let isStriped = tracks[chunk.track].isAudio
        if isStriped { data.frame(bytes) } else { data.full(bytes) }
        offset += size
      }
    }
    full(MP4File.ftyp)
    if isFirst { full(MP4File.moov(tracks)) }
    full(Array(MP4File.box("mdat", data.bytes, isLarge: isLarge).prefix(isLarge ? 16 : 8)))
    append(data)
    if !isFirst { full(MP4File.moov(tracks)) }
  }

  /// Appends another's bytes and runs.
  mutating func append(_ other: Built) {
    for start in other.starts {
      guard let space = start.firstIndex(of: " "), let offset = Int(start[space...].dropFirst())
      else { continue }
      if start.hasPrefix("F"), starts.last?.hasPrefix("F") == true { continue }
      starts.append("\(start[..<space]) \(offset + bytes.count)")
    }
    bytes += other.bytes
  }
}
