import PinstripeMTP
import PinstripePipe

/// Carries out a plan.
///
/// Every track is complete, verified and in the ledger before the next one begins, so a sync that was
/// broken off is taken up by the next one where it ended.
public struct Sync {
  private let transport: any Transport
  private let ledger: SyncLedger
  private let stream: (SyncItem) throws(PinstripeError) -> any ByteStream

  /// Prepares a sync.
  ///
  /// - Parameters:
  ///   - transport: The player.
  ///   - ledger: What this computer has put there.
  ///   - stream: Makes what is sent of a file.
  public init(
    to transport: any Transport, ledger: SyncLedger,
    stream: @escaping (SyncItem) throws(PinstripeError) -> any ByteStream
  ) {
    self.transport = transport
    self.ledger = ledger
    self.stream = stream
  }

  /// Does what the plan says.
  ///
  /// A file that cannot be read, or that the player does not take, is reported and passed over. A
  /// player that is gone, one that twice gives no answer in time with nothing done between, and being
  /// cancelled, end the sync.
  ///
  /// - Parameter report: Is told what happens.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/playerFull`` before anything is
  ///   touched when the plan does not fit; or what ended the sync, and then what was done stays done.
  public func run(
    _ plan: SyncPlan, report: @escaping (SyncEvent) -> Void = { _ in }
  ) async throws -> SyncSummary {
    var summary = SyncSummary()
    try await run(plan, counting: &summary, report: report)
    return summary
  }

  /// Does what the plan says, as ``run(_:report:)``, and counts also what a sync did that was ended early.
  ///
  /// - Parameter summary: Is what was done, whatever is thrown.
  public func run(
    _ plan: SyncPlan, counting summary: inout SyncSummary,
    report: @escaping (SyncEvent) -> Void = { _ in }
  ) async throws {
    summary = SyncSummary()
    guard plan.missingSpace == 0 else {
      throw PinstripeError(
        .playerFull,
        "\(transport.playerName) has \(plan.freeSpace) bytes free, \(plan.missingSpace) too few for "
          + "all of it; nothing was changed. Remove something, or send what fits with --fill.")
    }
    let start = ContinuousClock.now
    defer { summary.time = start.duration(to: .now) }
    let work = plan.steps.filter { [.add, .replace, .remove].contains($0.action) }
    var progress = SyncProgress(tracks: work.count, bytes: plan.bytesToSend)
    summary.left = work.count
    summary.kept = plan.steps(.keep).count { $0.item != nil }
    summary.refused = plan.steps(.refuse).count { $0.cover == nil }
    var silences = 0
    for entry in plan.steps.compactMap(\.adopted) {
      try PinstripeError.throwIfCancelled()
      try ledger.record(entry)
    }
    await transport.discardUnfinished(
      unlessFor: Set(work.filter { $0.item != nil && $0.playlist == nil }.map(\.place)))
    for step in work {
      try PinstripeError.throwIfCancelled()
      report(.begin(step))
      let before = progress.bytesDone
      do {
        let sent = try await perform(step) { done, all in
          progress.trackBytesDone = done
          progress.trackBytes = all
          progress.bytesDone = before + done
          progress.elapsed = start.duration(to: .now)
          report(.progress(progress))
        } resumed: { offset in
          summary.resumed += 1
          summary.resumedBytes += offset
          report(.resumed(step, at: offset))
        }
        summary.count(step, sent)
        silences = 0
        report(.end(step, nil))
      } catch let error as PinstripeError where !Self.isFinal(error) {
        summary.left -= 1
        // The music is there, and can be heard without its picture.
        if step.cover == nil {
          summary.failures.append((step, error))
        } else {
          summary.withoutPicture.append((step, error))
        }
        report(.end(step, error))
        if error.isSilence { silences += 1 }
        guard silences < Self.mostSilences else {
          throw PinstripeError.silent(transport.playerName, underlying: error.underlying)
        }
      } catch {
        if let error = error as? PinstripeError { report(.end(step, error)) }
        throw error
      }
      progress.tracksDone += 1
      // The estimate comes true, or the step failed.
      progress.bytesDone = before + (step.action == .remove ? 0 : step.bytes)
    }
  }

  /// A player may hang over one track; each further one would take as long.
  private static let mostSilences = 2

  /// Whether nothing else can be done after an error.
  private static func isFinal(_ error: PinstripeError) -> Bool {
    [.cancelled, .playerGone, .playerBusy, .noOutput, .noPermission, .keys].contains(error.code)
  }

  /// Does one step; returns the bytes sent.
  private func perform(
    _ step: SyncPlan.Step, progress: @escaping (UInt64, UInt64) -> Void,
    resumed: (UInt64) -> Void
  ) async throws -> UInt64 {
    if let playlist = step.playlist {
      try await perform(step, playlist)
      return 0
    }
    if let cover = step.cover { return try await perform(step, cover) }
    guard let item = step.item else {
      try await transport.remove(step.place)
      try ledger.forget(step.place)
      return 0
    }
    let stream = try stream(item)
    let length = stream.length ?? step.bytes
    let entry = SyncLedger.Entry(
      place: step.place, source: item.path, size: item.size, modified: item.modified,
      stored: length, protection: step.protection, original: item.place)
    var offset: UInt64 = 0
    try await put(entry) {
      offset = try await transport.put(
        stream, named: step.place, replacing: step.action == .replace
      ) { progress($0, length) }
    }
    if offset > 0 { resumed(offset) }
    return length - min(offset, length)
  }

  /// Puts a playlist on the player, or removes it.
  private func perform(_ step: SyncPlan.Step, _ playlist: Playlist) async throws {
    guard step.action != .remove else {
      try await transport.remove(playlist)
      try ledger.forget(playlist.ledgerPlace)
      return
    }
    let entry = SyncLedger.Entry(
      place: playlist.ledgerPlace, source: step.item?.path ?? "", size: 0, modified: 0, stored: 0,
      protection: step.protection, original: step.item?.place ?? "")
    try await put(entry) { try await transport.put(playlist) }
  }

  /// Makes a picture and puts it on the player, or removes it; returns the bytes sent.
  private func perform(_ step: SyncPlan.Step, _ cover: Cover) async throws -> UInt64 {
    guard step.action != .remove else {
      try await transport.remove(cover)
      try ledger.forget(cover.ledgerPlace)
      return 0
    }
    guard let source = cover.source, let limits = cover.limits else { return 0 }
    let picture: CoverPicture
    do throws(PictureError) {
      picture = try CoverPicture(source.load(), for: limits)
    } catch {
      throw PinstripeError(
        .noInput,
        "The picture \(source.isEmbedded ? "in " : "")\(source.path) cannot be used: "
          + "\(error.reason); its tracks go without.", underlying: error)
    }
    let count = UInt64(picture.bytes.count)
    try await put(cover.entry(count)) { try await transport.put(cover, picture) }
    return count
  }

  /// Sends what an entry is about, between its two lines in the ledger.
  private func put(_ entry: SyncLedger.Entry, _ send: () async throws -> Void) async throws {
    let isFirst = ledger.contents.pending[entry.place] == nil
    try ledger.begin(entry)
    do {
      try await send()
    } catch {
      // What an earlier attempt may have left is still ours.
      if isFirst, let error = error as? PinstripeError, error.isBeforeAnythingWasSent {
        try? ledger.withdraw(entry.place)
      }
      throw error
    }
    try ledger.record(entry)
  }
}

extension SyncSummary {
  fileprivate mutating func count(_ step: SyncPlan.Step, _ sent: UInt64) {
    left -= 1
    bytes += sent
    guard step.cover == nil else {
      if step.action != .remove { pictures += 1 }
      return
    }
    switch step.action {
    case .add: added += 1
    case .replace: replaced += 1
    case .remove: removed += 1
    case .keep, .refuse: break
    }
  }
}

extension PinstripeError {
  /// Whether the player did not answer in time.
  fileprivate var isSilence: Bool {
    guard let error = underlying as? MTPError else { return false }
    return error.transfer == .timedOut && error.response == nil
  }

  /// Whether the player, or we for it, said no to an announcement, so that it holds nothing of it.
  ///
  /// Of every other failure a part may be left where no undoing reached the player.
  fileprivate var isBeforeAnythingWasSent: Bool {
    if code == .alreadyOnPlayer || code == .usage { return true }
    guard let error = underlying as? MTPError else { return false }
    return [.sendObjectInfo, .sendObjectPropList].contains(error.operation)
      && error.response != nil
  }
}
