import Glibc
import PinstripeFiles

/// What is to be on a player: the music in folders, single files, and what playlists list.
///
/// Nothing is opened but folders and playlists.
public struct SyncSource: Sendable {
  /// The files, each once, in the order in which they were named; those of a folder by name.
  public private(set) var items: [SyncItem] = []
  /// The playlists that were named.
  public private(set) var playlists: [SyncList] = []
  /// What was named and is not there, or cannot be read.
  public private(set) var problems: [SyncProblem] = []
  /// How many files of the folders are no music, by their names.
  public private(set) var ignored = 0
  /// The files that were taken, by device and number: a file that is named twice is one.
  private var seen: [FileNumber: String] = [:]

  private struct FileNumber: Hashable {
    let device: UInt64
    let number: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      number = UInt64(status.st_ino)
    }
  }

  /// Endings of names that folders are searched for; a file that is named itself may have any.
  static let endings: Set<String> = [
    "aa", "aac", "aax", "aif", "aifc", "aiff", "ape", "flac", "m4a", "m4b", "mp1", "mp2", "mp3",
    "mp4", "oga", "ogg", "opus", "pst", "wav", "wma",
  ]
  /// How deep folders are searched; nobody's library is deeper.
  private static let maximumDepth = 64

  /// Reads what was named.
  ///
  /// - Parameter paths: Folders, whose music keeps its folders below them; playlists (".m3u", ".m3u8"),
  ///   whose music keeps those below the playlist's folder; and files.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput`` for what is named itself
  ///   and is not there, or ``PinstripeError/Code/cancelled``.
  public init(paths: [String]) throws(PinstripeError) {
    for path in paths {
      do throws(FileError) {
        try Self.throwIfCancelled(path)
        // A file is known again by its path, wherever the program was started.
        let path = try SystemFile.resolve(path)
        let status = try SystemFile.status(of: path)
        if status.st_mode & S_IFMT == S_IFDIR {
          try search(path, status)
        } else if Self.isPlaylist(path) {
          try take(playlist: path)
        } else {
          take(path, status, at: Self.name(of: path))
        }
      } catch {
        throw PinstripeError(reading: error)
      }
    }
  }

  /// Takes the music in a folder; a link that leads back to one is not followed twice.
  private mutating func search(_ root: String, _ status: stat) throws(FileError) {
    var visited: Set<FileNumber> = [FileNumber(status)]
    // What is opened next stands last.
    var open: [(path: String, place: [String])] = [(root, [])]
    while let (folder, place) = open.popLast() {
      try Self.throwIfCancelled(folder)
      var inner: [(path: String, place: [String])] = []
      for name in try names(in: folder, isRoot: place.isEmpty) where !name.hasPrefix(".") {
        let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
        guard let status = self.status(of: path) else { continue }
        if status.st_mode & S_IFMT == S_IFDIR {
          if place.count < Self.maximumDepth, visited.insert(FileNumber(status)).inserted {
            inner.append((path, place + [name]))
          }
        } else if Self.endings.contains(Self.ending(of: name)) {
          take(path, status, at: (place + [name]).joined(separator: "/"))
        } else {
          ignored += 1
        }
      }
      open += inner.reversed()
    }
  }

  private mutating func names(in folder: String, isRoot: Bool) throws(FileError) -> [String] {
    do throws(FileError) {
      return try SystemFolder.names(in: folder).sorted()
    } catch {
      guard !isRoot else { throw error }
      problems.append(SyncProblem(path: folder, reason: error.description))
      return []
    }
  }

  private mutating func take(playlist path: String) throws(FileError) {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[..<$0]) } ?? "."
    var files: [String] = []
    defer {
      let name = Self.name(of: path)
      let stem = name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
      playlists.append(SyncList(name: stem, path: path, files: files))
    }
    for entry in try M3UFile(path: path).entries {
      try Self.throwIfCancelled(path)
      guard let named = entry.path(from: folder) else {
        problems.append(SyncProblem(path: entry.text, reason: "is no file"))
        continue
      }
      // The path that a search of its folder would give.
      guard let file = resolved(named) else { continue }
      guard let status = self.status(of: file) else { continue }
      // Below the playlist's folder, the folders between are kept; elsewhere the file's own.
      let place =
        file.hasPrefix(folder + "/")
        ? file.dropFirst(folder.count + 1).split(separator: "/")
        : file.split(separator: "/").suffix(2)
      take(file, status, at: place.joined(separator: "/"))
      if let taken = seen[FileNumber(status)] { files.append(taken) }
    }
  }

  private mutating func resolved(_ path: String) -> String? {
    do throws(FileError) {
      return try SystemFile.resolve(path)
    } catch {
      problems.append(SyncProblem(path: path, reason: error.description))
      return nil
    }
  }

  private mutating func status(of path: String) -> stat? {
    do throws(FileError) {
      return try SystemFile.status(of: path)
    } catch {
      problems.append(SyncProblem(path: path, reason: error.description))
      return nil
    }
  }

  private mutating func take(_ path: String, _ status: stat, at place: String) {
    guard status.st_mode & S_IFMT == S_IFREG else {
      problems.append(SyncProblem(path: path, reason: "is no regular file"))
      return
    }
    guard seen[FileNumber(status)] == nil else { return }
    seen[FileNumber(status)] = path
    let time = status.st_mtim
    items.append(
      SyncItem(
        path: path, place: place, size: UInt64(clamping: status.st_size),
        modified: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)))
  }

  private static func throwIfCancelled(_ path: String) throws(FileError) {
    guard !Task.isCancelled else {
      throw FileError(code: ECANCELED, operation: "search", path: path)
    }
  }

  private static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  private static func ending(of name: String) -> String {
    name.split(separator: ".").last?.lowercased() ?? ""
  }

  private static func isPlaylist(_ path: String) -> Bool {
    ["m3u", "m3u8"].contains(ending(of: path))
  }
}

extension SyncSource {
  /// A source of files that somebody else chose.
  public init(_ items: [SyncItem], playlists: [SyncList] = []) {
    self.items = items
    self.playlists = playlists
  }
}
