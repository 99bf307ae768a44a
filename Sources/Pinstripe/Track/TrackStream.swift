import PinstripeCore

/// A track made on the fly: what goes through a pipe or over USB.
///
/// The bytes are produced in order into the caller's buffers and encrypted there; no buffer of the
/// content is kept. Lengths stand in a trailer, so the source is read once.
public final class TrackStream {
  /// Bytes of the whole track, when the source's length is known.
  public let length: UInt64?
  /// Bytes of content read so far.
  public var contentLength: UInt64 { encryptor.contentLength }
  /// How many of these are encrypted.
  public var encryptedLength: UInt64 { encryptor.encryptedLength }
  private var source: any MediaSource
  private let encryptor: PartialEncryptor
  private var codec: CodecTag?
  private var tail: ArraySlice<UInt8>?

  /// The first buffer is at least this large: the header area, and enough content behind it to tell
  /// the codec from.
  public static let minimumBuffer = 4096 + 16

  /// Starts a track of a source.
  ///
  /// - Throws: ``PinstripeError``.
  public init(_ source: any MediaSource, recipe: TrackRecipe) throws(PinstripeError) {
    self.source = source
    encryptor = try PartialEncryptor(recipe, layout: .trailer, sourceName: source.name)
    if let content = source.length {
      let tail = try encryptor.tailLength(of: content)
      length = content + UInt64(TrackLayout.headerAreaSize) + UInt64(tail)
    } else {
      length = nil
    }
  }

  /// Produces the next bytes of the track.
  ///
  /// - Parameter buffer: At least ``minimumBuffer`` bytes in the first call.
  /// - Returns: How many bytes were written: all of the buffer, and less only at the track's end.
  /// - Throws: ``PinstripeError``; also when the source turns out shorter than it said.
  public func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    guard codec != nil || buffer.count >= Self.minimumBuffer else {
      throw PinstripeError(.system, "A transfer buffer is smaller than a header; please report it.")
    }
    // The header area is written once the first content behind it has told the codec.
    let area = codec == nil ? TrackLayout.headerAreaSize : 0
    var done = area
    while tail == nil, done < buffer.count {
      done += try payload(UnsafeMutableRawBufferPointer(rebasing: buffer[done...]))
    }
    if area > 0 { buffer.copyBytes(from: try encryptor.headerArea(codec: codec ?? .data)) }
    let count = min(tail?.count ?? 0, buffer.count - done)
    if count > 0, let part = tail?.prefix(count) {
      UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count]).copyBytes(from: part)
      tail?.removeFirst(count)
    }
    return done + count
  }

  private func payload(_ buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
    // A source that grew while it was read is packed as long as it was.
    let left = source.length.map { $0 - min($0, encryptor.contentLength) }
    let room = left.map { Int(clamping: min($0, UInt64(buffer.count))) } ?? buffer.count
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<room])
    let count = try source.fill(part, at: encryptor.contentLength)
    let content = UnsafeMutableRawBufferPointer(rebasing: part[..<count])
    let codec = self.codec ?? CodecTag(sniffing: UnsafeRawBufferPointer(content))
    self.codec = codec
    try encryptor.encrypt(content)
    if count < buffer.count { try finish(codec) }
    return count
  }

  private func finish(_ codec: CodecTag) throws(PinstripeError) {
    if let expected = source.length, expected != encryptor.contentLength {
      throw .changed(source.name)
    }
    tail = try encryptor.finish(codec: codec).tail[...]
  }
}
