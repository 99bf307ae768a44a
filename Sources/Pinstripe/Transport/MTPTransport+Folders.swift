import PinstripeMTP
import PinstripeProfile

extension MTPTransport {
  /// The folder that tracks are in: nil when it is not there yet.
  func musicFolder() async throws(MTPError) -> ObjectHandle? {
    let name = profile.storage.musicFolder
    return name.isEmpty ? .root : try await folder(name, in: .root)
  }

  /// A folder below the music folder; nil when it is not there.
  func folder(at path: [String]) async throws(MTPError) -> ObjectHandle? {
    guard let music = try await musicFolder() else { return nil }
    return try await folder(at: path, from: music)
  }

  /// A folder below another; nil when it is not there.
  func folder(
    at path: [String], from start: ObjectHandle
  ) async throws(MTPError) -> ObjectHandle? {
    var handle = start
    for name in path {
      guard let next = try await folder(name, in: handle) else { return nil }
      handle = next
    }
    return handle
  }

  /// A folder from the storage's root, made where it is missing.
  func folderForWriting(at path: [String]) async throws(MTPError) -> ObjectHandle {
    var handle = ObjectHandle.root
    for name in path {
      if let there = try await folder(name, in: handle) {
        handle = there
        continue
      }
      _ = try await session.makeFolder(name, on: storage, in: handle)
      guard let made = try await newFolder(name, in: handle) else {
        throw MTPError(
          .refused, operation: .sendObjectInfo, reason: "no folder \"\(name)\" was made")
      }
      handle = made
    }
    return handle
  }

  /// A folder that was just made.
  ///
  /// Some players announce another handle than the folder gets, so it is looked for; and QEMU's lists it
  /// only when its host's kernel has told it of the folder (inotify), moments later.
  private func newFolder(
    _ name: String, in parent: ObjectHandle
  ) async throws(MTPError) -> ObjectHandle? {
    for _ in 0..<Self.looks {
      if let made = try await folder(name, in: parent) { return made }
      try? await Task.sleep(for: Self.pauseBetweenLooks)
    }
    return try await folder(name, in: parent)
  }

  private static let looks = 10
  private static let pauseBetweenLooks = Duration.milliseconds(100)

  /// Makes an object that only refers to others: a playlist, an album.
  ///
  /// It has one byte, as libmtp's, for some players refuse an object without any. The handle that is
  /// announced may be another's, so it is to be looked for afterwards.
  func makeReferrer(
    _ name: String, _ format: ObjectFormat, in folders: [String]
  ) async throws {
    let info = ObjectInfo(filename: name, format: format, size: 1)
    let folder = try await folderForWriting(at: folders)
    _ = try await session.upload(info, to: storage, in: folder, length: 1) { buffer in
      buffer[0] = 0
      return 1
    }
  }

  func folder(
    _ name: String, in parent: ObjectHandle
  ) async throws(MTPError) -> ObjectHandle? {
    try await objects(named: name, in: parent).first(where: \.info.isFolder)?.handle
  }

  /// The tracks in a folder and the folders in it, as deep as the player holds tracks.
  ///
  /// A folder that is in itself, as only a broken or hostile player has it, is looked into once, and one
  /// that has no end is no further looked into than ``limit(_:)`` lets it.
  func tracks(
    below folder: ObjectHandle, tidying: Bool = false
  ) async throws(MTPError) -> [(path: String, object: ListedObject)] {
    var tracks: [(path: String, object: ListedObject)] = []
    var seen: Set<ObjectHandle> = [folder]
    var open: [(handle: ObjectHandle, path: [String])] = [(folder, [])]
    var count = 0
    while let (handle, path) = open.popLast() {
      var entries = try await entries(of: handle)
      if tidying, entries.contains(where: { TrackName.isOurs($0.info.filename) }) {
        let spared = journal?.part?.name
        if let part = entries.first(where: { $0.info.filename == spared }) {
          setPartSize(part.size ?? 0)
        }
        _ = try await clearLeftovers(
          in: handle, keeping: nil, replacing: false, sparing: spared)
        entries = try await self.entries(of: handle)
      }
      count += entries.count
      try limit(count)
      for entry in entries {
        let name = entry.info.filename
        if entry.info.isFolder {
          guard path.count < profile.storage.foldersForTracks, seen.insert(entry.handle).inserted
          else { continue }
          open.append((entry.handle, path + [name]))
        } else if !TrackName.isOurs(name) {
          tracks.append((TrackPath(folders: path, name: name).text, entry))
        }
      }
    }
    return tracks
  }

  func find(_ name: String) async throws(PinstripeError) -> ListedObject {
    guard let place = TrackPath(name) else { throw PinstripeError.absent(name, playerName) }
    let entry = try await attempt { () async throws(MTPError) in
      guard let folder = try await self.folder(at: place.folders) else { return ListedObject?.none }
      let known = try await self.objects(named: place.name, in: folder)
      guard let object = known.first(where: { !$0.info.isFolder }) else { return nil }
      // It is to be read or deleted: it had better still be the one.
      if let there = try? await self.session.describe(object.handle),
        there.info.filename == place.name
      {
        return there
      }
      return try await self.entries(of: folder).first { entry in
        !entry.info.isFolder && entry.info.filename == place.name
      }
    }
    guard let entry else { throw PinstripeError.absent(name, playerName) }
    return entry
  }
}
