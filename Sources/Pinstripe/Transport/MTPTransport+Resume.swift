import PinstripeMTP
import PinstripeProfile
import Synchronization

/// Going on with a track whose sending was cut off.
extension MTPTransport {
  /// Lets the player keep what it got of a track whose sending is cut off, so that the next
  /// ``put(_:named:replacing:progress:)`` of that name goes on there.
  ///
  /// That needs a player that can edit objects in place and keeps the part: umtp-responder does, Android
  /// itself deletes it. Everywhere else, and for tracks that are shorter than the journal's minimum, all
  /// is sent again. A part lasts until the next put of anything; one that is cancelled leaves none.
  public func keepParts(in journal: PartJournal) {
    parts.withLock { $0 = Parts(journal: journal) }
  }

  /// Deletes what is left of a track that was cut off, unless it is for one of these places.
  public func discardUnfinished(unlessFor names: Set<String>) async {
    let places = names.compactMap { TrackPath($0) }.map { fromRoot($0).text }
    guard let record = journal?.part, !places.contains(record.place) else { return }
    if let object = try? await find(record) { try? await delete(object.handle) }
    forgetPart()
  }

  /// A part that can be continued.
  struct Unfinished {
    let object: ListedObject
    let record: PartJournal.Part
  }

  /// The journal's part, if it is one of this stream for this place; any other is deleted.
  func unfinished(
    _ stream: any ByteStream, at place: TrackPath
  ) async throws -> Unfinished? {
    guard let record = journal?.part else { return nil }
    guard let object = try await find(record) else {
      forgetPart()
      return nil
    }
    setPartSize(object.size ?? 0)
    if record.place == place.text, let stream = stream as? any ResumableStream,
      canContinue(object.size ?? .max, of: stream), try stream.fingerprint() == record.source
    {
      return Unfinished(object: object, record: record)
    }
    try await delete(object.handle)
    forgetPart()
    return nil
  }

  /// What the journal is to know of a track before its first byte is sent; nil for what is not continued.
  func journalRecord(
    _ tap: StreamTap, _ name: String, at place: TrackPath
  ) throws(PinstripeError) -> PartJournal.Part? {
    guard let journal, TrackName.isTemporary(name), tap.length >= journal.minimum,
      let stream = tap.stream as? any ResumableStream, canContinue(tap.length, of: stream)
    else { return nil }
    return PartJournal.Part(
      place: place.text, name: name, source: try stream.fingerprint(),
      header: try ContentDigest.hexadecimal(of: stream.header()))
  }

  private func canContinue(_ size: UInt64, of stream: any ResumableStream) -> Bool {
    // A player that needs all of a data phase gets zeros for the rest of it.
    guard let length = stream.length, !profile.quirks.contains(.exactDataPhase) else {
      return false
    }
    return size >= stream.headerSize && size <= length && session.editsObjects
      && session.canReadRange(at: size)
  }

  /// Whether a failure is the cable's or the player's, so that sending can go on after it.
  ///
  /// Whoever cancels wants nothing of it to be left.
  func isInterruption(_ error: any Error) -> Bool {
    guard let error = error as? MTPError else { return false }
    return error.response == nil && ![.sourceMismatch, .cancelled].contains(error.code)
  }

  /// Sends what is missing of a track: all that the player has is compared with what it ought to be, and
  /// what differs is cut off with all behind it.
  ///
  /// - Returns: How many bytes were there already; nil when it is better to begin again.
  func resume(
    _ part: Unfinished, _ tap: StreamTap, _ progress: ((UInt64) -> Void)?
  ) async throws -> UInt64? {
    guard let stream = tap.stream as? any ResumableStream, let size = part.object.size else {
      return nil
    }
    var header: [UInt8] = []
    if stream.headerSize > 0 {
      try await read(part.object, 0..<stream.headerSize) { header += $0 }
    }
    guard try ContentDigest.hexadecimal(of: header) == part.record.header else { return nil }
    do throws(PinstripeError) {
      try tap.begin(under: header)
    } catch {
      guard [.wrongKey, .badTrack].contains(error.code) else { throw error }
      return nil
    }
    let comparison = PartComparison(tap)
    let end = min(size, stream.repeatableLength)
    while comparison.agrees, comparison.compared < end {
      let count = UInt32(min(end - comparison.compared, Self.partialReadSize))
      let got = try await session.getPartialObject(
        part.object.handle, at: comparison.compared, count: count
      ) { try comparison.take($0) }
      if got == 0 { break }
      progress?(comparison.compared)
    }
    let offset = comparison.finish()
    guard offset > 0 else { return nil }
    do {
      try await session.extendObject(
        part.object.handle, from: offset, to: tap.length, progress: progress,
        fill: { buffer in try tap.read(into: buffer) })
    } catch let error as MTPError where error.response != nil && error.response != .storeFull {
      return nil
    }
    return offset
  }

  private func find(_ record: PartJournal.Part) async throws(MTPError) -> ListedObject? {
    guard let place = TrackPath(record.place),
      let folder = try await folder(at: place.folders, from: .root)
    else { return nil }
    return try await objects(named: record.name, in: folder).first { !$0.info.isFolder }
  }
}

/// What a transport knows of the track that was cut off.
extension MTPTransport {
  struct Parts {
    let journal: PartJournal
    /// Bytes of the part on the player, as far as it was seen.
    var size: UInt64 = 0
  }

  var journal: PartJournal? { parts.withLock { $0?.journal } }

  /// The room that the part takes and that the next put has.
  var partSize: UInt64 { parts.withLock { $0?.size ?? 0 } }

  func setPartSize(_ size: UInt64) { parts.withLock { $0?.size = size } }

  func forgetPart() {
    parts.withLock { $0?.size = 0 }
    if let journal, journal.part != nil { journal.forget() }
  }
}
