import PinstripeTags

extension TrackMetadata {
  /// What a source's own tags say (ID3, Vorbis comments, MP4's `ilst`); the tags stay in the content.
  ///
  /// Of a source without a length, such as a pipe, only tags before the music are found: what is at its
  /// end (ID3v1, an MP4's `moov` behind its samples) comes when the track's header is long written.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``.
  public static func embedded(in source: PeekableSource) throws(PinstripeError) -> TrackMetadata {
    var metadata = TrackMetadata()
    let tags = try EmbeddedTags.read(length: source.length ?? .max) {
      offset, count throws(PinstripeError) in
      try source.peek(at: offset, count: count)
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
