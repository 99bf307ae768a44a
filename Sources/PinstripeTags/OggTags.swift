// Ogg page (RFC 3533 §6), little-endian:
//
//    0  "OggS"   4  version 0   5  flags   6  8  position   14  4  stream   18  4  number   22  4  checksum
//   26  count of segments   27  their lengths; a packet ends with one below 255   …  the segments
//
// The first packet names the codec; comments come in the second (Vorbis, Opus), or in one of the next
// as a FLAC block (RFC 9639 §10.1).
extension EmbeddedTags {
  private static var maximumPages: Int { 65_536 }
  private static var maximumPackets: Int { 64 }

  /// Takes what the first stream's comments say.
  static func fillOgg<Failure: Error>(
    _ tags: inout EmbeddedTags, length: UInt64, _ read: (UInt64, Int) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    var offset: UInt64 = 0
    var stream: [UInt8]?
    var packet: [UInt8] = []
    var packets = 0
    var first: [UInt8] = []
    for _ in 0..<maximumPages where offset < length {
      let head = try read(offset, 27)
      guard head.count == 27, head.starts(with: Array("OggS".utf8)), head[4] == 0 else { return }
      let count = Int(head[26])
      let lacing = try read(offset + 27, count)
      guard lacing.count == count else { return }
      let size = lacing.reduce(0) { $0 + Int($1) }
      let start = offset + 27 + UInt64(count)
      offset = start + UInt64(size)
      let serial = Array(head[14..<18])
      stream = stream ?? serial
      guard stream == serial else { continue }
      let body = try read(start, size)
      guard body.count == size else { return }
      var place = 0
      for segment in lacing {
        packet += body[place..<place + Int(segment)]
        place += Int(segment)
        guard packet.count <= maximumSize else { return }
        guard segment < 255 else { continue }
        if packets == 0 { first = Array(packet.prefix(16)) }
        let isDone = packets > 0 && fillPacket(&tags, packet, codec: first)
        packets += 1
        packet = []
        guard !isDone, packets < maximumPackets else { return }
      }
    }
  }

  /// Takes what a packet says; true when no further one matters.
  private static func fillPacket(
    _ tags: inout EmbeddedTags, _ packet: [UInt8], codec: [UInt8]
  ) -> Bool {
    let vorbis = Array("vorbis".utf8)
    if codec.starts(with: [0x01] + vorbis) {
      guard packet.starts(with: [0x03] + vorbis) else { return true }
      VorbisComments.fill(&tags, packet.dropFirst(7))
      return true
    }
    if codec.starts(with: Array("OpusHead".utf8)) {
      guard packet.starts(with: Array("OpusTags".utf8)) else { return true }
      VorbisComments.fill(&tags, packet.dropFirst(8))
      return true
    }
    guard codec.starts(with: [0x7F] + Array("FLAC".utf8)), let type = packet.first else {
      return true
    }
    // FF begins a frame: there are no more blocks.
    guard type != 0xFF else { return true }
    fillBlock(&tags, type & 0x7F, packet.dropFirst(4))
    return type & 0x80 != 0
  }
}
