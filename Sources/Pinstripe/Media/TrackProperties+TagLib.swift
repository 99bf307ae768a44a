import CTagLib

extension TrackProperties {
  /// What TagLib finds in a file, tags of every kind that it knows and how long it plays, and the file's
  /// date.
  ///
  /// - Returns: nil for what is no audio file to TagLib, or cannot be read.
  public init?(path: String) {
    guard let file = TagLibFile(path: path) else { return nil }
    self.init()
    modified = file.modified
    if let tag = taglib_file_tag(file.handle) {
      title = Self.text(taglib_tag_title(tag))
      artist = Self.text(taglib_tag_artist(tag))
      album = Self.text(taglib_tag_album(tag))
      genre = Self.text(taglib_tag_genre(tag))
      track = UInt16(exactly: taglib_tag_track(tag)).flatMap { $0 > 0 ? $0 : nil }
      year = Int(exactly: taglib_tag_year(tag)).flatMap { (1...9999).contains($0) ? $0 : nil }
    }
    if let audio = taglib_file_audioproperties(file.handle) {
      let seconds = taglib_audioproperties_length(audio)
      duration = seconds > 0 ? .seconds(Int64(seconds)) : nil
    }
  }

  /// A string of TagLib's, which is freed; nil when it is empty.
  private static func text(_ text: UnsafeMutablePointer<CChar>?) -> String? {
    guard let text else { return nil }
    defer { taglib_free(text) }
    let string = String(cString: text)
    return string.isEmpty ? nil : string
  }
}
