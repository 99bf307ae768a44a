import PinstripeMTP
import PinstripePipe
import PinstripeProfile

extension MTPTransport {
  /// Sends a track: temporary name, verification, rename.
  ///
  /// Players that cannot rename get it under its final name at once, and it is deleted again when
  /// anything goes wrong. A track that it replaces stays beside it until it is verified, where the
  /// player can hold two of a name. Where it cannot (quirk `no-rename`, and players that refuse), the
  /// old one is deleted when all that can be known beforehand is in order, among it that there is room
  /// for both; then a transfer that fails leaves neither.
  ///
  /// A track that was cut off is continued where ``keepParts(in:)`` was called.
  @discardableResult
  public func put(
    _ stream: any ByteStream, named name: String, replacing: Bool,
    progress: ((UInt64) -> Void)?
  ) async throws(PinstripeError) -> UInt64 {
    let complaint = TrackPath.complaint(name, rules: profile.storage)
    guard complaint == nil, let place = TrackPath(name) else {
      throw PinstripeError.unusable(name, playerName, complaint ?? "that is no file name")
    }
    return try await put(stream, at: fromRoot(place), replacing: replacing, progress: progress)
  }

  /// Whether a track has its final name from the start.
  public var showsParts: Bool { !session.offers(.setObjectPropValue) }

  /// A place below the music folder, from the storage's root.
  func fromRoot(_ place: TrackPath) -> TrackPath {
    let music = profile.storage.musicFolder
    return TrackPath(folders: (music.isEmpty ? [] : [music]) + place.folders, name: place.name)
  }

  /// Sends a file to a place from the storage's root.
  @discardableResult
  func put(
    _ stream: any ByteStream, at place: TrackPath, replacing: Bool, progress: ((UInt64) -> Void)?
  ) async throws(PinstripeError) -> UInt64 {
    let name = place.name
    do {
      let part = try await unfinished(stream, at: place)
      let length = try await admit(stream, name)
      let folder = try await folderForWriting(at: place.folders)
      try await admit(announcedFormat(stream.kind), to: folder, name)
      let old = try await clearLeftovers(
        in: folder, keeping: place.name, replacing: replacing, sparing: part?.record.name)
      guard replacing || old == nil else { throw PinstripeError.exists(name, playerName) }
      let tap = StreamTap(stream, length: length)
      let canRename = !showsParts
      let target = Sent(
        handle: .none, name: canRename ? TrackName.temporary() : place.name, folder: folder,
        old: old)
      let sent =
        if let old, !canRename {
          try await sendBeside(old, target, tap, progress)
        } else if let part {
          try await send(restOf: part, target, tap, at: place, progress)
        } else {
          try await send(target, tap, at: place, progress)
        }
      // From here on it takes moments, and half of it would leave the track under a wrong name.
      do {
        try await session.unbroken(grace: grace) {
          try await self.commit(sent, as: place.name, tap)
        }
      } catch {
        if !isInterruption(error) { forgetPart() }
        throw error
      }
      forgetPart()
      return sent.resumedAt
    } catch {
      let failure = failure(error, name)
      // There are players that stall and say why by an event only.
      guard failure.code == .playerRefused, await followEvents() else { throw failure }
      throw PinstripeError(
        .playerFull, "\(playerName) is full; remove something first.",
        underlying: failure.underlying)
    }
  }

  /// Sends what is missing of a track that was cut off, or all of it where that cannot be told.
  private func send(
    restOf part: Unfinished, _ target: Sent, _ tap: StreamTap, at place: TrackPath,
    _ progress: ((UInt64) -> Void)?
  ) async throws -> Sent {
    var sent = target
    sent.name = part.record.name
    sent.handle = part.object.handle
    do {
      if let offset = try await resume(part, tap, progress) {
        if Task.isCancelled { throw PinstripeError.cancelled(place.name) }
        sent.resumedAt = offset
        return sent
      }
    } catch {
      if !isInterruption(error) { await giveUp(sent) }
      throw error
    }
    try await delete(part.object.handle)
    forgetPart()
    try tap.begin(under: nil)
    return try await send(target, tap, at: place, progress)
  }

  /// Deletes what was sent of a track, as well as that can be done.
  private func giveUp(_ sent: Sent) async {
    await undo(sent)
    if journal?.part?.name == sent.name { forgetPart() }
  }

  /// Sends a track's bytes; when that fails, what there is of it is deleted, but for a part that the
  /// next attempt can go on with.
  ///
  /// - Parameter place: Where it is to be in the end; nil when a part of it is no use.
  private func send(
    _ target: Sent, _ tap: StreamTap, at place: TrackPath? = nil, _ progress: ((UInt64) -> Void)?
  ) async throws -> Sent {
    let record = try place.flatMap { try journalRecord(tap, target.name, at: $0) }
    var isRecorded = false
    var info = ObjectInfo(
      filename: target.name, format: announcedFormat(tap.kind), size: tap.length)
    info.parent = target.folder
    if profile.protection.metadata == .shown {
      info.modificationDate = tap.properties?.modificationDate ?? ""
    }
    var sent = target
    func upload(with properties: [ObjectPropertyList.Entry]) async throws {
      sent.isDescribed = !properties.isEmpty
      _ = try await session.upload(
        info, to: storage, in: sent.folder, length: tap.length, properties: properties,
        onFailure: .keep,
        announced: { announcement in
          sent.handle = announcement.object
          if sent.handle == sent.old?.handle, sent.name == sent.old?.info.filename {
            throw OldTrackInTheWay()
          }
          isRecorded = record.flatMap { self.journal?.begin($0) } ?? false
        },
        progress: progress, fill: { buffer in try tap.read(into: buffer) })
    }
    do {
      let properties = try await announcedProperties(info.format, tap.properties)
      do {
        try await upload(with: properties)
      } catch {
        guard isAboutTheProperties(error) else { throw error }
        try await upload(with: [])
        refused.insert(.sendObjectPropList)
      }
      // A player that is faster than the person was has all of it by now, and nobody wants it.
      if Task.isCancelled { throw PinstripeError.cancelled(target.name) }
      return sent
    } catch let error as OldTrackInTheWay {
      throw error
    } catch {
      if !isRecorded || !isInterruption(error) { await giveUp(sent) }
      throw error
    }
  }

  /// The format that a file of a kind is announced with.
  func announcedFormat(_ kind: FileKind?) -> ObjectFormat {
    guard let kind else { return ObjectFormat(rawValue: profile.storage.trackFormat) }
    return .of(kind, known: session.deviceInfo.playbackFormats, quirks: profile.quirks)
  }

  /// Whether an announcement failed for what may be the name that another track has.
  private func isAboutTheName(_ error: any Error) -> Bool {
    if error is OldTrackInTheWay { return true }
    guard let error = error as? MTPError,
      error.operation == .sendObjectInfo || error.operation == .sendObjectPropList,
      let response = error.response
    else { return false }
    // A full or busy player refuses the second attempt too, and the old track would be lost for it.
    return [.accessDenied, .generalError, .invalidDataset, .invalidParameter].contains(response)
  }

  /// Whether an announcement failed for what may be the properties that came with it; nothing was sent
  /// then, and it can be tried without them.
  private func isAboutTheProperties(_ error: any Error) -> Bool {
    guard let error = error as? MTPError, error.operation == .sendObjectPropList,
      let response = error.response
    else { return false }
    return ![.storeFull, .storeReadOnly, .objectTooLarge, .deviceBusy].contains(response)
  }

  /// The player announced that it would write over the track that is to stay until the new one is
  /// there; nothing was sent yet.
  private struct OldTrackInTheWay: Error {}

  /// Sends a track under a name that another has.
  ///
  /// The old one stays where the player can hold both. Where it refuses, or would write over the old
  /// one, which leaves that one's end in place (QEMU does), the old one is deleted first.
  private func sendBeside(
    _ old: ListedObject, _ target: Sent, _ tap: StreamTap, _ progress: ((UInt64) -> Void)?
  ) async throws -> Sent {
    if !profile.quirks.contains(.noRename) {
      do {
        return try await send(target, tap, progress)
      } catch {
        guard isAboutTheName(error) else { throw error }
      }
    }
    try await delete(old.handle)
    var target = target
    target.old = nil
    return try await send(target, tap, progress)
  }

  /// An object whose bytes the player has.
  private struct Sent {
    /// What the player announced; found by name where that is another's.
    var handle: ObjectHandle
    var name: String
    let folder: ObjectHandle
    /// The track that it replaces and that is still there.
    var old: ListedObject?
    /// Whether the player was told of the track with its announcement.
    var isDescribed = false
    /// Bytes that were there of an earlier attempt.
    var resumedAt: UInt64 = 0
  }

  /// As the profile has it.
  public var largestFile: UInt64 { profile.storage.maximumObjectSize }

  /// Refuses what cannot work before anything is sent.
  private func admit(
    _ stream: any ByteStream, _ name: String
  ) async throws(PinstripeError) -> UInt64 {
    guard let length = stream.length else {
      throw PinstripeError(
        .usage, "A player must be told the length first; save the pipe to a file and push that.")
    }
    guard length <= largestFile else { throw .tooLarge(for: playerName, limit: largestFile) }
    let free = try await freeSpace()
    guard length <= free else { throw PinstripeError.full(name, playerName, length, free) }
    return length
  }

  /// Removes what an earlier attempt left, puts a set-aside track back that lost its successor, and
  /// returns the track of the name in question.
  ///
  /// - Parameters:
  ///   - replacing: Removes all but the first of several of the name, which an attempt has left that
  ///   was cut off on a player that cannot rename.
  ///   - spared: What stays all the same.
  func clearLeftovers(
    in folder: ObjectHandle, keeping name: String?, replacing: Bool, sparing spared: String? = nil
  ) async throws(MTPError) -> ListedObject? {
    try await refresh(folder)
    var same = name.map { index.named($0, in: folder) } ?? []
    if let name, replacing, !same.isEmpty { same = try await confirmed(name, in: folder) }
    guard !same.contains(where: \.info.isFolder) else {
      throw MTPError(
        .refused, operation: .sendObjectInfo, reason: "a folder has the name \"\(name ?? "")\"")
    }
    var found = same.first
    let ours = index.ours(in: folder)
    for entry in ours
    where TrackName.isTemporary(entry.info.filename) && entry.info.filename != spared {
      try await delete(entry.handle)
    }
    if replacing, showsParts {
      for entry in same.dropFirst() { try await delete(entry.handle) }
    }
    for entry in ours {
      guard let original = TrackName.original(ofSetAside: entry.info.filename), !original.isEmpty
      else { continue }
      if index.named(original, in: folder).isEmpty {
        try await rename(entry.handle, to: original)
        if original == name { found = entry }
      } else {
        try await delete(entry.handle)
      }
    }
    return found
  }

  /// Verifies what was sent and gives it its name; when that fails, all is made as it was.
  private func commit(_ sent: Sent, as name: String, _ tap: StreamTap) async throws {
    var sent = sent
    var isRenaming = false
    do {
      let object = try await locate(sent)
      sent.handle = object.handle
      index.insert(object, in: sent.folder)
      try await verify(object, tap, name)
      try await bringHome(object, announcedFormat(tap.kind), to: sent.folder, name)
      if !sent.isDescribed {
        try await describe(object.handle, announcedFormat(tap.kind), as: tap.properties)
      }
      if sent.name != name {
        isRenaming = true
        // The old track keeps existing under some name until the new one has the final one.
        if let old = sent.old {
          try await rename(old.handle, to: TrackName.setAside(name))
        }
        try await rename(object.handle, to: name)
      }
    } catch {
      index.forget(sent.folder)
      await undo(sent, isRenaming ? name : nil)
      throw error
    }
    // The new track is in place. What cannot be deleted now is a leftover for the next put.
    if let old = sent.old, old.handle != sent.handle {
      try? await delete(old.handle)
    }
  }

  /// Deletes what was sent, and gives the old track its name back, as well as that can be done.
  ///
  /// By names: the handle that a player announced may be another track's.
  ///
  /// - Parameter name: The final name, where the renaming had begun: whatever a player answered to a
  ///   renaming, it may have carried it out.
  private func undo(_ sent: Sent, _ name: String? = nil) async {
    try? await session.unbroken(grace: grace) { await self.undoAll(sent, name) }
  }

  private func undoAll(_ sent: Sent, _ name: String?) async {
    var found = try? await entries(of: sent.folder)
    if found == nil {
      // A player that was left in the middle of something takes the first question for a part of it, and
      // is silent. One that stays so is not waited for: the next connection finds what is left.
      try? await session.unbroken { found = try await self.entries(of: sent.folder) }
    }
    if profile.quirks.contains(.unknownTypesInRoot), sent.folder != .root, !session.isSilent {
      let strays = try? await entries(of: .root)
      found = (found ?? []) + (strays ?? []).filter { $0.handle == sent.handle }
    }
    // While it has its temporary name, what has the final one is somebody else's.
    let isRenamed = found?.contains { $0.info.filename == sent.name } == false
    let names = [sent.name, isRenamed ? name : nil].compactMap(\.self)
    for object in found ?? []
    where names.contains(object.info.filename) && object.handle != sent.old?.handle {
      try? await delete(object.handle)
    }
    if let name, let old = sent.old, !session.isSilent {
      try? await rename(old.handle, to: name)
    }
  }

  /// The object that was just sent; found by name where the announced handle is another's.
  private func locate(_ sent: Sent) async throws(MTPError) -> ListedObject {
    if let object = try? await session.describe(sent.handle), object.info.filename == sent.name {
      return object
    }
    if session.isSilent {
      throw MTPError(.transfer, operation: .getObjectInfo, transfer: .timedOut)
    }
    var found = try await entries(of: sent.folder).filter { $0.info.filename == sent.name }
    if found.isEmpty, profile.quirks.contains(.unknownTypesInRoot) {
      found = try await entries(of: .root).filter { $0.info.filename == sent.name }
    }
    // The old track's handle only when the player has written over it.
    if let object = found.first(where: { $0.handle != sent.old?.handle }) ?? found.first {
      return object
    }
    throw MTPError(.refused, operation: .sendObject, reason: "the track is not there afterwards")
  }

  /// Compares the size, and, where ranges can be read, the track's first and last bytes.
  private func verify(
    _ object: ListedObject, _ tap: StreamTap, _ name: String
  ) async throws {
    var matches = object.size.map { $0 == tap.length } ?? true
    if matches, session.canReadRange(at: tap.length) {
      for sample in tap.samples {
        var stored: [UInt8] = []
        let end = sample.offset + UInt64(sample.bytes.count)
        try await read(object, sample.offset..<end) { stored += $0 }
        matches = matches && stored == sample.bytes
      }
    }
    guard matches else {
      // umtp-responder says that all is well when its disk is full.
      if let size = object.size, size < tap.length, try await freeSpace() < tap.length - size {
        throw PinstripeError.filledUp(name, playerName)
      }
      throw PinstripeError.storedOtherwise(playerName)
    }
  }

  func failure(_ error: any Error, _ name: String) -> PinstripeError {
    switch error {
    case let error as PinstripeError: error
    case let error as MTPError where error.code == .cancelled:
      session.isSilent ? .cancelledInSilence(name, playerName) : .cancelled(name)
    case let error as MTPError: PinstripeError(error, player: playerName)
    default: PinstripeError(.system, "\(error)", underlying: error)
    }
  }
}
