// FLAC (RFC 9639 §8): behind "fLaC" metadata blocks of
//
//   0  type, its highest bit set in the last block   1  3  length, big-endian   4  content
extension EmbeddedTags {
  /// More blocks than any file has.
  private static var maximumBlocks: Int { 1024 }

  /// Takes what the blocks from an offset on say.
  static func fillFLAC<Failure: Error>(
    _ tags: inout EmbeddedTags, at offset: UInt64,
    _ read: (UInt64, Int) throws(Failure) -> [UInt8]
  ) throws(Failure) {
    var offset = offset
    for _ in 0..<maximumBlocks {
      let head = try read(offset, 4)
      guard head.count == 4 else { return }
      // Below 2^24, as all lengths here are.
      let length = Int(head[1]) << 16 | Int(head[2]) << 8 | Int(head[3])
      let type = head[0] & 0x7F
      if type == 4 || type == 6 {
        let content = try read(offset + 4, length)
        if content.count == length { fillBlock(&tags, type, content) }
      }
      guard head[0] & 0x80 == 0 else { return }
      offset += 4 + UInt64(length)
    }
  }

  /// Takes what a block says: 4 comments, 6 a picture.
  static func fillBlock(
    _ tags: inout EmbeddedTags, _ type: UInt8, _ content: some Collection<UInt8>
  ) {
    switch type {
    case 4: VorbisComments.fill(&tags, content)
    case 6: VorbisComments.fillPicture(&tags, content)
    default: return
    }
  }
}
