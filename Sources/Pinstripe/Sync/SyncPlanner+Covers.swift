import PinstripeProfile

// A cover's place in the ledger is "//cover/", its folder, "//" and its album, which no track has. What the
// ledger says of it: the limits that it was made for, or "none", and the tracks, a line each.

extension SyncPlanner {
  /// Compares pictures; those that nothing has touched since the last sync are not looked into.
  func coverSteps(
    _ plan: SyncPlan, _ stored: [String: StoredTrack], _ ledger: SyncLedger.Contents,
    _ covers: SyncCovers
  ) throws -> [SyncPlan.Step] {
    guard let limits = covers.offer.limits else { return [] }
    let there = plan.steps.filter {
      $0.item != nil && $0.playlist == nil && ![.refuse, .remove].contains($0.action)
    }
    let folders = Dictionary(grouping: there) { step in
      TrackPath(step.place)?.folders.joined(separator: "/") ?? ""
    }
    let state = CoverState(
      offer: covers.offer, limits: limits, albums: covers.albums,
      // Players with FAT do not tell case.
      files: Dictionary(stored.values.map { (TrackName.folded($0.name), $0) }) { first, _ in first
      },
      others: Set(stored.keys).subtracting(
        plan.steps.filter { $0.item != nil && $0.action != .refuse || $0.action == .remove }.map(
          \.place)),
      ledger: ledger, rules: profile.storage, properties: properties)
    var steps: [SyncPlan.Step] = []
    for (folder, tracks) in folders.sorted(by: { $0.key < $1.key }) {
      try PinstripeError.throwIfCancelled()
      steps += try state.unchanged(folder, tracks) ?? state.compare(folder, tracks)
    }
    let isComplete = !plan.steps.contains(where: \.isUnreadable) && !there.isEmpty
    let wanted = Set(steps.compactMap(\.cover).map(\.ledgerPlace))
    for entry in ledger.entries.values.sorted(by: { $0.place < $1.place })
    where entry.isCover && !wanted.contains(entry.place) {
      guard var step = state.extra(entry) else { continue }
      if removes, isComplete, !state.hasOthers(entry) { step.action = .remove }
      steps.append(step)
    }
    return steps
  }

  /// Plans the picture of one track that was sent by itself, as if the source had no other.
  ///
  /// - Parameters:
  ///   - track: The file; its place is the one that it has on the player.
  ///   - there: What is in its folder on the player.
  func picturePlan(
    of track: SyncItem, _ there: [StoredTrack], freeSpace: UInt64, _ ledger: SyncLedger.Contents,
    _ covers: SyncCovers
  ) throws -> SyncPlan {
    let step = SyncPlan.Step(
      action: .add, item: track, place: track.place, bytes: 0, reason: "it was sent")
    let stored = Dictionary(there.map { ($0.name, $0) }) { first, _ in first }
    let steps = try coverSteps(SyncPlan(steps: [step], freeSpace: 0), stored, ledger, covers)
    var plan = SyncPlan(steps: [], freeSpace: freeSpace)
    plan.spareSpace = freeSpace
    return makeRoom(for: steps.filter { $0.cover?.tracks.contains(track.place) == true }, in: plan)
  }

  /// Leaves out the pictures that there is no room for, or says how much is missing.
  func makeRoom(for covers: [SyncPlan.Step], in plan: SyncPlan) -> SyncPlan {
    var plan = plan
    for var step in covers {
      if step.action == .add || step.action == .replace {
        let needed = step.bytes + Self.overhead
        if needed <= plan.spareSpace {
          plan.spareSpace -= needed
        } else if fills {
          step.action = .refuse
          step.bytes = 0
          step.reason = "there is no room for the picture"
        } else {
          plan.missingSpace += needed - plan.spareSpace
          plan.spareSpace = 0
        }
      }
      plan.steps.append(step)
    }
    return plan
  }
}

/// What is known of pictures on a player.
private struct CoverState {
  let offer: CoverOffer
  let limits: CoverLimits
  let albums: Set<String>
  let files: [String: StoredTrack]
  /// What is on the player, stays there, and is not in the source.
  let others: Set<String>
  let ledger: SyncLedger.Contents
  let rules: StorageRules
  let properties: (SyncItem) -> TrackProperties?

  /// The steps for a folder in which nothing has changed; nil when something may have.
  func unchanged(_ folder: String, _ tracks: [SyncPlan.Step]) -> [SyncPlan.Step]? {
    let known = ledger.entries.values.filter { $0.isCover && $0.coverFolder == folder }
      .sorted { $0.place < $1.place }
    guard !known.isEmpty, tracks.allSatisfy({ $0.action == .keep }),
      Set(known.flatMap(\.coverTracks)).subtracting(others) == Set(tracks.map(\.place))
    else { return nil }
    var steps: [SyncPlan.Step] = []
    for entry in known {
      guard CoverSource.isUnchanged(entry.source, entry.size, entry.modified) else { return nil }
      let cover = cover(of: entry)
      if entry.stored == 0 {
        guard CoverSource.beside(entry.source) == nil else { return nil }
        steps.append(.none(cover))
      } else {
        guard entry.coverLimits == limits.summary, isThere(cover, entry) else { return nil }
        steps.append(.cover(cover, .keep, "the picture is there already"))
      }
    }
    return steps
  }

  /// Looks into a folder's tracks.
  func compare(_ folder: String, _ tracks: [SyncPlan.Step]) throws -> [SyncPlan.Step] {
    var albums: [(album: String, artist: String, tracks: [SyncPlan.Step])] = []
    var isFile = false
    if case .file = offer { isFile = true }
    // In one order, whatever is done with them: the first one's artist is the album's.
    for track in tracks.sorted(by: { $0.place < $1.place }) {
      try PinstripeError.throwIfCancelled()
      // A picture beside the tracks is for all of them.
      let properties = isFile ? nil : track.item.flatMap(properties)
      let album = properties?.album ?? ""
      if let index = albums.firstIndex(where: { $0.album == album }) {
        albums[index].tracks.append(track)
      } else {
        albums.append((album, properties?.artist ?? "", [track]))
      }
    }
    return try albums.map { album, artist, tracks in
      let known = self.known(album, in: folder)
      // Those that were sent by themselves, or of another source, keep their picture, and lend it.
      let kept = known?.coverTracks.filter(others.contains) ?? []
      let lender = kept.isEmpty ? nil : known?.source
      var failure: PictureError?
      var source: CoverSource?
      for path in [lender].compactMap(\.self) + tracks.compactMap(\.item?.path)
      where source == nil {
        try PinstripeError.throwIfCancelled()
        do throws(PictureError) {
          source = try CoverSource.find(for: path)
        } catch {
          failure = failure ?? error
        }
      }
      let cover = cover(
        folder, album, known?.original ?? artist, (tracks.map(\.place) + kept).sorted(), source,
        named: tracks.first?.item?.place.split(separator: "/").dropLast().last)
      guard let source else {
        guard let failure else { return none(cover, tracks) }
        return .cover(
          cover, .refuse, "the tracks go without a picture: of the one there is, \(failure.reason)")
      }
      return decide(cover, source, isMoved: tracks.contains { $0.action != .keep })
    }
  }

  /// What was sent of an album before; its artist stays, lest it be made anew under another name.
  private func known(_ album: String, in folder: String) -> SyncLedger.Entry? {
    let place = Cover.ledgerPlace(folder, album)
    return ledger.pending[place] ?? ledger.entries[place].flatMap { $0.stored > 0 ? $0 : nil }
  }

  private func decide(_ cover: Cover, _ source: CoverSource, isMoved: Bool) -> SyncPlan.Step {
    let entry = ledger.entries[cover.ledgerPlace]
    let isOurs = entry != nil || ledger.pending[cover.ledgerPlace] != nil
    switch cover.delivery {
    case .file(let place):
      guard let there = files[TrackName.folded(place)] else { break }
      let attempted = StoredTrack(name: cover.ledgerPlace, size: there.size)
      guard entry?.stored == there.size || ledger.unfinished(attempted) != nil else {
        return .cover(cover, .keep, "a picture is there that Pinstripe did not put there")
      }
    case .album(let name):
      guard albums.contains(name) else { break }
      guard isOurs else {
        return .cover(
          cover, .keep, "an album of that name is there that Pinstripe did not put there")
      }
    case .tracks: break
    }
    guard let entry, isThere(cover, entry) else {
      return .cover(cover, .add, "the picture is not there")
    }
    if entry.source != source.path || entry.size != source.size
      || entry.modified != source.modified || entry.coverLimits != limits.summary
    {
      return .cover(cover, .replace, "the picture has changed")
    }
    var isFile = false
    if case .file = cover.delivery { isFile = true }
    if !isFile, isMoved || entry.coverTracks != cover.tracks {
      return .cover(cover, .replace, "its tracks change")
    }
    return .cover(cover, .keep, "the picture is there already", adopted: cover.entry(entry.stored))
  }

  /// A cover that an earlier sync put there and whose tracks are gone; nil when it is gone, too.
  func extra(_ entry: SyncLedger.Entry) -> SyncPlan.Step? {
    let cover = cover(of: entry)
    guard entry.stored > 0, isThere(cover, entry) else { return nil }
    return .cover(cover, .keep, "the picture's tracks are no longer in the source")
  }

  /// Whether there are tracks of an earlier sync's cover that stay without being in the source.
  func hasOthers(_ entry: SyncLedger.Entry) -> Bool {
    !others.isDisjoint(with: entry.coverTracks)
  }

  private func isThere(_ cover: Cover, _ entry: SyncLedger.Entry) -> Bool {
    guard entry.stored > 0 else { return false }
    switch cover.delivery {
    case .file(let place): return files[TrackName.folded(place)]?.size == entry.stored
    case .album(let name): return albums.contains(name)
    case .tracks: return true
    }
  }

  private func none(_ cover: Cover, _ tracks: [SyncPlan.Step]) -> SyncPlan.Step {
    var step = SyncPlan.Step.none(cover)
    // One that is there stays; only that there is none is worth remembering.
    if ledger.entries[cover.ledgerPlace]?.stored ?? 0 == 0, let item = tracks.first?.item {
      step.adopted = cover.entry(0, item)
    }
    return step
  }

  /// A cover as the ledger has it.
  private func cover(of entry: SyncLedger.Entry) -> Cover {
    cover(entry.coverFolder, entry.coverAlbum, entry.original, entry.coverTracks, nil)
  }

  /// - Parameter original: The folder's name in the source, which the player may not be able to hold.
  private func cover(
    _ folder: String, _ album: String, _ artist: String, _ tracks: [String], _ source: CoverSource?,
    named original: Substring? = nil
  ) -> Cover {
    let name = folder.split(separator: "/").last.map(String.init) ?? rules.musicFolder
    let delivery: Cover.Delivery
    switch offer {
    case .none, .tracks: delivery = .tracks
    case .file(let name, _): delivery = .file(folder.isEmpty ? name : "\(folder)/\(name)")
    case .album:
      let title = album.isEmpty ? name : artist.isEmpty ? album : "\(artist) - \(album)"
      // Two folders may have an album of one title each.
      delivery = .album(
        TrackName.makeFolder(from: title, rules: rules, distinguishing: "\(folder)//\(album)"))
    }
    let title = album.isEmpty ? original.map(String.init) ?? name : album
    return Cover(
      folder: folder, album: album, title: title, artist: artist, tracks: tracks,
      delivery: delivery, limits: limits, source: source)
  }
}

extension SyncPlan.Step {
  fileprivate static func cover(
    _ cover: Cover, _ action: SyncPlan.Action, _ reason: String,
    adopted: SyncLedger.Entry? = nil
  ) -> SyncPlan.Step {
    var step = SyncPlan.Step(
      action: action, place: cover.place,
      bytes: [.add, .replace].contains(action) ? cover.estimate : 0, reason: reason)
    step.cover = cover
    step.adopted = adopted
    return step
  }

  fileprivate static func none(_ cover: Cover) -> SyncPlan.Step {
    .cover(
      cover, .keep, "no picture: there is none in the tags, and no folder.jpg or cover.jpg beside")
  }
}
