/// A file that is to be on a player.
public struct SyncItem: Sendable, Equatable {
  /// The file.
  public let path: String
  /// Where it is to be below the player's music folder: "Artist/Album/01 Song.mp3".
  ///
  /// So the source spells it; a player that cannot hold that gets another spelling.
  public let place: String
  /// Its size in bytes.
  public let size: UInt64
  /// When it was last changed, in nanoseconds since 1970-01-01 00:00 UTC (stat(2), st_mtim).
  public let modified: Int64

  /// Creates an item.
  public init(path: String, place: String, size: UInt64, modified: Int64) {
    self.path = path
    self.place = place
    self.size = size
    self.modified = modified
  }

  /// Whether the file is a track that was packed before, by its name.
  var isTrack: Bool { path.hasSuffix(TrackName.suffix) }
}

/// What was named and cannot be taken.
public struct SyncProblem: Sendable, Equatable {
  /// The file, as it was named.
  public let path: String
  /// Why, as a clause.
  public let reason: String

  /// Creates a problem.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}

/// A playlist of files.
public struct SyncList: Sendable, Equatable {
  /// Its name, without an ending.
  public let name: String
  /// The playlist itself.
  public let path: String
  /// The files that it lists, as ``SyncItem/path`` has them.
  public let files: [String]

  /// Creates a playlist.
  public init(name: String, path: String, files: [String]) {
    self.name = name
    self.path = path
    self.files = files
  }
}
