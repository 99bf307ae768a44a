import CPinstripe
import PinstripeCore

/// What a track's header says, for showing to a person.
public struct TrackDescription: Sendable, Equatable {
  /// "ChaCha20" or "AES-128-CTR".
  public let suite: String
  /// "clear", "every" or "framed".
  public let pattern: String
  /// The bytes at the start of each frame that are all encrypted; 0 unless framed.
  public let head: Int
  /// Of how many bytes one is encrypted; 0 for an unprotected track.
  public let stride: Int
  /// The first encrypted byte.
  public let phase: Int
  /// Bytes of content; nil when it stands in a trailer that was not read.
  public let contentLength: UInt64?
  /// Encrypted bytes of content; nil when ``contentLength`` is, and of a framed track without its key.
  public let encryptedLength: UInt64?
  /// Bytes that the frame map takes in the track's file; 0 without one, nil without the track's key.
  public let mapLength: UInt64?
  /// The content's format in four characters, without padding: "mp3".
  public let codec: String
  /// The track's id in hexadecimal.
  public let trackID: String
  /// Who can open it.
  public let slots: [Slot]
  /// Whether the track was packed from a pipe.
  public let hasTrailer: Bool

  /// A key slot, as far as it can be told without a key.
  public struct Slot: Sendable, Equatable {
    /// "device", "user" or "group".
    public let recipient: String
    /// A device's epoch, or a user's or group's generation.
    public let generation: UInt32
    /// The key's id in hexadecimal.
    public let keyID: String
  }

  init(
    _ header: MainHeader, slots: [KeySlot], contentLength: UInt64?, cipher: ContentCipher?
  ) {
    suite = header.suite == .chacha20 ? "ChaCha20" : "AES-128-CTR"
    stride = Int(header.pattern.stride)
    phase = Int(header.pattern.phase)
    self.contentLength = contentLength
    pattern =
      switch UInt32(header.pattern.kind) {
      case PINSTRIPE_PATTERN_CLEAR: "clear"
      case PINSTRIPE_PATTERN_FRAMED: "framed"
      default: "every"
      }
    head = Int(header.pattern.head)
    // Without the key, a frame map tells nothing.
    encryptedLength =
      cipher?.encryptedLength
      ?? (header.pattern.isFramed
        ? nil : contentLength.map { header.pattern.encryptedCount(before: $0) })
    mapLength = header.pattern.isFramed ? cipher?.map?.sectionLength : 0
    let code = withUnsafeBytes(of: header.codec.code.littleEndian) { Array($0) }
    codec = String(decoding: code.prefix { $0 != 0x20 }, as: UTF8.self)
    trackID = Hexadecimal.string(header.trackID)
    hasTrailer = header.hasTrailer
    self.slots = slots.map(Slot.init)
  }
}

extension TrackDescription.Slot {
  init(_ slot: KeySlot) {
    let names: [UInt32: String] = [
      PINSTRIPE_RECIPIENT_DEVICE: "device", PINSTRIPE_RECIPIENT_USER: "user",
      PINSTRIPE_RECIPIENT_GROUP: "group",
    ]
    recipient = names[UInt32(slot.recipient)] ?? "unknown"
    generation = slot.generation
    keyID = Hexadecimal.string(slot.keyID)
  }
}

/// Bytes as people and JSON write them.
public enum Hexadecimal {
  /// Two lower-case digits a byte.
  public static func string(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef")
    return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  static func string<let count: Int>(_ bytes: InlineArray<count, UInt8>) -> String {
    string(bytes.indices.map { bytes[$0] })
  }
}
