import CLinux
import Glibc

/// Folders of the file system.
public enum SystemFolder {
  /// The names in a folder, but "." and "..", in no particular order.
  ///
  /// - Throws: ``FileError``.
  public static func names(in path: String) throws(FileError) -> [String] {
    do throws(FileError) {
      return try OpenFolder(path).names()
    } catch {
      throw FileError(code: error.code, operation: "list", path: path)
    }
  }

  /// Returns when what was made, renamed and removed in a folder is on the storage (fsync(2)), where
  /// the file system can: some cannot and say EINVAL.
  ///
  /// - Throws: ``FileError``.
  public static func synchronize(_ path: String) throws(FileError) {
    let folder = try SystemFile(opening: path, O_RDONLY | O_DIRECTORY)
    do throws(FileError) {
      try folder.synchronize()
    } catch {
      guard error.code == EINVAL else { throw error }
    }
  }

  /// The largest file that a folder's file system holds, in bytes: on FAT a directory entry has 32 bits
  /// for it (statfs(2), MSDOS_SUPER_MAGIC); elsewhere nobody says.
  public static func largestFile(in path: String) -> UInt64 {
    pinstripe_file_system(path) == 0x4D44 ? 0xFFFF_FFFF : .max
  }

  /// Makes a folder and those above it that are missing, for their owner only (mode 0700).
  ///
  /// - Throws: ``FileError``.
  public static func makeAll(_ path: String) throws(FileError) {
    var status = stat()
    if stat(path, &status) == 0 { return }
    let parent = AtomicFile.folder(of: path)
    if parent != path, parent != "." { try makeAll(parent) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw FileError(code: errno, operation: "make", path: path)
    }
  }
}
