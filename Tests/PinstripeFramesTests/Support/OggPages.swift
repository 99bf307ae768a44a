/// Builds Ogg pages (RFC 3533 §6), with the runs that they should have.
struct OggPages {
  var built = Built()
  private var numbers: [UInt32: UInt32] = [:]

  /// A piece of a packet in a page.
  struct Piece {
    var bytes: [UInt8]
    var isAudio = true
    /// Whether the packet ends in this page; only the last piece's may not.
    var isComplete = true
  }

  mutating func page(
    _ serial: UInt32, _ pieces: [Piece], isContinued: Bool = false, isFirst: Bool = false,
    isLast: Bool = false
  ) {
    var lacing: [UInt8] = []
    for piece in pieces {
      lacing += [UInt8](repeating: 255, count: piece.bytes.count / 255)
      if piece.isComplete { lacing.append(UInt8(piece.bytes.count % 255)) }
    }
    let number = numbers[serial, default: 0]
    numbers[serial] = number + 1
    let flags: UInt8 = (isContinued ? 1 : 0) | (isFirst ? 2 : 0) | (isLast ? 4 : 0)
    var header = Array("OggS".utf8) + [0, flags] + [UInt8](repeating: 0, count: 8)
    for value in [serial, number, 0xDEAD_BEEF] {
      header += (0..<4).map { UInt8(value >> ($0 * 8) & 255) }
    }
    built.full(header + [UInt8(lacing.count)] + lacing)
    for piece in pieces {
      if piece.isAudio { built.frame(piece.bytes) } else { built.full(piece.bytes) }
    }
  }

  static let vorbisHead = [1] + Array("vorbis".utf8) + [UInt8](repeating: 0, count: 23)
  static let opusHead = Array("OpusHead".utf8) + [1, 2, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0]
  static let flacHead =
    [0x7F] + Array("FLAC".utf8) + [1, 0, 0, 1] + Array("fLaC".utf8)
    + [UInt8](repeating: 0, count: 38)

  mutating func bytes(_ count: Int, first: UInt8) -> [UInt8] {
    Array(([first] + built.random.quietBytes(count)).prefix(count))
  }

  mutating func audio(_ count: Int, first: UInt8 = 0x10) -> Piece {
    Piece(bytes: bytes(count, first: first))
  }

  mutating func header(_ count: Int, first: UInt8) -> Piece {
    Piece(bytes: bytes(count, first: first), isAudio: false)
  }

  /// The pages before a stream's music.
  mutating func vorbis(_ serial: UInt32) {
    page(serial, [Piece(bytes: Self.vorbisHead, isAudio: false)], isFirst: true)
    page(serial, [header(40, first: 3), header(700, first: 5)])
  }
}
