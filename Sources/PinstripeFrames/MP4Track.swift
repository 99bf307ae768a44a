/// A track as far as finding its samples needs it (ISO 14496-12 §8.3 to §8.7).
struct MP4Track {
  let id: UInt32
  let isAudio: Bool
  let codec: ContentCodec
  /// Where its samples are; nil when a table is missing or damaged.
  let samples: MP4Samples?

  init?(_ tables: MP4Bytes, trak: Range<Int>) {
    guard let tkhd = tables.box("tkhd", in: trak), let version = tables.big32(tkhd.lowerBound),
      // §8.3.2: two times of 32 bits, of 64 in version 1, stand before the id.
      let id = tables.big32(tkhd.lowerBound + (version >> 24 == 1 ? 20 : 12)),
      let hdlr = tables.box("mdia", "hdlr", in: trak),
      let stbl = tables.box("mdia", "minf", "stbl", in: trak)
    else { return nil }
    self.id = id
    isAudio = tables.big32(hdlr.lowerBound + 8) == MP4Box.type("soun")
    codec = isAudio ? ContentCodec(stbl: stbl, tables) : .other
    samples = MP4Samples(stbl: stbl, tables)
  }
}

extension ContentCodec {
  /// The codec of a track's sample descriptions (§8.5.2); other when they are of several.
  init(stbl: Range<Int>, _ tables: MP4Bytes) {
    guard let stsd = tables.box("stsd", in: stbl), stsd.count >= 8 else {
      self = .other
      return
    }
    // More descriptions than a few are made up.
    let entries = tables.boxes(in: stsd.lowerBound + 8..<stsd.upperBound)
    let codecs = entries.prefix(16).map { entry in
      ContentCodec(sampleEntry: entry.type, entry.range, tables)
    }
    guard let first = codecs.first, entries.count == codecs.count,
      codecs.allSatisfy({ $0 == first })
    else {
      self = .other
      return
    }
    self = first
  }

  private init(sampleEntry type: UInt32, _ range: Range<Int>, _ tables: MP4Bytes) {
    switch type {
    case MP4Box.type("mp4a"): self = Self.codec(mp4a: range, tables)
    case MP4Box.type("alac"): self = .alac
    case MP4Box.type("fLaC"): self = .flac
    case MP4Box.type("Opus"): self = .opus
    case MP4Box.type("ac-3"), MP4Box.type("ec-3"): self = .ac3
    case MP4Box.type(".mp3"), 0x6D73_0055: self = .mp3
    default: self = .other
    }
  }

  /// The codec that an `esds` box names (ISO 14496-1 §7.2.6.6).
  ///
  /// It is the first byte of the descriptor with tag 4, the object type. AAC when there is none, as QuickTime's older files have it elsewhere.
  private static func codec(mp4a range: Range<Int>, _ tables: MP4Bytes) -> ContentCodec {
    let esds = MP4Box.type("esds")
    // Its place depends on the entry's version; the entry is short.
    let end = min(range.upperBound, range.lowerBound + 512)
    for index in range.lowerBound..<end where tables.big32(index) == esds {
      // Version and flags, then tag 3 with its length, an id of 2 bytes and flags of 1.
      guard let tag = tables.afterDescriptorHeader(3, at: index + 8),
        let type = tables.afterDescriptorHeader(4, at: tag + 3), type < tables.bytes.count
      else { return .aac }
      switch tables.bytes[type] {
      case 0x40, 0x66, 0x67, 0x68: return .aac
      case 0x69, 0x6B: return .mp3
      default: return .other
      }
    }
    return .aac
  }
}

extension MP4Bytes {
  /// The index behind a descriptor's tag and length (ISO 14496-1 §8.3.3: up to 4 bytes of 7 bits).
  fileprivate func afterDescriptorHeader(_ tag: UInt8, at index: Int) -> Int? {
    guard index >= 0, index < bytes.count, bytes[index] == tag else { return nil }
    for end in index + 1..<index + 5 where end < bytes.count && bytes[end] & 0x80 == 0 {
      return end + 1
    }
    return nil
  }
}
