import PinstripeProfile

extension SyncPlaces {
  /// Why a file has another place on the player than in its source, as a clause; nil where it has not.
  static func reason(
    _ item: SyncItem, at place: String, isProtected: Bool, isHidden: Bool, rules: StorageRules
  ) -> String? {
    guard renamed(item.place, place, isProtected) else { return nil }
    let parts = parts(of: item.place, isProtected)
    let wanted = parts.joined(separator: "/")
    if isHidden { return "the player is to show no names" }
    for part in parts {
      if let complaint = TrackName.complaint(part, rules: rules) { return complaint }
      if NameTag.ends(TrackName.split(part).stem) { return "only changed names end like that" }
    }
    if parts.count - 1 > rules.foldersForTracks {
      return "tracks lie at most \(rules.foldersForTracks) folders deep there"
    }
    if TrackName.folded(wanted) == TrackName.folded(place) {
      return "its folder is spelled so on the player"
    }
    return "another file has that name"
  }

  /// Whether a file is called otherwise on the player than in its source.
  static func renamed(_ original: String, _ place: String, _ isProtected: Bool) -> Bool {
    !parts(of: original, isProtected).joined(separator: "/").utf8.elementsEqual(place.utf8)
  }

  /// The path that a file would have if the player could hold everything.
  private static func parts(of original: String, _ isProtected: Bool) -> [String] {
    var parts = original.split(separator: "/").map(String.init)
    if isProtected, let file = parts.popLast() {
      parts.append(String(TrackName.split(file).stem) + TrackName.suffix)
    }
    return parts
  }
}

extension SyncLedger.Contents {
  /// What a track was called in its source; nil where the player has the same name, or nobody knows.
  ///
  /// - Parameter place: Its path below the music folder.
  public func original(of place: String) -> String? {
    guard let original = entries[place]?.original, !original.isEmpty else { return nil }
    // That a protected track has another ending is no change.
    let isTrack = place.hasSuffix(TrackName.suffix)
    return SyncPlaces.renamed(original, place, isTrack) ? original : nil
  }
}
