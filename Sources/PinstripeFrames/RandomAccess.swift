/// Reading a content at any place.
struct RandomAccess {
  /// Fills a buffer from an offset on and says how many bytes it got, 0 behind the end.
  let read: (UInt64, UnsafeMutableRawBufferPointer) throws -> Int

  /// The bytes from an offset on, fewer than `count` only at the content's end.
  ///
  /// Memory grows with what comes, not with what a content claims.
  func bytes(at offset: UInt64, _ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: min(count, 65536))
    while bytes.count < count {
      let room = min(part.count, count - bytes.count)
      let place = offset.adding(saturating: UInt64(bytes.count))
      let got = try part.withUnsafeMutableBytes { buffer in
        try read(place, UnsafeMutableRawBufferPointer(rebasing: buffer[..<room]))
      }
      guard got > 0 else { break }
      bytes += part.prefix(min(got, room))
    }
    return bytes
  }
}
