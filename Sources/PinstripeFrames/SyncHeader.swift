/// The header of a frame that says how long the frame is.
///
/// ```
/// MPEG audio, ISO 11172-3 §2.4.1.3, ISO 13818-3 §2.4.1.3 (MPEG-2.5 clears the twelfth sync bit)
///   11 sync  2 version (0 = 2.5, 2, 3 = 1)  2 layer (1 = III, 2 = II, 3 = I)  1 no CRC
///   4 bit rate  2 sample rate  1 padding  1 private  2 mode  2 extension  1 copyright  1 original
///   2 emphasis
/// ADTS, ISO 14496-3 §1.A.3.2
///   12 sync  1 id  2 layer = 0  1 no CRC  2 profile  4 sample rate  1 private  3 channels
///   1 original  1 home  1 copyright id  1 copyright start  13 frame length  11 fullness  2 blocks
/// ```
struct SyncHeader {
  enum Family: UInt32 {
    case mpeg = 0x1000_0000
    case adts = 0x2000_0000
  }

  let family: Family
  /// What no frame of a stream changes; a header with another one is no confirmation.
  let signature: UInt32
  /// Bytes of the frame with its header; 0 in free format, where only the next header tells.
  let length: Int
  /// Bytes of the padding slot, in free format to be added.
  let padding: Int
  /// Bytes of the header and of the checksum behind it, if there is one.
  let lead: Int
  /// Whether the frame has further starts inside that its header does not tell.
  let isOpaque: Bool

  /// Reads a header, nil when the bytes are none.
  init?(_ view: ContentView, at index: Int) {
    guard view[index] == 0xFF, view[index + 1] >= 0xE0 else { return nil }
    if view[index + 1] & 0xF6 == 0xF0 {
      self.init(adts: view, at: index)
    } else {
      self.init(mpeg: view, at: index)
    }
  }

  /// Bytes of the header that ``init(_:at:)`` looks at.
  static func size(_ family: Family) -> Int { family == .mpeg ? 4 : 7 }

  private init?(mpeg view: ContentView, at index: Int) {
    let bits = view.big32(index)
    let version = Int(bits >> 19 & 3)
    let layer = Int(bits >> 17 & 3)
    let bitRate = Int(bits >> 12 & 15)
    let sampleRate = Int(bits >> 10 & 3)
    guard view.count - index >= 4, version != 1, layer != 0, bitRate != 15, sampleRate != 3 else {
      return nil
    }
    let isPadded = bits & 0x200 != 0
    // ISO 11172-3 §2.4.3.1: a slot is 4 bytes in Layer I and 1 in the others; a frame is 12 slots
    // × bit rate / sample rate in Layer I, 144 in the others, and in Layer III of the lower rates,
    // which has one granule a frame, 72.
    let rate = Self.sampleRates[sampleRate] >> (version == 3 ? 0 : version == 2 ? 1 : 2)
    let bits1 = 1000 * Self.bitRate(bitRate, version: version, layer: layer)
    let slots = layer == 3 ? 12 : layer == 1 && version != 3 ? 72 : 144
    let slot = layer == 3 ? 4 : 1
    family = .mpeg
    padding = isPadded ? slot : 0
    length = bitRate == 0 ? 0 : slots * bits1 / rate * slot + padding
    signature = Family.mpeg.rawValue | bits & 0x001E_0C00 | (bitRate == 0 ? 1 : 0)
    // ISO 11172-3 §2.4.1.4: a checksum of 16 bits stands behind the header.
    lead = bits & 0x0001_0000 == 0 ? 6 : 4
    isOpaque = false
  }

  private static let sampleRates = [44100, 48000, 32000]

  /// In kbit/s: ISO 11172-3 §2.4.2.3, ISO 13818-3 §2.4.2.3.
  private static func bitRate(_ index: Int, version: Int, layer: Int) -> Int {
    switch (version == 3, layer) {
    case (true, 3): 32 * index
    case (true, 2): bitRates1Layer2[index]
    case (true, _): bitRates1Layer3[index]
    case (false, 3): bitRates2Layer1[index]
    case (false, _): bitRates2[index]
    }
  }

  private static let bitRates1Layer2: [Int] = [
    0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
  ]
  private static let bitRates1Layer3: [Int] = [
    0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
  ]
  private static let bitRates2Layer1: [Int] = [
    0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
  ]
  private static let bitRates2: [Int] = [
    0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160,
  ]

  private init?(adts view: ContentView, at index: Int) {
    let fixed = view.big32(index)
    // Sample rate indices 13 to 15 are reserved or an escape that ADTS has no room for.
    guard view.count - index >= 7, fixed >> 10 & 15 < 13 else { return nil }
    let hasCRC = fixed & 0x0001_0000 == 0
    let blocks = Int(view[index + 6] & 3)
    length =
      Int(view[index + 3] & 3) << 11 | Int(view[index + 4]) << 3 | Int(view[index + 5]) >> 5
    lead = hasCRC ? 9 : 7
    guard length > lead else { return nil }
    family = .adts
    padding = 0
    signature = Family.adts.rawValue | fixed & 0x0008_FDC0
    // Further raw blocks begin where only a decoder, or with a CRC a table, would know.
    isOpaque = blocks > 0
  }
}
