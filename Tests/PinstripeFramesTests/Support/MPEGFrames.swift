import TestTools

/// Builds MPEG audio frames from the fields of ISO 11172-3 §2.4.1.3.
struct MPEGFrame {
  /// 10 (1.0), 20 or 25.
  var version = 10
  var layer = 3
  /// The index in the header, 1...14; 0 is free format.
  var bitRate = 9
  var sampleRate = 0
  var isPadded = false
  /// Bytes without padding in free format.
  var freeLength = 0
  var hasCRC = false

  static let versions = [10, 20, 25]

  /// Table 3-B of ISO 11172-3 and ISO 13818-3 in kbit/s, from index 1.
  var kilobits: Int {
    let text =
      switch (version, layer) {
      case (10, 1): "32 64 96 128 160 192 224 256 288 320 352 384 416 448"
      case (10, 2): "32 48 56 64 80 96 112 128 160 192 224 256 320 384"
      case (10, _): "32 40 48 56 64 80 96 112 128 160 192 224 256 320"
      case (_, 1): "32 48 56 64 80 96 112 128 144 160 176 192 224 256"
      default: "8 16 24 32 40 48 56 64 80 96 112 128 144 160"
      }
    return text.split(separator: " ").compactMap { Int($0) }[bitRate - 1]
  }

  var hertz: Int {
    switch version {
    case 10: [44100, 48000, 32000][sampleRate]
    case 20: [22050, 24000, 16000][sampleRate]
    default: [11025, 12000, 8000][sampleRate]
    }
  }

  /// From the samples in a frame: bytes = samples / 8 × bit rate / sample rate, in whole slots.
  var length: Int {
    let slot = layer == 1 ? 4 : 1
    let padding = isPadded ? slot : 0
    if bitRate == 0 { return freeLength + padding }
    let samples = layer == 1 ? 384 : layer == 2 || version == 10 ? 1152 : 576
    return samples * kilobits * 1000 / (8 * slot * hertz) * slot + padding
  }

  func bytes(_ random: inout Random) -> [UInt8] {
    let versionBits = [10: 3, 20: 2, 25: 0][version] ?? 1
    let header: [UInt8] = [
      0xFF, UInt8(0xE0 | versionBits << 3 | (4 - layer) << 1 | (hasCRC ? 0 : 1)),
      UInt8(bitRate << 4 | sampleRate << 2 | (isPadded ? 2 : 0)), 0x44,
    ]
    return header + random.quietBytes(max(0, length - 4))
  }
}

/// A content built of pieces, and the runs that it should have.
struct Built {
  var bytes: [UInt8] = []
  var starts: [String] = []
  var random = Random(seed: 1)

  mutating func full(_ piece: [UInt8]) {
    if !piece.isEmpty, starts.last?.hasPrefix("F") != true { starts.append("F \(bytes.count)") }
    bytes += piece
  }

  /// A frame; one no longer than a run's head belongs to the full run before it.
  ///
  /// - Parameter lead: Bytes before the run.
  mutating func frame(_ piece: [UInt8], lead: Int = 0) {
    full(Array(piece.prefix(lead)))
    if piece.count - lead <= 32 { return full(Array(piece.dropFirst(lead))) }
    starts.append("S \(bytes.count)")
    bytes += piece.dropFirst(lead)
  }

  mutating func mpeg(_ frame: MPEGFrame, count: Int = 1) {
    for _ in 0..<count { self.frame(frame.bytes(&random), lead: frame.hasCRC ? 6 : 4) }
  }
}
