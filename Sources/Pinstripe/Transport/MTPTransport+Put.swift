import PinstripeMTP
import PinstripeProfile

extension MTPTransport {
  /// Sends a track: temporary name, verification, rename.
  ///
  /// Players that cannot rename (quirk `no-rename`) get it under its final name at once, and it is
  /// deleted again when anything goes wrong.
  public func put(
    _ stream: any ByteStream, named name: String, replacing: Bool,
    progress: ((UInt64) -> Void)?
  ) async throws(PinstripeError) {
    let length = try await admit(stream, name)
    do {
      let folder = try await folderForWriting()
      let old = try await clearLeftovers(in: folder, keeping: name)
      guard replacing || old == nil else { throw PinstripeError.exists(name, playerName) }
      let canRename = session.offers(.setObjectPropValue)
      if let old, !canRename { try await session.deleteObject(old.handle) }

      let tap = StreamTap(stream, length: length)
      var info = ObjectInfo(
        filename: canRename ? TrackName.temporary() : name,
        format: ObjectFormat(rawValue: profile.storage.trackFormat), size: length)
      info.parent = folder
      try await send(
        info, in: folder, tap, progress, as: canRename ? name : nil,
        replacing: canRename ? old : nil)
    } catch {
      throw failure(error, name)
    }
  }

  /// Refuses what cannot work before anything is sent.
  private func admit(
    _ stream: any ByteStream, _ name: String
  ) async throws(PinstripeError) -> UInt64 {
    let rules = profile.storage
    if let complaint = TrackName.complaint(name, rules: rules) {
      throw PinstripeError(
        .usage, "\(playerName) cannot hold the name \"\(name)\": \(complaint); use --name.")
    }
    guard let length = stream.length else {
      throw PinstripeError(
        .usage, "A player must be told the length first; save the pipe to a file and push that.")
    }
    guard length <= rules.maximumObjectSize else {
      throw PinstripeError(
        .playerFull, "\(playerName) holds no files larger than \(rules.maximumObjectSize) bytes.")
    }
    let free = try await freeSpace()
    guard length <= free else { throw PinstripeError.full(name, playerName, length, free) }
    return length
  }

  private func folderForWriting() async throws(MTPError) -> ObjectHandle {
    if let folder = try await musicFolder() { return folder }
    let name = profile.storage.musicFolder
    _ = try await session.makeFolder(name, on: storage)
    // Some players announce another handle than the folder gets, so look.
    guard let folder = try await musicFolder() else {
      throw MTPError(.refused, operation: .sendObjectInfo, reason: "no folder \"\(name)\" was made")
    }
    return folder
  }

  /// Removes what an earlier attempt left, puts a set-aside track back that lost its successor, and
  /// returns the track of the name in question.
  private func clearLeftovers(
    in folder: ObjectHandle, keeping name: String
  ) async throws(MTPError) -> ListedObject? {
    let entries = try await entries(of: folder)
    var found = entries.first { $0.info.filename == name }
    for entry in entries where TrackName.isTemporary(entry.info.filename) {
      try await session.deleteObject(entry.handle)
    }
    for entry in entries {
      guard let original = TrackName.original(ofSetAside: entry.info.filename) else { continue }
      if entries.contains(where: { $0.info.filename == original }) {
        try await session.deleteObject(entry.handle)
      } else {
        try await session.rename(entry.handle, to: original)
        if original == name { found = entry }
      }
    }
    return found
  }

  /// Sends the bytes, verifies them and gives them their name; when that fails, all is made as it was.
  ///
  /// - Parameter name: The final name; nil when the object has it from the beginning.
  private func send(
    _ info: ObjectInfo, in folder: ObjectHandle, _ tap: StreamTap,
    _ progress: ((UInt64) -> Void)?, as name: String?, replacing old: ListedObject?
  ) async throws {
    // From the renaming on the object may have either name, whatever the player answered.
    var names = [info.filename]
    do {
      let handle = try await session.upload(
        info, to: storage, in: folder, length: tap.length, progress: progress,
        fill: { buffer in try tap.read(into: buffer) })
      let object = try await locate(handle, info.filename, folder)
      try await verify(object, tap)
      guard let name else { return }
      names.append(name)
      // The old track keeps existing under some name until the new one has the final one.
      if let old { try await session.rename(old.handle, to: TrackName.setAside(name)) }
      try await session.rename(object.handle, to: name)
    } catch {
      await undo(names, in: folder, old)
      throw error
    }
    // The new track is in place. What cannot be deleted now is a leftover for the next put.
    if let old { try? await session.deleteObject(old.handle) }
  }

  /// Deletes what was sent, and gives the old track its name back; as well as that can be done, even
  /// when the caller's task is cancelled.
  ///
  /// It goes by names, because a player that failed may not have told the handle.
  ///
  /// - Parameter names: The temporary name, and the final one if the renaming had begun.
  private func undo(_ names: [String], in folder: ObjectHandle, _ old: ListedObject?) async {
    await Task {
      for object in (try? await self.entries(of: folder)) ?? []
      where names.contains(object.info.filename) && object.handle != old?.handle {
        try? await self.session.deleteObject(object.handle)
      }
      if names.count > 1, let name = names.last, let old {
        try? await self.session.rename(old.handle, to: name)
      }
    }.value
  }

  /// The object that was just sent; found by name where the announced handle is another's.
  private func locate(
    _ announced: ObjectHandle, _ name: String, _ folder: ObjectHandle
  ) async throws(MTPError) -> ListedObject {
    if let info = try? await session.objectInfo(announced), info.filename == name {
      return ListedObject(
        handle: announced, info: info,
        size: try await session.objectSize(announced, info: info))
    }
    for try await object in session.objects(in: folder, of: storage)
    where object.info.filename == name {
      return object
    }
    throw MTPError(.refused, operation: .sendObject, reason: "the track is not there afterwards")
  }

  /// Compares the size, and, where ranges can be read, the track's first and last bytes.
  private func verify(_ object: ListedObject, _ tap: StreamTap) async throws {
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
      throw PinstripeError(
        .playerRefused, "\(playerName) stored other bytes than were sent; is its memory failing?")
    }
  }

  private func failure(_ error: any Error, _ name: String) -> PinstripeError {
    switch error {
    case let error as PinstripeError: error
    case let error as MTPError where error.code == .cancelled: .cancelled(name)
    case let error as MTPError: PinstripeError(error, player: playerName)
    default: PinstripeError(.system, "\(error)", underlying: error)
    }
  }
}

/// Passes a stream on and remembers its first and last bytes, to be compared with what was stored.
private final class StreamTap {
  let length: UInt64
  private let stream: any ByteStream
  private var offset: UInt64 = 0
  private var head: [UInt8] = []
  private var tail: [UInt8] = []
  private static let sampleSize = 4096

  init(_ stream: any ByteStream, length: UInt64) {
    self.stream = stream
    self.length = length
  }

  /// The bytes remembered, with their offsets.
  var samples: [(offset: UInt64, bytes: [UInt8])] {
    [(0, head), (offset - UInt64(tail.count), tail)].filter { !$0.bytes.isEmpty }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
    let count = try stream.read(into: buffer)
    offset += UInt64(count)
    if head.count < Self.sampleSize {
      head += buffer[..<min(count, Self.sampleSize - head.count)]
    }
    // Only the end is worth copying, and it lies within the last two buffers.
    if offset + UInt64(Self.sampleSize) >= length {
      tail = Array((tail + buffer[..<count].suffix(Self.sampleSize)).suffix(Self.sampleSize))
    }
    return count
  }
}
