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
    let isComplete =
      !plan.steps.contains(where: \.isUnreadable) && plan.steps.contains { $0.item != nil }
    let moved = Set(there.filter { $0.action != .keep }.map(\.place))
    var steps: [SyncPlan.Step] = []
    var names: Set<String> = []
    for list in lists {
      let name = try name(of: list)
      let playlist = Playlist(name: name, tracks: list.files.compactMap { places[$0] })
      let isNew = names.insert(TrackName.folded(name)).inserted
      steps.append(try await step(playlist, list, ledger, moved, isNew: isNew, state))
    }
    for entry in ledger.entries.values.sorted(by: { $0.place < $1.place }) {
      guard let playlist = Playlist(entry), !names.contains(TrackName.folded(playlist.name)),
        let step = try await extra(playlist, isComplete, state)
      else { continue }
      steps.append(step)
    }
    return steps
  }

  /// A playlist's name on the player; where tracks' names are hidden, so is its.
  private func name(of list: SyncList) throws -> String {
    guard profile.protection.metadata == .hidden, protection != nil, let disguise else {
      return TrackName.makeFolder(from: list.name, rules: profile.storage)
    }
    return try disguise(Playlist.ledgerPrefix + list.name)
  }

  /// Decides about a playlist that an earlier sync put there; nil when it is gone.
  private func extra(
    _ playlist: Playlist, _ isComplete: Bool,
    _ state: (Playlist) async throws -> PlaylistState?
  ) async throws -> SyncPlan.Step? {
    var step = SyncPlan.Step(
      action: .keep, place: playlist.name, bytes: 0,
      reason: "the playlist is no longer in the source")
    step.playlist = playlist
    switch try await state(playlist) {
    case nil, .absent, .impossible: return nil
    case .same: if removes, isComplete { step.action = .remove }
    case .other: step.reason = "the playlist was changed on the player"
    }
    return step
  }

  private func step(
    _ playlist: Playlist, _ list: SyncList, _ ledger: SyncLedger.Contents, _ moved: Set<String>,
    isNew: Bool,
    _ state: (Playlist) async throws -> PlaylistState?
  ) async throws -> SyncPlan.Step {
    var step = SyncPlan.Step(
      action: .refuse, item: SyncItem(path: list.path, place: list.name, size: 0, modified: 0),
      place: playlist.name, bytes: 0, reason: "another playlist has its name")
    step.playlist = playlist
    step.protection = playlist.summary
    step.renaming = SyncPlaces.reason(
      SyncItem(path: list.path, place: list.name, size: 0, modified: 0), at: playlist.name,
      isProtected: false, isHidden: profile.protection.metadata == .hidden, rules: profile.storage)
    guard isNew else { return step }
    switch try await state(playlist) {
    case nil: step.reason = "the player has no playlists"
    case .impossible(let reason): step.reason = reason
    case .absent:
      step.action = .add
      step.reason = "the playlist is not there"
    case .same:
      // A track that is replaced takes its reference with it, and one that is new has none yet.
      let isMoved = playlist.tracks.contains { moved.contains($0) }
      let isOurs = ledger.entries[playlist.ledgerPlace] != nil
      step.action = isMoved && isOurs ? .replace : .keep
      step.reason = isMoved && isOurs ? "its tracks change" : "the playlist is there already"
    case .other:
      guard try await isOurs(playlist, ledger, state) else {
        step.reason = "a playlist of that name is there that Pinstripe did not put there"
        break
      }
      step.action = .replace
      step.reason = "the playlist has changed"
    }
    return step
  }

  /// Whether what the player holds under a playlist's name is what an earlier sync put there.
  private func isOurs(
    _ playlist: Playlist, _ ledger: SyncLedger.Contents,
    _ state: (Playlist) async throws -> PlaylistState?
  ) async throws -> Bool {
    if ledger.pending[playlist.ledgerPlace] != nil { return true }
    guard let old = ledger.entries[playlist.ledgerPlace].flatMap({ Playlist($0) }) else {
      return false
    }
    return try await state(old) == .same
  }
}

extension Playlist {
  static let ledgerPrefix = "//playlist/"

  /// Where it stands in the ledger, among tracks, which never have such a path.
  var ledgerPlace: String { Self.ledgerPrefix + name }

  /// What the ledger says of it: its tracks, by which it is known again.
  var summary: String { tracks.joined(separator: "\n") }

  /// A playlist that stands in the ledger; nil for a track.
  init?(_ entry: SyncLedger.Entry) {
    guard entry.place.hasPrefix(Self.ledgerPrefix) else { return nil }
    self.init(
      name: String(entry.place.dropFirst(Self.ledgerPrefix.count)),
      tracks: entry.protection.split(separator: "\n").map(String.init))
  }
}
