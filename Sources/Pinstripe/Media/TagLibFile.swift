import CTagLib
import Glibc

/// A music file that TagLib has read.
struct TagLibFile: ~Copyable {
  /// What TagLib holds it by.
  let handle: UnsafeMutablePointer<TagLib_File>
  /// When the file was changed last, in seconds since 1970 began in UTC.
  let modified: Int64

  /// Opens a file.
  ///
  /// - Returns: nil for what is no audio file to TagLib, cannot be read, or would keep it for minutes.
  init?(path: String) {
    // Not a reader of pipes and devices: it seeks.
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      TagLibSearch.endsSoon(path: path)
    else { return nil }
    _ = Self.ownsStrings
    guard let handle = taglib_file_new(path) else { return nil }
    guard taglib_file_is_valid(handle) != 0 else {
      taglib_file_free(handle)
      return nil
    }
    self.handle = handle
    modified = Int64(status.st_mtim.tv_sec)
  }

  deinit { taglib_file_free(handle) }

  /// TagLib keeps the strings that it gives out in a list that threads share, unless told not to.
  private static let ownsStrings: Void = taglib_set_string_management_enabled(0)
}
