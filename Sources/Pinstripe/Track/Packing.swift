import PinstripeCore

/// What packing or unpacking did.
public struct PackingSummary: Sendable, Equatable {
  /// Bytes of content.
  public let contentLength: UInt64
  /// How many of them are encrypted in the track.
  public let encryptedLength: UInt64
  /// Bytes of the track; 0 where it was only read.
  public let trackLength: UInt64
  /// What the person should know of the content, in full sentences.
  public let notices: [String]
}

/// From file to file: what `pinstripe pack`, `unpack` and `verify` do.
///
/// A regular output file appears under its name when it is complete, and not at all after an error.
/// Pipes and devices are written directly. Memory does not grow with the file.
public enum Packing {
  /// Large enough that system calls cost little, small enough for the second-level cache.
  private static let bufferSize = 1 << 17

  /// Packs a source into a track.
  ///
  /// - Parameters:
  ///   - output: The track's path; "-" is standard output. Not a regular file: the track is written
  ///     in one pass, with a trailer.
  ///   - progress: Is told the bytes of content done so far, and may throw to cancel.
  /// - Throws: ``PinstripeError``, or what `progress` threw.
  public static func pack(
    _ source: any MediaSource, recipe: TrackRecipe, to output: String,
    progress: (UInt64) throws -> Void = { _ in }
  ) throws -> PackingSummary {
    let output = try TrackOutput(path: output)
    guard output.isRegular else {
      let stream = try TrackStream(source, recipe: recipe)
      var written: UInt64 = 0
      try withBuffer { buffer in
        while true {
          let count = try stream.read(into: buffer)
          try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
          written += UInt64(count)
          try progress(stream.contentLength)
          if count < buffer.count { return }
        }
      }
      return PackingSummary(
        contentLength: stream.contentLength, encryptedLength: stream.encryptedLength,
        trackLength: written, notices: stream.notices)
    }
    return try packInPlace(source, recipe, output, progress)
  }

  /// Payload and sections first, the header last: until then the file is no track.
  private static func packInPlace(
    _ source: any MediaSource, _ recipe: TrackRecipe, _ output: consuming TrackOutput,
    _ progress: (UInt64) throws -> Void
  ) throws -> PackingSummary {
    var content = try Content(source)
    let encryptor = try PartialEncryptor(
      recipe, format: content.format, layout: .header, sourceName: source.name)
    try output.write([UInt8](repeating: 0, count: TrackLayout.headerAreaSize))
    let header: [UInt8] = try withBuffer { buffer in
      while true {
        let count = try content.encrypt(into: buffer, with: encryptor)
        try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        try progress(encryptor.contentLength)
        if count < buffer.count { break }
      }
      // Zero is what the kernel says of /proc and the like, whose files have no size before they are
      // read.
      if let length = source.length, length > 0,
        try length != encryptor.contentLength || content.hasGrown()
      {
        throw PinstripeError.changed(source.name)
      }
      var (header, tail) = try encryptor.finish()
      while true {
        let count = try tail.read(into: buffer)
        try output.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        if count < buffer.count { return header }
      }
    }
    let length = try output.length()
    try output.write(header, at: 0)
    try output.commit()
    return PackingSummary(
      contentLength: encryptor.contentLength, encryptedLength: encryptor.encryptedLength,
      trackLength: length, notices: content.notice.map { [$0] } ?? [])
  }

  /// Unpacks a track, and compares what comes out with the digest in the metadata.
  ///
  /// - Parameter output: The content's path; "-" is standard output.
  /// - Throws: ``PinstripeError``; with the code ``PinstripeError/Code/badTrack`` when the audio was
  ///   changed, after which a regular output does not exist but a pipe has had the bytes.
  public static func unpack(
    _ track: TrackFile, to output: String, progress: (UInt64) throws -> Void = { _ in }
  ) throws -> PackingSummary {
    let output = try TrackOutput(path: output)
    try decrypt(track, progress) { bytes in try output.write(bytes) }
    try output.commit()
    return summary(of: track)
  }

  /// Decrypts a track to nowhere, and compares the content with the digest in the metadata.
  ///
  /// - Throws: ``PinstripeError`` as ``unpack(_:to:progress:)``.
  public static func verify(
    _ track: TrackFile, progress: (UInt64) throws -> Void = { _ in }
  ) throws -> PackingSummary {
    try decrypt(track, progress) { _ in }
    return summary(of: track)
  }

  private static func decrypt(
    _ track: TrackFile, _ progress: (UInt64) throws -> Void,
    _ sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let digest = try ContentDigest()
    try withBuffer { buffer in
      var offset: UInt64 = 0
      while true {
        let count = try track.read(at: offset, into: buffer)
        if count == 0 { break }
        let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        try digest.update(part)
        try sink(part)
        offset += UInt64(count)
        try progress(offset)
      }
    }
    let found = try digest.finish()
    if let expected = track.metadata.contentDigest, expected != found {
      throw PinstripeError(
        .badTrack, "The audio in \(track.path) was changed since it was packed; pack it again.")
    }
  }

  private static func summary(of track: TrackFile) -> PackingSummary {
    PackingSummary(
      contentLength: track.description.contentLength ?? 0,
      encryptedLength: track.description.encryptedLength ?? 0, trackLength: 0, notices: [])
  }

  private static func withBuffer<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    return try body(buffer)
  }
}
