public import PinstripeProfile

extension Sync {
  /// Sends the picture of one track that is on the player, as a sync of its folder would.
  ///
  /// The album that shows it goes on referring to the tracks that it had, and the ledger knows of it.
  ///
  /// - Parameters:
  ///   - path: The file that was sent.
  ///   - place: Its path on the player, below the music folder.
  ///   - properties: What the player was told of it.
  ///   - ledger: Opens the player's, where pictures are taken at all.
  /// - Returns: Whether a picture was sent, and, where there is one that was not, why, as a sentence.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/cancelled`` or
  ///   ``PinstripeError/Code/playerGone``; the track is there all the same, and the sentence says so.
  public static func sendPicture(
    of path: String, at place: String, _ properties: TrackProperties?,
    to transport: any Transport, _ profile: DeviceProfile,
    ledger: (any Transport) async throws -> SyncLedger = { try await SyncLedger(of: $0) }
  ) async throws(PinstripeError) -> (isSent: Bool, problem: String?) {
    do {
      let covers = try await SyncCovers(of: transport, profile)
      guard covers.offer.limits != nil, let file = try SyncSource(paths: [path]).items.first else {
        return (false, nil)
      }
      let track = SyncItem(path: file.path, place: place, size: file.size, modified: file.modified)
      return try await sendPicture(
        of: track, properties, to: transport, profile, covers, try await ledger(transport))
    } catch {
      if let error = error as? PinstripeError, [.cancelled, .playerGone].contains(error.code) {
        throw PinstripeError(
          error.code,
          "\"\(place)\" is whole on \(transport.playerName), without its picture. \(error.message)",
          underlying: error)
      }
      // The track is there, whatever happened to its picture.
      return (false, (error as? PinstripeError)?.message ?? "\(error)")
    }
  }

  private static func sendPicture(
    of track: SyncItem, _ properties: TrackProperties?, to transport: any Transport,
    _ profile: DeviceProfile, _ covers: SyncCovers, _ ledger: SyncLedger
  ) async throws -> (isSent: Bool, problem: String?) {
    var planner = SyncPlanner(profile, protection: nil)
    planner.fills = true
    planner.properties = { _ in properties }
    let folder = TrackPath(track.place)?.folders.joined(separator: "/") ?? ""
    let plan = try planner.picturePlan(
      of: track, try await transport.list(in: folder),
      freeSpace: try await transport.freeSpace(), ledger.contents, covers)
    // What is kept without being known is somebody else's.
    let inTheWay = plan.steps.first {
      $0.action == .refuse || $0.action == .keep && $0.adopted == nil && $0.cover?.source != nil
    }
    if let inTheWay {
      return (false, "\"\(track.place)\" has no picture there: \(inTheWay.reason).")
    }
    let sync = Sync(to: transport, ledger: ledger) { item throws(PinstripeError) in
      try SyncTracks(nil).stream(of: item)
    }
    let summary = try await sync.run(plan)
    return (summary.pictures > 0, summary.withoutPicture.first?.error.message)
  }
}
