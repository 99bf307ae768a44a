import PinstripeProfile

/// Gives each file of a source a place that the player can hold, and that no other has.
///
/// Players with FAT take "Song.mp3" and "song.MP3" for one file, and a folder's second spelling for the
/// first; so places differ by more than case, and a folder has one spelling.
struct SyncPlaces {
  private let rules: StorageRules
  private let isUniqueByName: Bool
  private var taken: Set<String> = []
  /// The files' full paths, beside ``taken``, which may have their names only.
  private var files: Set<String> = []
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
  /// Of folders deeper than the player's the outermost are left out; what is left tells of them by a
  /// ``NameTag``.
  mutating func make(for item: SyncItem, isProtected: Bool) -> String {
    var parts = item.place.split(separator: "/").map(String.init)
    let file = parts.popLast() ?? ""
    let outer = parts.dropLast(rules.foldersForTracks)
    var inner = parts.suffix(rules.foldersForTracks)
      .map { TrackName.makeFolder(from: $0, rules: rules) }
    if let first = parts.suffix(rules.foldersForTracks).first, !outer.isEmpty {
      inner[0] = TrackName.makeFolder(
        from: first, rules: rules, distinguishing: (outer + [first]).joined(separator: "/"))
    }
    // A file has this folder's name, whoever else may.
    for index in inner.indices where files.contains(folded(inner[...index])) {
      inner[index] = TrackName.makeFolder(
        from: inner[index], rules: rules, distinguishing: "\(inner[index])/")
    }
    let folders = spelled(inner)
    // A file that was in folders which the player cannot hold has to tell of them itself.
    var original = !outer.isEmpty && inner.isEmpty ? item.place : nil
    var attempt = 1
    while true {
      let path = TrackPath(
        folders: folders,
        name: TrackName.make(
          from: file, isProtected: isProtected, rules: rules, distinguishing: original))
      if !isReserved(path, for: item), take(path) { return path.text }
      original = attempt == 1 ? item.place : "\(item.place)/\(attempt)"
      attempt += 1
    }
  }

  /// A new place that says nothing of the file, nor of its folders.
  ///
  /// - Parameter disguise: ``SyncPlanner/disguise``.
  mutating func hide(
    _ item: SyncItem, _ disguise: (String) throws(PinstripeError) -> String
  ) throws(PinstripeError) -> String {
    var original = item.place
    var attempt = 1
    while true {
      let path = TrackPath(folders: [], name: try disguise(original) + TrackName.suffix)
      if take(path) { return path.text }
      // Another source has a file of that place.
      attempt += 1
      original = "\(item.place)/\(attempt)"
    }
  }

  private mutating func take(_ path: TrackPath) -> Bool {
    // A folder has its name, whoever else may.
    guard folders["/" + TrackName.folded(path.text)] == nil else { return false }
    guard taken.insert(key(path)).inserted else { return false }
    files.insert(folded(path.folders[...] + [path.name]))
    return true
  }

  private func folded(_ parts: ArraySlice<String>) -> String {
    TrackName.folded(parts.joined(separator: "/"))
  }

  private func isReserved(_ path: TrackPath, for item: SyncItem) -> Bool {
    guard let entry = reserved[key(path)] else { return false }
    return entry.size != item.size || entry.modified != item.modified
  }

  private func key(_ path: TrackPath) -> String {
    TrackName.folded(isUniqueByName ? path.name : path.text)
  }

  /// Folders as they were first spelled.
  private mutating func spelled(_ names: [String]) -> [String] {
    var path = ""
    return names.map { name in
      path += "/" + TrackName.folded(name)
      let first = folders[path, default: name]
      folders[path] = first
      return first
    }
  }
}
