import Glibc
import PinstripeFiles
public import PinstripeProfile

/// A player, or its memory card, that is mounted as a folder.
///
/// Every file is on the storage (fsync) before it gets its name, and its name before the call returns
/// (syncfs), because players are unplugged without being unmounted.
public final class VolumeTransport: Transport {
  /// The folder the player is mounted at.
  public let playerName: String
  private let folder: String
  let rules: StorageRules
  /// How the player wants playlists; M3U is what most read from a card.
  let playlists: PlaylistRules
  private static let bufferSize = 1 << 17

  /// Opens a mounted player.
  ///
  /// - Parameters:
  ///   - root: Where it is mounted.
  ///   - profile: Its rules for folders and names.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noPlayer``.
  public init(root: String, profile: DeviceProfile) throws(PinstripeError) {
    playerName = root
    rules = profile.storage
    playlists = profile.playlists[.massStorage] ?? PlaylistRules(kind: .m3u)
    guard Self.isFolder(root) else {
      throw PinstripeError(.noPlayer, "There is no folder \(root); mount the player first.")
    }
    folder = rules.musicFolder.isEmpty ? root : "\(root)/\(rules.musicFolder)"
  }

  /// The tracks in the music folder and the folders in it.
  ///
  /// Links to folders are not followed: what they lead to may be the folder itself.
  public func list(tidying: Bool) async throws(PinstripeError) -> [StoredTrack] {
    var tracks: [StoredTrack] = []
    var open: [[String]] = [[]]
    while let folders = open.popLast() {
      if tidying { try removeLeftovers(in: folders) }
      for name in try names(in: folders) where !TrackName.isOurs(name) {
        let track = TrackPath(folders: folders, name: name).text
        var status = stat()
        guard lstat(path(track), &status) == 0 else { continue }
        switch status.st_mode & S_IFMT {
        case S_IFDIR where folders.count < rules.foldersForTracks: open.append(folders + [name])
        case S_IFREG:
          tracks.append(StoredTrack(name: track, size: UInt64(clamping: status.st_size)))
        default: continue
        }
      }
    }
    return tracks.sorted { $0.name < $1.name }
  }

  /// Sends a track.
  @discardableResult
  public func put(
    _ stream: any ByteStream, named name: String, replacing: Bool,
    progress: ((UInt64) -> Void)?
  ) async throws(PinstripeError) -> UInt64 {
    let place = try check(name)
    if let length = stream.length {
      guard length <= largestFile else { throw .tooLarge(for: playerName, limit: largestFile) }
      let free = try await freeSpace()
      guard length <= free else { throw PinstripeError.full(name, playerName, length, free) }
    }
    do throws(FileError) {
      if !Self.isFolder(folder) { try SystemFolder.make(folder) }
      var folders = folder
      for name in place.folders {
        folders += "/\(name)"
        try SystemFolder.make(folders)
      }
    } catch {
      throw PinstripeError(writing: error)
    }
    try removeLeftovers(in: place.folders)
    guard replacing || !exists(name) else { throw PinstripeError.exists(name, playerName) }
    try write(stream, name, progress)
    return 0
  }

  /// Removes what was not completed, and gives a track back its name that was set aside over MTP, when
  /// the same player was in its other mode.
  private func removeLeftovers(in folders: [String]) throws(PinstripeError) {
    for leftover in try names(in: folders) {
      let place = path(TrackPath(folders: folders, name: leftover).text)
      if let original = TrackName.original(ofSetAside: leftover), !original.isEmpty {
        let track = TrackPath(folders: folders, name: original).text
        _ = exists(track) ? unlink(place) : rename(place, path(track))
      } else if TrackName.isTemporary(leftover) {
        _ = unlink(place)
      }
    }
  }

  private func write(
    _ stream: any ByteStream, _ name: String, _ progress: ((UInt64) -> Void)?
  ) throws(PinstripeError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    let file = try TrackOutput(path: path(name))
    var written: UInt64 = 0
    var count = buffer.count
    while count == buffer.count {
      if Task.isCancelled { throw PinstripeError.cancelled(name) }
      count = try stream.read(into: buffer)
      try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      written += UInt64(count)
      progress?(written)
    }
    if let length = stream.length, length != written {
      throw PinstripeError.changed("What was to become \"\(name)\"")
    }
    try file.commit()
    try synchronize()
  }

  private func synchronize() throws(PinstripeError) {
    do throws(FileError) {
      try SystemFolder.synchronizeVolume(of: folder)
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// The largest file that the profile and the file system allow.
  private var largestFile: UInt64 {
    min(rules.maximumObjectSize, SystemFolder.largestFile(in: playerName))
  }

  /// Deletes a track.
  public func remove(_ name: String) async throws(PinstripeError) {
    guard TrackPath(name) != nil, exists(name) else {
      throw PinstripeError.absent(name, playerName)
    }
    guard unlink(path(name)) == 0 else {
      throw PinstripeError(
        writing: FileError(code: errno, operation: "delete", path: path(name)))
    }
    try synchronize()
  }

  /// Reads a range of a track, as it is stored.
  public func read(
    _ name: String, range: Range<UInt64>, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    guard TrackPath(name) != nil, exists(name) else {
      throw PinstripeError.absent(name, playerName)
    }
    let source = try FileSource(path: path(name))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      if Task.isCancelled { throw PinstripeError.cancelled(name) }
      let wanted = Int(min(UInt64(buffer.count), range.upperBound - offset))
      let count = try source.read(
        at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
      if count == 0 { return }
      try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += UInt64(count)
    }
  }

  /// Free space on the volume, in bytes.
  public func freeSpace() async throws(PinstripeError) -> UInt64 {
    var status = statvfs()
    guard statvfs(playerName, &status) == 0 else {
      throw PinstripeError(
        reading: FileError(code: errno, operation: "examine", path: playerName))
    }
    return UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
      .partialValue
  }

  /// Does nothing: every file is on the storage already.
  public func close() async {}

  private func path(_ name: String) -> String { "\(folder)/\(name)" }

  private func exists(_ name: String) -> Bool {
    var status = stat()
    return lstat(path(name), &status) == 0
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private func check(_ name: String) throws(PinstripeError) -> TrackPath {
    let complaint = TrackPath.complaint(name, rules: rules)
    guard complaint == nil, let place = TrackPath(name) else {
      throw PinstripeError.unusable(name, playerName, complaint ?? "that is no file name")
    }
    return place
  }

  private func names(in folders: [String]) throws(PinstripeError) -> [String] {
    let path = ([folder] + folders).joined(separator: "/")
    guard Self.isFolder(path) else { return [] }
    do throws(FileError) {
      return try SystemFolder.names(in: path)
    } catch {
      throw PinstripeError(reading: error)
    }
  }
}
