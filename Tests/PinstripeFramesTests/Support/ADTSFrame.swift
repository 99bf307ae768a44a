import TestTools

/// Builds ADTS frames from the fields of ISO 14496-3 §1.A.3.2.
struct ADTSFrame {
  var isMPEG2 = false
  var hasCRC = false
  /// 1 is AAC LC.
  var profile = 1
  var sampleRate = 4
  var channels = 2
  var blocks = 1
  var length = 300

  func bytes(_ random: inout Random) -> [UInt8] {
    var bits: UInt64 = 0
    func put(_ value: Int, _ width: Int) { bits = bits << UInt64(width) | UInt64(value) }
    put(0xFFF, 12)
    put(isMPEG2 ? 1 : 0, 1)
    put(0, 2)
    put(hasCRC ? 0 : 1, 1)
    put(profile, 2)
    put(sampleRate, 4)
    put(0, 1)
    put(channels, 3)
    put(0, 4)
    put(length, 13)
    put(0x7FF, 11)
    put(blocks - 1, 2)
    let header = (0..<7).map { UInt8(bits >> UInt64(48 - 8 * $0) & 0xFF) }
    return header + random.quietBytes(max(0, length - 7))
  }
}

extension Built {
  mutating func adts(_ frame: ADTSFrame, count: Int = 1) {
    for _ in 0..<count {
      // Where the later blocks of a frame begin is not told.
      let bytes = frame.bytes(&random)
      if frame.blocks > 1 { full(bytes) } else { self.frame(bytes, lead: frame.hasCRC ? 9 : 7) }
    }
  }
}
