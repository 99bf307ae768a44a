import PinstripeProfile

/// A track's place below the player's music folder: "Song.pst", or "Artist/Album/Song.pst".
struct TrackPath: Equatable {
  /// The folders it is in, outermost first.
  let folders: [String]
  /// Its file name.
  let name: String

  init(folders: [String], name: String) {
    self.folders = folders
    self.name = name
  }

  /// Takes a path with "/" between its parts; nil for one that could lead elsewhere.
  init?(_ path: String) {
    var parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.allSatisfy(TrackName.isPlain), let name = parts.popLast() else { return nil }
    self.init(folders: parts, name: name)
  }

  /// The path, with "/" between its parts.
  var text: String { (folders + [name]).joined(separator: "/") }

  /// Why a player cannot hold a path, as a clause; nil when it can.
  static func complaint(_ path: String, rules: StorageRules) -> String? {
    guard let place = TrackPath(path) else {
      return "names may not be empty, \".\" or \"..\""
    }
    for part in place.folders + [place.name] {
      if let complaint = TrackName.complaint(part, rules: rules) { return complaint }
    }
    guard place.folders.count <= rules.foldersForTracks else {
      return "tracks lie at most \(rules.foldersForTracks) folders deep there"
    }
    return nil
  }
}

extension StorageRules {
  /// How many folders a track may have below the music folder.
  var foldersForTracks: Int { max(0, maximumDepth - (musicFolder.isEmpty ? 0 : 1)) }
}
