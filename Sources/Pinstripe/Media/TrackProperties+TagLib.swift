import CTagLib
import Glibc

extension TrackProperties {
  /// What TagLib finds in a file, tags of every kind that it knows and how long it plays, and the file's
  /// date.
  ///
  /// - Returns: nil for what is no audio file to TagLib, or cannot be read.
  public init?(path: String) {
    self.init()
    // Not a reader of pipes and devices: it seeks.
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    modified = Int64(status.st_mtim.tv_sec)
    Self.prepare()
    guard let file = taglib_file_new(path) else { return nil }
    defer { taglib_file_free(file) }
    guard taglib_file_is_valid(file) != 0 else { return nil }
    if let tag = taglib_file_tag(file) {
      title = Self.text(taglib_tag_title(tag))
      artist = Self.text(taglib_tag_artist(tag))
      album = Self.text(taglib_tag_album(tag))
      genre = Self.text(taglib_tag_genre(tag))
      track = UInt16(exactly: taglib_tag_track(tag)).flatMap { $0 > 0 ? $0 : nil }
      year = Int(exactly: taglib_tag_year(tag)).flatMap { (1...9999).contains($0) ? $0 : nil }
    }
    if let audio = taglib_file_audioproperties(file) {
      let seconds = taglib_audioproperties_length(audio)
      duration = seconds > 0 ? .seconds(Int64(seconds)) : nil
    }
  }

  /// TagLib keeps the strings that it gives out in a list that threads share, unless told not to.
  private static let ownsStrings: Void = taglib_set_string_management_enabled(0)

  private static func prepare() { _ = ownsStrings }

  /// A string of TagLib's, which is freed; nil when it is empty.
  private static func text(_ text: UnsafeMutablePointer<CChar>?) -> String? {
    guard let text else { return nil }
    defer { taglib_free(text) }
    let string = String(cString: text)
    return string.isEmpty ? nil : string
  }
}
