import PinstripeTags

extension TrackMetadata {
  /// What a source's own tags say (ID3, Vorbis comments, MP4's `ilst`); the tags stay in the content.
  ///
  /// - Returns: Nothing for a source without a length, such as a pipe: what is read of it to find tags
  ///   would be lost.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  public static func embedded(in source: some MediaSource) throws(PinstripeError) -> TrackMetadata {
    var metadata = TrackMetadata()
    guard let length = source.length else { return metadata }
    var source = source
    let tags = try EmbeddedTags.read(length: length) { offset, count throws(PinstripeError) in
      // Never more than the file has: the count may be a stranger's.
      let there = offset < length ? Int(min(UInt64(max(0, count)), length - offset)) : 0
      var bytes = [UInt8](repeating: 0, count: there)
      var span = bytes.mutableSpan
      let done = try span.withUnsafeMutableBytes { buffer throws(PinstripeError) in
        try source.fill(buffer, at: offset)
      }
      return Array(bytes[..<done])
    }
    metadata.title = tags.title
    metadata.artist = tags.artist
    metadata.album = tags.album
    metadata.lyrics = tags.lyrics
    metadata.pictures = tags.pictures.map { Picture(mediaType: $0.mediaType, bytes: $0.bytes) }
    metadata.links = tags.links
    return metadata
  }
}
