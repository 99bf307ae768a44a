// A track (TrackFormat.md), little-endian throughout:
//
//   0 ............ 4096 ............. 4096+L ......... ......
//   | header area  |  payload, L bytes | sections ...  | trailer |
//
// The header area:
//
//   offset  size    field
//        0   128    main header
//      128    64·k  key slots, k = 0 to 16
//            64·s   section directory, s = 0 to 12; 0 when there is a trailer
//                   zero
//     4064    32    header tag, over the 4064 bytes before it
//
// The trailer, only of tracks packed from a pipe: the file's last 1024 bytes.

/// Sizes and offsets of a track, in bytes.
public enum TrackLayout {
  /// Bytes before the payload.
  public static var headerAreaSize: Int { 4096 }
  /// The main header.
  public static var mainHeaderSize: Int { 128 }
  /// One key slot.
  public static var slotSize: Int { 64 }
  /// The most key slots a track has.
  public static var maximumSlots: Int { 16 }
  /// One entry of the section directory.
  public static var sectionEntrySize: Int { 64 }
  /// The most sections a track has.
  public static var maximumSections: Int { 12 }
  /// Where the header tag stands in the header area.
  public static var headerTagOffset: Int { 4064 }
  static var headerTag: Range<Int> { 4064..<4096 }
  static var trackIDOffset: Int { 64 }
  static var nonce: Range<Int> { 80..<112 }
  /// Any tag.
  public static var tagSize: Int { 32 }
  /// The trailer.
  public static var trailerSize: Int { 1024 }
  /// Where the trailer's section directory starts in it.
  public static var trailerDirectoryOffset: Int { 64 }
  /// Where the trailer's tag stands in it.
  public static var trailerTagOffset: Int { 992 }
  /// A content key wrapped by AES-KW: 32 + 8 (RFC 3394 §2.2.1).
  public static var wrapSize: Int { 40 }
  /// The salt at the start of every section.
  public static var sectionSaltSize: Int { 32 }
  /// The longest content: keeps every sum of lengths far from 2^63.
  public static var maximumContentLength: UInt64 { 1 << 56 }
  /// The most encrypted bytes of one keystream: 2^32 ChaCha20 blocks of 64 bytes.
  public static var maximumEncryptedBytes: UInt64 { 1 << 38 }
}
