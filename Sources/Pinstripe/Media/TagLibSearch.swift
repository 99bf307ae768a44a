import PinstripeFrames

/// Whether TagLib is done with a file soon.
///
/// TagLib looks for the first and the last frame of MPEG audio, and for Ogg's first and last page, one
/// byte at a time until it finds one (`MPEG::File::nextFrameOffset` and `previousFrameOffset`,
/// `TagLib::File::find` and `rfind`), at some 50 MB a second, and nothing can end that. In a large file
/// that has none, or that is something else than its name says, it would take minutes.
enum TagLibSearch {
  /// Up to here a search in vain is short enough.
  private static let smallFile: UInt64 = 16 << 20
  /// What may stand behind the last frame: tags, with their pictures.
  private static let window = 4 << 20
  /// Endings, by which TagLib goes first, of formats whose parts it finds by their lengths.
  private static let walked: Set<String> = [
    "3g2", "aif", "aifc", "aiff", "ape", "asf", "m4a", "m4b", "m4p", "m4r", "m4v", "mp4", "mpc",
    "tta", "wav", "wma", "wv",
  ]

  /// Looks at both ends of a large file.
  static func endsSoon(path: String) -> Bool {
    do throws(PinstripeError) {
      let source = try FileSource(path: path)
      guard let length = source.length, length > smallFile else { return true }
      let ending = path.split(separator: ".").last?.lowercased() ?? ""
      if walked.contains(ending) { return true }
      let format = try Content(source).format
      switch (ending, format) {
      case ("mp3", .mp3), ("mp2", .mp3), ("aac", .mp3):
        return try end(of: source, length, ContentFormat.holdsMPEGFrame)
      case ("ogg", .ogg), ("oga", .ogg), ("opus", .ogg), ("spx", .ogg):
        return try end(of: source, length, ContentFormat.holdsOggPage)
      case ("flac", .flac): return true
      default: return false
      }
    } catch {
      return false
    }
  }

  private static func end(
    of source: FileSource, _ length: UInt64, _ holds: (UnsafeRawBufferPointer) -> Bool
  ) throws(PinstripeError) -> Bool {
    var source = source
    var bytes = [UInt8](repeating: 0, count: window)
    var span = bytes.mutableSpan
    let count = try span.withUnsafeMutableBytes { buffer throws(PinstripeError) in
      try source.fill(buffer, at: length - UInt64(window))
    }
    return bytes.withUnsafeBytes { holds(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
  }
}
