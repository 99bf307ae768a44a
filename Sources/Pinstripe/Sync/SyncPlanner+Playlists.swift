import PinstripeProfile

extension SyncPlanner {
  /// Compares playlists; what they list is where the plan puts it.
  func playlistSteps(
    _ lists: [SyncList], _ plan: SyncPlan, _ ledger: SyncLedger.Contents,
    _ state: (Playlist) async throws -> PlaylistState?
  ) async throws -> [SyncPlan.Step] {
    let there = plan.steps.filter { $0.action != .refuse && $0.action != .remove }
    let pairs = there.compactMap { step in step.item.map { ($0.path, step.place) } }
    let places = Dictionary(pairs) { first, _ in first }
    var steps: [SyncPlan.Step] = []
    var names: Set<String> = []
    for list in lists {
      let name = TrackName.makeFolder(from: list.name, rules: profile.storage)
      let playlist = Playlist(name: name, tracks: list.files.compactMap { places[$0] })
      let isNew = names.insert(name.lowercased()).inserted
      steps.append(try await step(playlist, list, ledger, isNew: isNew, state))
    }
    let old = ledger.entries.keys.sorted().compactMap { Playlist(ledgerPlace: $0) }
    for playlist in old where !names.contains(playlist.name.lowercased()) {
      var step = SyncPlan.Step(
        action: removes ? .remove : .keep, place: playlist.name, bytes: 0,
        reason: "the playlist is no longer in the source")
      step.playlist = playlist
      steps.append(step)
    }
    return steps
  }

  private func step(
    _ playlist: Playlist, _ list: SyncList, _ ledger: SyncLedger.Contents, isNew: Bool,
    _ state: (Playlist) async throws -> PlaylistState?
  ) async throws -> SyncPlan.Step {
    var step = SyncPlan.Step(
      action: .refuse, item: SyncItem(path: list.path, place: "", size: 0, modified: 0),
      place: playlist.name, bytes: 0, reason: "another playlist has its name")
    step.playlist = playlist
    step.protection = "playlist"
    guard isNew else { return step }
    switch try await state(playlist) {
    case nil: step.reason = "the player has no playlists"
    case .absent:
      step.action = .add
      step.reason = "the playlist is not there"
    case .same:
      step.action = .keep
      step.reason = "the playlist is there already"
    case .other:
      guard
        ledger.entries[playlist.ledgerPlace] != nil || ledger.pending[playlist.ledgerPlace] != nil
      else {
        step.reason = "a playlist of that name is there that Pinstripe did not put there"
        break
      }
      step.action = .replace
      step.reason = "the playlist has changed"
    }
    return step
  }
}

extension Playlist {
  private static let ledgerPrefix = "//playlist/"

  /// Where it stands in the ledger, among tracks, which never have such a path.
  var ledgerPlace: String { Self.ledgerPrefix + name }

  /// A playlist that stands in the ledger; nil for a track.
  init?(ledgerPlace place: String) {
    guard place.hasPrefix(Self.ledgerPrefix) else { return nil }
    self.init(name: String(place.dropFirst(Self.ledgerPrefix.count)), tracks: [])
  }
}
