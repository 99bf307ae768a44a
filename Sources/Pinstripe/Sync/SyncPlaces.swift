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
  /// Tracks of other sources, by place.
  private var reserved: [String: SyncLedger.Entry] = [:]

  /// - Parameter tracks: What is on the player: its folders keep their spelling.
  init(_ profile: DeviceProfile, tracks: [String] = []) {
    rules = profile.storage
    isUniqueByName = profile.quirks.contains(.uniqueFileNames)
    for track in tracks { _ = TrackPath(track).map { spelled($0.folders) } }
  }

  /// Keeps a place for a track that another source has on the player; only that file, moved, gets it.
  mutating func reserve(_ entry: SyncLedger.Entry) {
    guard let path = TrackPath(entry.place) else { return }
    reserved[key(path)] = entry
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
    while isReserved(path, for: item) || !take(path) {
      path = TrackPath(
        folders: folders, name: TrackName.numbered(name, number, rules: rules))
      number += 1
    }
    return path.text
  }

  private mutating func take(_ path: TrackPath) -> Bool {
    taken.insert(key(path)).inserted
  }

  private func isReserved(_ path: TrackPath, for item: SyncItem) -> Bool {
    guard let entry = reserved[key(path)] else { return false }
    return entry.size != item.size || entry.modified != item.modified
  }

  private func key(_ path: TrackPath) -> String {
    (isUniqueByName ? path.name : path.text).lowercased()
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
