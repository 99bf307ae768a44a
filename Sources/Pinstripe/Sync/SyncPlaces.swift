import PinstripeProfile

/// Gives each file of a source a place that the player can hold, and that no other has.
///
/// Players with FAT take "Song.mp3" and "song.MP3" for one file, and a folder's second spelling for the
/// first; so places differ by more than case, and a folder has one spelling.
struct SyncPlaces {
  private let rules: StorageRules
  private let isUniqueByName: Bool
  private var taken: Set<String> = []
  private var folders: [String: String] = [:]

  init(_ profile: DeviceProfile) {
    rules = profile.storage
    isUniqueByName = profile.quirks.contains(.uniqueFileNames)
  }

  /// Keeps the place that a file got in an earlier run, if no other has it.
  mutating func keep(_ place: String) -> Bool {
    guard TrackPath.complaint(place, rules: rules) == nil,
      let path = TrackPath(place), take(path)
    else { return false }
    _ = spelled(path.folders)
    return true
  }

  /// A new place.
  ///
  /// Of folders deeper than the player's the outermost are left out.
  mutating func make(for item: SyncItem, isProtected: Bool) -> String {
    var parts = item.place.split(separator: "/").map(String.init)
    let file = parts.popLast() ?? ""
    let inner = parts.suffix(rules.foldersForTracks)
      .map { TrackName.makeFolder(from: $0, rules: rules) }
    let folders = spelled(inner)
    let name = TrackName.make(from: file, isProtected: isProtected, rules: rules)
    var path = TrackPath(folders: folders, name: name)
    var number = 2
    while !take(path) {
      path = TrackPath(
        folders: folders, name: TrackName.numbered(name, number, rules: rules))
      number += 1
    }
    return path.text
  }

  private mutating func take(_ path: TrackPath) -> Bool {
    taken.insert((isUniqueByName ? path.name : path.text).lowercased()).inserted
  }

  /// Folders as they were first spelled.
  private mutating func spelled(_ names: [String]) -> [String] {
    var path = ""
    return names.map { name in
      path += "/" + name.lowercased()
      let first = folders[path, default: name]
      folders[path] = first
      return first
    }
  }
}
