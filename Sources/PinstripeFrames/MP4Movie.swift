/// What a `moov` box tells about samples (ISO 14496-12 §8.2).
struct MP4Movie {
  /// The most tracks that are looked at.
  static let mostTracks = 64

  let tables: MP4Bytes
  /// Of the first audio track; other when there is none.
  let codec: ContentCodec
  /// The ids of tracks whose samples become striped runs.
  let audioTracks: [UInt32]
  /// A track's size of samples in fragments when they do not say (`trex`, §8.8.3).
  let defaultSizes: [(track: UInt32, size: UInt32)]
  /// Why no sample can be told; nil when all is well.
  let fault: String?
  private var tracks: [MP4Samples]
  /// The track of the next sample.
  private var least = 0

  /// Reads the content of the box.
  init(_ bytes: [UInt8]) {
    let tables = MP4Bytes(bytes: bytes)
    let boxes = tables.boxes(in: 0..<bytes.count)
    let traks = boxes.filter { $0.type == MP4Box.type("trak") }
    let all = traks.prefix(Self.mostTracks).compactMap { MP4Track(tables, trak: $0.range) }
    let audio = all.filter { $0.isAudio && $0.codec != .other }
    self.tables = tables
    codec = (audio.first ?? all.first { $0.isAudio })?.codec ?? .other
    audioTracks = audio.map(\.id)
    tracks = audio.compactMap(\.samples)
    let mvex = boxes.first { $0.type == MP4Box.type("mvex") }
    defaultSizes = mvex.map { Self.defaultSizes($0.range, tables) } ?? []
    if audio.isEmpty {
      fault = "The MP4 tables name no audio of a known codec"
    } else if tracks.count < audio.count || traks.count > Self.mostTracks {
      fault = "The MP4 sample tables are damaged"
    } else if tracks.contains(where: \.isFine) {
      fault = "The MP4 sample tables name pieces smaller than frames"
    } else {
      fault = nil
    }
    choose()
  }

  /// The next sample of all tracks; nil behind the last.
  private(set) var current: MP4Sample?

  private static func defaultSizes(
    _ mvex: Range<Int>, _ tables: MP4Bytes
  ) -> [(track: UInt32, size: UInt32)] {
    let trex = tables.boxes(in: mvex).filter { $0.type == MP4Box.type("trex") }
    return trex.prefix(mostTracks).compactMap { trex in
      guard let track = tables.big32(trex.range.lowerBound + 4),
        let size = tables.big32(trex.range.lowerBound + 16)
      else { return nil }
      return (track, size)
    }
  }

  /// Goes on behind ``current``.
  mutating func advance() {
    if least < tracks.count { tracks[least].advance(tables) }
    choose()
  }

  private mutating func choose() {
    current = nil
    for (index, track) in tracks.enumerated() {
      guard let next = track.current, next.offset < current?.offset ?? .max else { continue }
      current = next
      least = index
    }
  }
}
