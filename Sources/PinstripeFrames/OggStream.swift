/// One logical stream of an Ogg file (RFC 3533 §2).
struct OggStream {
  let serial: UInt32
  let codec: ContentCodec
  /// Packets so far that began.
  private var packets: UInt64 = 0
  /// The kind of the packet that goes on in the stream's next page; nil when none does.
  var open: RunKind?

  init(serial: UInt32, codec: ContentCodec) {
    self.serial = serial
    self.codec = codec
  }

  /// The kind of a packet that begins in view.
  ///
  /// Headers are full runs, as is what is not known.
  mutating func kind(_ view: ContentView) -> RunKind {
    defer { packets &+= 1 }
    switch codec {
    case .vorbis:
      // Vorbis I §4.2.1, §4.3.1: headers have an odd type byte, audio packets a zero bit first.
      return packets < 3 || view[0] & 1 != 0 ? .full : .striped
    case .opus:
      // RFC 7845 §3: two header packets.
      return packets < 2 || view.has("OpusHead", at: 0) || view.has("OpusTags", at: 0)
        ? .full : .striped
    case .flac:
      // RFC 9639 §10.1: a packet is a metadata block or a frame; only frames begin with 0xFF.
      return packets > 0 && view[0] == 0xFF ? .striped : .full
    default:
      return .full
    }
  }
}
