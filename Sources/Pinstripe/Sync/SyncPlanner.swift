public import PinstripeProfile

/// Compares a source with a player.
public struct SyncPlanner: Sendable {
  /// What is on the player under a name that a file is to have, and does not stand in the ledger.
  public enum Recognition: Sendable {
    /// A track of just that file, put there by another computer, or one whose ledger was lost.
    case same
    /// Something of the same length, beginning and end, whoever put it there.
    case alike
    /// A track of another file, or version, that Pinstripe put there.
    case other
    /// Something that Pinstripe did not put there, as far as can be told.
    case foreign
  }

  /// The player.
  public let profile: DeviceProfile
  /// How tracks are encrypted and for whom, in a form of the caller's; nil where files go as they are.
  public let protection: String?
  /// Whether tracks that an earlier sync put there are removed when they are no longer in the source.
  public var removes = false
  /// Whether the player has parts of tracks under their final names when a sync was broken off, as
  /// ``Transport/showsParts`` tells; those go whatever ``removes`` says.
  public var showsParts = false
  /// Whether what does not fit is left out; otherwise ``SyncPlan/missingSpace`` tells of it.
  public var fills = false
  /// Makes a name that says nothing of a file or playlist, for players whose profile hides names.
  ///
  /// ``SyncTracks/disguise`` has one. Without it nothing encrypted goes to such a player.
  public var disguise: (@Sendable (String) throws(PinstripeError) -> String)?

  /// Tells what a file's tags say, for the albums that pictures are of.
  var properties: @Sendable (SyncItem) -> TrackProperties? = { TrackProperties(path: $0.path) }

  /// Creates a planner.
  public init(_ profile: DeviceProfile, protection: String?) {
    self.profile = profile
    self.protection = protection
  }

  /// Makes the plan.
  ///
  /// - Parameters:
  ///   - source: What is to be on the player.
  ///   - tracks: What is there.
  ///   - freeSpace: In bytes.
  ///   - ledger: What earlier syncs put there.
  ///   - format: Tells what a file is; nil when nobody knows.
  ///   - rates: Tells how fast a file's sound is; is asked where the profile has limits.
  ///   - recognise: Is asked for a track that has a file's place and is not in the ledger.
  ///   - playlistState: Tells what the player holds under a playlist's name; nil where it has none.
  ///   - metadataLength: Tells how many bytes the metadata of a file's track will have, pictures among
  ///     them.
  ///   - covers: What the player takes of pictures; nil sends none.
  ///   - complaint: Tells why the player cannot keep a file of a kind at a place, as
  ///     ``Transport/complaint(about:at:)`` does.
  /// - Throws: What the functions throw, or ``PinstripeError`` with the code
  ///   ``PinstripeError/Code/cancelled``.
  public func plan(
    _ source: SyncSource, tracks: [StoredTrack], freeSpace: UInt64,
    ledger: SyncLedger.Contents, format: (SyncItem) throws -> AudioFormat?,
    rates: (SyncItem) -> SoundRates = { SoundRates(path: $0.path) },
    recognise: (StoredTrack, SyncItem) async throws -> Recognition,
    playlistState: (Playlist) async throws -> PlaylistState?,
    metadataLength: (SyncItem) throws -> UInt64 = { _ in 0 }, covers: SyncCovers? = nil,
    complaint: (FileKind?, String) -> String? = { _, _ in nil }
  ) async throws -> SyncPlan {
    var plan = SyncPlan(steps: [], freeSpace: freeSpace, ignored: source.ignored)
    let stored = Dictionary(tracks.map { ($0.name, $0) }) { first, _ in first }
    // Players with FAT do not tell case.
    let spellings = Dictionary(
      tracks.map { (TrackName.folded($0.name), $0.name) }
    ) { first, _ in first }
    var wanted: Set<String> = []
    for (item, place) in try places(for: source.items, ledger, tracks) {
      try PinstripeError.throwIfCancelled()
      let there = stored[place] ?? spellings[TrackName.folded(place)].flatMap { stored[$0] }
      wanted.insert(there?.name ?? place)
      var step = SyncPlan.Step(
        action: .add, item: item, place: place, bytes: estimate(item), reason: "is not there")
      step.protection = protection ?? "none"
      step.renaming = SyncPlaces.reason(
        item, at: there?.name ?? place, isProtected: isProtected(item), isHidden: isHidden(item),
        rules: profile.storage)
      do {
        if let there { try await compare(&step, item, there, ledger, recognise) }
        if step.action == .add || step.action == .replace {
          step.bytes += try metadataLength(item)
          try judge(&step, item, format, rates, complaint)
        }
      } catch let error as PinstripeError where error.code == .noInput {
        step.action = .refuse
        step.bytes = 0
        step.reason = "cannot be read"
        step.isUnreadable = true
      }
      plan.steps.append(step)
    }
    plan.steps += source.problems.map { problem in
      var step = SyncPlan.Step(
        action: .refuse, item: SyncItem(path: problem.path, place: "", size: 0, modified: 0),
        place: "", bytes: 0, reason: problem.reason)
      step.isUnreadable = true
      return step
    }
    let isComplete = source.problems.isEmpty && !source.items.isEmpty
    // Pictures beside tracks have steps of their own.
    if case .file(let name, _) = covers?.offer {
      for entry in ledger.entries.values where entry.isCover && entry.stored > 0 {
        wanted.insert(entry.coverFolder.isEmpty ? name : "\(entry.coverFolder)/\(name)")
      }
    }
    for track in tracks where !wanted.contains(track.name) {
      plan.steps.append(extra(track, among: tracks, ledger, isComplete))
    }
    plan = makeRoom(in: plan, stored)
    let tracksOnly = plan
    plan.steps += try await playlistSteps(source.playlists, tracksOnly, ledger, playlistState)
    if let covers {
      plan = makeRoom(for: try coverSteps(tracksOnly, stored, ledger, covers), in: plan)
      if case .none(let reason) = covers.offer { plan.reasonForNoCovers = reason }
    }
    try PinstripeError.throwIfCancelled()
    return plan
  }

  /// Each file's place: the one that it got in an earlier run, if it can still have it.
  private func places(
    for items: [SyncItem], _ ledger: SyncLedger.Contents, _ tracks: [StoredTrack]
  ) throws -> [(item: SyncItem, place: String)] {
    // Not of playlists and covers, which begin with "//".
    let known = (Array(ledger.entries.values) + ledger.pending.values)
      .filter { !$0.place.hasPrefix("//") }
    // By bytes: two spellings of one accent (NFC, NFD) are one string, but two files.
    let earlier = Dictionary(known.map { (Array($0.source.utf8), $0.place) }) { min($0, $1) }
    var places = SyncPlaces(profile, tracks: tracks.map(\.name))
    let sources = Set(items.map { Array($0.path.utf8) })
    for track in tracks {
      guard let entry = ledger.entries[track.name], !sources.contains(Array(entry.source.utf8))
      else { continue }
      places.reserve(entry)
    }
    var found: [String?] = items.map { item in
      guard let place = earlier[Array(item.path.utf8)],
        place.hasSuffix(TrackName.suffix) == isProtected(item), !isHidden(item)
      else { return nil }
      return places.keep(place) ? place : nil
    }
    for (index, item) in items.enumerated() where found[index] == nil {
      if let disguise, isHidden(item) {
        found[index] = try places.hide(item, disguise)
      } else {
        found[index] = places.make(for: item, isProtected: isProtected(item))
      }
    }
    return zip(items, found).map { ($0, $1 ?? "") }
  }

  private func isProtected(_ item: SyncItem) -> Bool { protection != nil || item.isTrack }

  /// Whether a file's name is to be hidden; an unprotected one says it all anyhow.
  private func isHidden(_ item: SyncItem) -> Bool {
    profile.protection.metadata == .hidden && isProtected(item)
  }

  /// Decides about a file whose place is taken on the player.
  private func compare(
    _ step: inout SyncPlan.Step, _ item: SyncItem, _ there: StoredTrack,
    _ ledger: SyncLedger.Contents,
    _ recognise: (StoredTrack, SyncItem) async throws -> Recognition
  ) async throws {
    step.place = there.name
    if let entry = ledger.entries[there.name], entry.stored == there.size ?? entry.stored {
      if entry.size != item.size || entry.modified != item.modified {
        step.action = .replace
        step.reason =
          entry.source == item.path ? "the file has changed" : "another file was put there"
      } else if entry.protection != step.protection {
        step.action = .replace
        step.reason = "it is encrypted otherwise, or for others"
      } else {
        step.action = .keep
        step.bytes = there.size ?? entry.stored
        step.reason = "is there already"
        if entry.source != item.path {
          step.adopted = entry
          step.adopted?.source = item.path
          step.adopted?.original = item.place
        }
      }
      return
    }
    let pending = ledger.unfinished(there)
    var recognition = try await recognise(there, item)
    // What a sync was sending when it was broken off is ours, whole or in part.
    if pending != nil, recognition == .foreign { recognition = .other }
    if pending?.stored == there.size, recognition == .alike { recognition = .same }
    switch recognition {
    case .same:
      step.action = .keep
      step.bytes = there.size ?? 0
      step.reason = "is there already, by its content"
      step.adopted = there.size.map { size in
        SyncLedger.Entry(
          place: there.name, source: item.path, size: item.size, modified: item.modified,
          stored: size, protection: step.protection, original: item.place)
      }
    case .alike:
      step.action = .keep
      step.bytes = there.size ?? 0
      step.reason = "is there already; no sync put it there"
    case .other:
      step.action = .replace
      step.reason = pending == nil ? "another version is there" : "it was not sent to its end"
    case .foreign:
      step.action = .refuse
      step.bytes = 0
      step.reason =
        "a file of that name is there that no sync put there; rename one of the two"
    }
  }

  /// Refuses what the player cannot hold or play.
  private func judge(
    _ step: inout SyncPlan.Step, _ item: SyncItem, _ format: (SyncItem) throws -> AudioFormat?,
    _ rates: (SyncItem) -> SoundRates, _ complaint: (FileKind?, String) -> String?
  ) throws {
    func refuse(_ reason: String) {
      step.action = .refuse
      step.bytes = 0
      step.reason = reason
    }
    if isHidden(item), disguise == nil {
      return refuse("the player is to show no names, and only with its key others can be made")
    }
    if let complaint = TrackPath.complaint(step.place, rules: profile.storage) {
      return refuse(complaint)
    }
    guard step.bytes <= profile.storage.maximumObjectSize else {
      return refuse(
        "the player holds no files larger than \(profile.storage.maximumObjectSize) bytes")
    }
    let format = item.isTrack ? nil : try format(item)
    if let format, let reason = objection(to: format, of: item, rates) {
      return refuse("the player does not play \(reason)")
    }
    let kind = isProtected(item) ? nil : format.map { FileKind.audio($0) }
    if let complaint = complaint(kind, step.place) { refuse(complaint) }
  }

  /// What the player does not play of a file; nil when nothing is known against it.
  private func objection(
    to format: AudioFormat, of item: SyncItem, _ rates: (SyncItem) -> SoundRates
  ) -> String? {
    guard let formats = profile.formats else { return nil }
    guard let limits = formats[format] else { return format.rawValue }
    guard limits != FormatLimits() else { return nil }
    let rates = rates(item)
    // Without loss, the sample rate says it all.
    let bitRate = format.isLossless ? nil : rates.bitRate
    return limits.complaint(sampleRate: rates.sampleRate, bitRate: bitRate)
      .map { "\(format.rawValue) \($0)" }
  }

  /// Decides about a track that is no file's.
  ///
  /// - Parameter isComplete: Whether all of the source could be read: what could not is not gone, and an
  ///   empty source is a disk that is not mounted rather than a person who wants no music.
  private func extra(
    _ track: StoredTrack, among tracks: [StoredTrack], _ ledger: SyncLedger.Contents,
    _ isComplete: Bool
  ) -> SyncPlan.Step {
    var step = SyncPlan.Step(
      action: .keep, item: nil, place: track.name, bytes: track.size ?? 0,
      reason: "no sync put it there")
    let entry = ledger.entries[track.name]
    // Of a track whose size nobody knows, nobody can say that it is the one.
    if let entry, let size = track.size, entry.stored == size {
      step.reason = "is no longer in the source"
      remove(&step, isComplete)
      return step
    }
    if let attempt = ledger.unfinished(track), entry == nil || showsParts {
      step.reason = "was not sent to its end, and is no longer in the source"
      // Nobody misses half a track; but of two of the name, the other is the one that it was to replace.
      let isAlone = tracks.count { $0.name == track.name } == 1
      if showsParts, isAlone, track.size != attempt.stored {
        step.action = .remove
      } else {
        remove(&step, isComplete)
      }
      return step
    }
    if entry != nil { step.reason = "it was changed on the player" }
    return step
  }

  private func remove(_ step: inout SyncPlan.Step, _ isComplete: Bool) {
    guard removes else { return }
    guard isComplete else {
      step.reason += "; kept, for part of the source could not be read"
      return
    }
    step.action = .remove
  }
}
