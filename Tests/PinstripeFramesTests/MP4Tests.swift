import PinstripeFrames
import Testing

/// MP4 against boxes built from ISO 14496-12.
struct MP4Tests {
  private static let late =
    "The MP4 tables come after the samples, which a pipe cannot wait for, so the rest is encrypted"
    + " in full."

  @Test func everyKindOfTable() throws {
    for sizes in MP4File.Sizes.allCases {
      for isWide in [false, true] {
        for isFirst in [false, true] {
          for isLarge in [false, true] {
            let samples =
              switch sizes {
              case .stsz, .stz2of16: [400, 0, 33, 5000, 32, 1]
              case .stz2of8: [40, 0, 255, 33, 7, 99]
              case .stz2of4: [1, 0, 15, 3, 9, 7]
              case .fixed: [300, 300, 300]
              }
            let built = Built(
              mp4: [.init(sizes: sizes, isWide: isWide)],
              chunks: [
                (0, 0, samples), (0, 10, samples), (0, 9000, Array(samples.prefix(1))),
                (0, 1, samples),
              ], isFirst: isFirst, isLarge: isLarge)
            let what = "\(sizes), co64 \(isWide), moov first \(isFirst), large mdat \(isLarge)"
            let runs = try Runs(built.bytes)
            #expect(list(runs.starts) == built.starts, "\(what)")
            #expect(runs.format == .mp4(.aac), "\(what)")
            #expect(runs.notice == nil, "\(what)")
            let piped = try Runs(built.bytes, isPipe: true)
            if isFirst {
              #expect(piped == runs, "\(what)")
            } else {
              #expect(list(piped.starts) == ["F 0"], "\(what)")
              #expect(piped.notice == Self.late, "\(what)")
            }
          }
        }
      }
    }
  }

  @Test func codecs() throws {
    let codecs: [(String, UInt8, ContentCodec)] = [
      ("mp4a", 0x40, .aac), ("mp4a", 0x67, .aac), ("mp4a", 0x6B, .mp3), ("mp4a", 0xA5, .other),
      ("alac", 0, .alac), ("fLaC", 0, .flac), ("Opus", 0, .opus), ("ac-3", 0, .ac3),
      (".mp3", 0, .mp3), ("sowt", 0, .other), ("enca", 0, .other),
    ]
    for (name, type, codec) in codecs {
      let built = Built(
        mp4: [.init(codec: name, objectType: type)], chunks: [(0, 0, [100, 100])], isFirst: true)
      let runs = try Runs(built.bytes)
      #expect(runs.format == .mp4(codec), "\(name)")
      #expect(list(runs.starts) == (codec == .other ? ["F 0"] : built.starts), "\(name)")
      #expect((runs.notice == nil) == (codec != .other), "\(name)")
    }
  }

  @Test func severalTracks() throws {
    let built = Built(
      mp4: [
        .init(id: 1, isAudio: false, codec: "avc1"), .init(id: 2), .init(id: 3, codec: "alac"),
      ],
      chunks: [
        (0, 0, [9000]), (1, 0, [300, 300]), (2, 5, [800]), (0, 0, [10, 20]), (1, 0, [300]),
        (2, 0, [700, 700]), (1, 0, [300]),
      ], isFirst: false)
    let runs = try Runs(built.bytes)
    #expect(list(runs.starts) == built.starts)
    #expect(runs.notice == nil)
  }

  /// Chunks in another order than the file's, overlapping, or across the data's end.
  ///
  /// What comes before the contradiction is as it should be.
  @Test func contradictions() throws {
    let cases: [(chunks: [Int], striped: Int)] = [
      ([200, 900, 500], 2), ([200, 250, 900], 1), ([-60, 500, 900], 0), ([0, 100, 8901], 2),
      ([1000, 1, 0], 1), ([500, 500], 1),
    ]
    for (chunks, striped) in cases {
      var track = MP4File.Track(chunks: chunks.map { _ in (0, [100]) })
      let start = MP4File.ftyp.count + MP4File.moov([track]).count + 8
      for (index, offset) in chunks.enumerated() { track.chunks[index].offset = start + offset }
      let file =
        MP4File.ftyp + MP4File.moov([track])
        + MP4File.box("mdat", [UInt8](repeating: 1, count: 9000))
      for isPipe in [false, true] {
        let runs = try Runs(file, isPipe: isPipe)
        #expect(runs.fault(count: file.count) == nil, "\(chunks)")
        #expect(runs.striped == chunks.prefix(striped).map { UInt64(start + $0) }, "\(chunks)")
        #expect(runs.starts.last?.kind == .full, "\(chunks)")
        #expect(
          runs.notice == "The MP4 tables contradict each other, so the rest is encrypted in full.",
          "\(chunks)")
      }
    }
  }

  /// Samples behind the data belong to no box that is walked; they are just not there.
  @Test func samplesOutsideTheData() throws {
    var track = MP4File.Track(chunks: [(0, [100]), (0, [100])])
    let start = MP4File.ftyp.count + MP4File.moov([track]).count + 8
    track.chunks[0].offset = start
    track.chunks[1].offset = start + (1 << 30)
    let file =
      MP4File.ftyp + MP4File.moov([track]) + MP4File.box("mdat", [UInt8](repeating: 1, count: 900))
    #expect(
      try list(Runs(file).starts) == ["F 0", "S \(start)", "F \(start + 100)"])
  }

  @Test func samplesTooSmallToBeFrames() throws {
    let built = Built(
      mp4: [.init(sizes: .fixed)], chunks: [(0, 0, [Int](repeating: 4, count: 900))], isFirst: true)
    let runs = try Runs(built.bytes)
    #expect(list(runs.starts) == ["F 0"])
    #expect(
      runs.notice
        == "The MP4 sample tables name pieces smaller than frames, so the rest is encrypted in full."
    )
  }

  @Test func tablesTooLarge() throws {
    let head = MP4File.ftyp + MP4File.big32(33 << 20) + Array("moov".utf8) + [0, 0, 0]
    for isPipe in [false, true] {
      let runs = try Runs(head, isPipe: isPipe)
      #expect(list(runs.starts) == ["F 0"])
      #expect(
        runs.notice == "The MP4 tables are larger than 32 MiB, so the rest is encrypted in full.")
    }
  }

  @Test func noTables() throws {
    let file = MP4File.ftyp + MP4File.box("mdat", [UInt8](repeating: 0, count: 900))
    let runs = try Runs(file)
    #expect(list(runs.starts) == ["F 0"])
    #expect(
      runs.notice
        == "The MP4 tables are missing, or larger than 32 MiB, so the rest is encrypted in full.")
  }

  /// Every way to say where a fragment's samples begin, and how large they are.
  @Test func fragments() throws {
    for hasSizes in [false, true] {
      for base in ["moof", "explicit", "implicit"] {
        for trex in [true, false] {
          let file = Self.fragmented(hasSizes: hasSizes, base: base, trex: trex)
          for isPipe in [false, true] {
            let runs = try Runs(file.bytes, isPipe: isPipe)
            let what = "sizes \(hasSizes), base \(base), trex \(trex), pipe \(isPipe)"
            #expect(list(runs.starts) == file.starts, "\(what)")
            #expect(runs.notice == nil, "\(what)")
          }
        }
      }
    }
  }

  static func fragmented(hasSizes: Bool, base: String, trex: Bool) -> Built {
    let samples = hasSizes ? [300, 40, 500] : [300, 300, 300]
    var built = Built()
    built.full(
      MP4File.ftyp + MP4File.moov([.init()], defaultSize: trex ? 300 : 0)
        + MP4File.box("styp", [1, 2, 3, 4]))
    for _ in 0..<3 {
      let start = built.bytes.count
      func moof(_ data: Int) -> [UInt8] {
        let hasDefault = !trex && !hasSizes
        var flags = base == "moof" ? 0x20000 : base == "explicit" ? 1 : 0
        flags |= hasDefault ? 0x10 : 0
        let tfhd =
          MP4File.numbers(flags, 1) + (base == "explicit" ? MP4File.numbers(0, start) : [])
          + (hasDefault ? MP4File.big32(300) : [])
        let first = MP4File.numbers(hasSizes ? 0x301 : 1, 2, data)
        let second = MP4File.numbers(hasSizes ? 0x200 : 0, 1)
        func table(_ sizes: ArraySlice<Int>, durations: Bool) -> [UInt8] {
          hasSizes
            ? sizes.flatMap { (durations ? MP4File.big32(1024) : []) + MP4File.big32($0) } : []
        }
        return MP4File.box(
          "moof",
          MP4File.box("mfhd", MP4File.numbers(0, 1))
            + MP4File.box(
              "traf",
              MP4File.box("tfhd", tfhd)
                + MP4File.box("trun", first + table(samples[..<2], durations: true))
                + MP4File.box("trun", second + table(samples[2...], durations: false))))
      }
      let length = moof(0).count
      built.full(moof(length + 8 + 6))
      let data = samples.reduce(0, +)
      built.full(MP4File.box("mdat", [UInt8](repeating: 1, count: data + 6)).prefix(14).map { $0 })
      for size in samples { built.frame(built.random.quietBytes(size)) }
    }
    return built
  }
}
