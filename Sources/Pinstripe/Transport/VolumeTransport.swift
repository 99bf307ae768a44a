import Glibc
import PinstripeFiles
public import PinstripeProfile

/// A player, or its memory card, that is mounted as a folder.
///
/// Every file is on the storage (fsync), and compared with what was sent, before it gets its name, and its
/// name is there before the call returns (syncfs), because players are unplugged without being unmounted. Nothing on it leads out of it: below
/// its root no link is followed, and a file is what is a regular one.
public final class VolumeTransport: Transport {
  /// The folder the player is mounted at.
  public let playerName: String
  /// The mounted folder, held open: what is mounted or put in its place later is another one.
  let root: OpenFolder
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
    do throws(FileError) {
      self.root = try OpenFolder(root)
    } catch {
      guard [ENOENT, ENOTDIR].contains(error.code) else { throw PinstripeError(reading: error) }
      throw PinstripeError(.noPlayer, "There is no folder \(root); mount the player first.")
    }
  }

  /// The tracks in the music folder and the folders in it.
  ///
  /// Links are not listed: what they lead to is not the player's, or the folder itself.
  public func list(tidying: Bool) async throws(PinstripeError) -> [StoredTrack] {
    try translated(writing: false) { () throws(FileError) in
      var tracks: [StoredTrack] = []
      var open: [[String]] = [[]]
      while let folders = open.popLast() {
        guard let place = try existing(folders) else { continue }
        if tidying { try removeLeftovers(in: place) }
        for name in try place.names() where !TrackName.isOurs(name) {
          guard let status = try place.status(of: name) else { continue }
          switch status.st_mode & S_IFMT {
          case S_IFDIR where folders.count < rules.foldersForTracks: open.append(folders + [name])
          case S_IFREG:
            let track = TrackPath(folders: folders, name: name).text
            tracks.append(StoredTrack(name: track, size: UInt64(clamping: status.st_size)))
          default: continue
          }
        }
      }
      return tracks.sorted { $0.name < $1.name }
    }
  }

  /// Sends a track.
  @discardableResult
  public func put(
    _ stream: any ByteStream, named name: String, replacing: Bool,
    progress: ((UInt64) -> Void)?
  ) async throws(PinstripeError) -> UInt64 {
    let place = try check(name)
    try checkPresence()
    if let length = stream.length {
      guard length <= largestFile else { throw .tooLarge(for: playerName, limit: largestFile) }
      let free = try await freeSpace()
      guard length <= free else { throw PinstripeError.full(name, playerName, length, free) }
    }
    try store(stream, name, place, replacing: replacing, progress)
    return 0
  }

  private func store(
    _ stream: any ByteStream, _ name: String, _ place: TrackPath, replacing: Bool,
    _ progress: ((UInt64) -> Void)?
  ) throws(PinstripeError) {
    let folder = try translated(writing: true, of: name) { () throws(FileError) -> OpenFolder in
      let folder = try root.folder(music + place.folders, making: true)
      try removeLeftovers(in: folder)
      return folder
    }
    let exists = try translated(writing: true) { () throws(FileError) in
      try folder.holdsFile(place.name)
    }
    guard replacing || !exists else { throw PinstripeError.exists(name, playerName) }
    do throws(PinstripeError) {
      try write(stream, name, TrackOutput(place.name, in: folder), progress)
    } catch {
      // Not what the stream's own files say, which lie on the computer's disk.
      guard let cause = error.underlying as? FileError, cause.path == folder.path(place.name)
      else { throw error }
      throw failure(cause, writing: true, of: name)
    }
    try translated(writing: true, of: name) { () throws(FileError) in
      try folder.synchronizeVolume()
    }
  }

  /// Removes what was not completed, and gives a track back its name that was set aside over MTP, when
  /// the same player was in its other mode.
  private func removeLeftovers(in folder: borrowing OpenFolder) throws(FileError) {
    for leftover in try folder.names() {
      if let original = TrackName.original(ofSetAside: leftover), !original.isEmpty {
        if try folder.status(of: original) == nil {
          try? folder.rename(leftover, to: original)
        } else {
          try? folder.remove(leftover)
        }
      } else if TrackName.isTemporary(leftover) {
        // Not the part of another program.
        try? folder.removeUnlocked(leftover)
      }
    }
  }

  private func write(
    _ stream: any ByteStream, _ name: String, _ file: consuming TrackOutput,
    _ progress: ((UInt64) -> Void)?
  ) throws(PinstripeError) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    var written: UInt64 = 0
    var behind = WriteBehind()
    // Of a length of 0, each part may be the last one.
    let tap = StreamTap(stream, length: stream.length ?? 0)
    var count = buffer.count
    while count == buffer.count {
      if Task.isCancelled { throw PinstripeError.cancelled(name) }
      count = try tap.read(into: buffer)
      try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      written += UInt64(count)
      try file.settle(written, by: &behind)
      progress?(written)
    }
    if let length = stream.length, length != written {
      throw PinstripeError.changed("What was to become \"\(name)\"")
    }
    guard try file.holds(tap.samples, length: written) else {
      throw PinstripeError.storedOtherwise(playerName)
    }
    try file.commit()
  }

  /// The largest file that the profile and the file system allow.
  public var largestFile: UInt64 {
    min(rules.maximumObjectSize, SystemFolder.largestFile(in: playerName))
  }

  /// Deletes a track.
  public func remove(_ name: String) async throws(PinstripeError) {
    let isRemoved = try translated(writing: true) { () throws(FileError) in
      guard let place = TrackPath(name), let folder = try existing(place.folders),
        try folder.holdsFile(place.name)
      else { return false }
      try folder.remove(place.name)
      try folder.synchronizeVolume()
      return true
    }
    guard isRemoved else { throw PinstripeError.absent(name, playerName) }
  }

  /// Reads a range of a track, as it is stored.
  public func read(
    _ name: String, range: Range<UInt64>, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    let file = try open(name)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.bufferSize, alignment: 64)
    defer { buffer.deallocate() }
    var offset = range.lowerBound
    while offset < range.upperBound {
      if Task.isCancelled { throw PinstripeError.cancelled(name) }
      let wanted = Int(min(UInt64(buffer.count), range.upperBound - offset))
      let count = try part(
        of: file, at: offset, UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
      if count == 0 { return }
      try sink(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += UInt64(count)
    }
  }

  /// Free space on the volume, in bytes.
  public func freeSpace() async throws(PinstripeError) -> UInt64 {
    try translated(writing: false) { () throws(FileError) in try root.freeSpace() }
  }

  /// Does nothing: every file is on the storage already.
  public func close() async {}

  private func open(_ name: String) throws(PinstripeError) -> SystemFile {
    try checkPresence()
    do throws(FileError) {
      if let place = TrackPath(name), let folder = try existing(place.folders),
        try folder.holdsFile(place.name)
      {
        return try folder.reading(place.name)
      }
    } catch {
      throw failure(error, writing: false)
    }
    throw PinstripeError.absent(name, playerName)
  }

  private func part(
    of file: borrowing SystemFile, at offset: UInt64, _ buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    do throws(FileError) {
      return try file.read(at: offset, into: buffer)
    } catch {
      throw failure(error, writing: false)
    }
  }

  /// The music folder's place below the root.
  private var music: [String] { Self.parts(rules.musicFolder) }

  static func parts(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }

  /// A folder below the music folder; nil when there is none.
  private func existing(_ folders: [String]) throws(FileError) -> OpenFolder? {
    do throws(FileError) {
      return try root.folder(music + folders)
    } catch {
      guard error.code == ENOENT else { throw error }
      return nil
    }
  }

  private func check(_ name: String) throws(PinstripeError) -> TrackPath {
    let complaint = TrackPath.complaint(name, rules: rules)
    guard complaint == nil, let place = TrackPath(name) else {
      throw PinstripeError.unusable(name, playerName, complaint ?? "that is no file name")
    }
    return place
  }
}
