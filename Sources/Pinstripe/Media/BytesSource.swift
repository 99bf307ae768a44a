/// A source in memory.
struct BytesSource: MediaSource {
  let name: String
  let bytes: [UInt8]
  var length: UInt64? { UInt64(bytes.count) }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    let part = bytes.dropFirst(Int(clamping: offset)).prefix(buffer.count)
    buffer.copyBytes(from: part)
    return part.count
  }
}
