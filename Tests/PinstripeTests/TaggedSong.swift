import TestTools

/// The example's music with tags of our own (ID3v2.4).
enum TaggedSong {
  /// - Parameter picture: An image file.
  static func make(
    title: String? = nil, artist: String? = nil, album: String? = nil, picture: [UInt8]? = nil
  ) -> [UInt8] {
    let song = TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3") ?? []
    // Its own tag has 1024 bytes, and says nothing.
    return tags(title: title, artist: artist, album: album, picture: picture) + song.dropFirst(1034)
  }

  /// The tags alone, which come before the music.
  static func tags(
    title: String? = nil, artist: String? = nil, album: String? = nil, picture: [UInt8]? = nil
  ) -> [UInt8] {
    var frames: [UInt8] = []
    for (id, text) in [("TIT2", title), ("TPE1", artist), ("TALB", album)] {
      if let text { frames += frame(id, [3] + Array(text.utf8)) }
    }
    if let picture {
      frames += frame("APIC", [0] + Array("image/jpeg".utf8) + [0, 3, 0] + picture)
    }
    return Array("ID3".utf8) + [4, 0, 0] + synchsafe(frames.count) + frames
  }

  private static func frame(_ id: String, _ value: [UInt8]) -> [UInt8] {
    Array(id.utf8) + synchsafe(value.count) + [0, 0] + value
  }

  private static func synchsafe(_ number: Int) -> [UInt8] {
    [21, 14, 7, 0].map { UInt8(number >> $0 & 0x7F) }
  }
}
