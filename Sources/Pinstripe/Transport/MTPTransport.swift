public import PinstripeMTP
public import PinstripePipe
public import PinstripeProfile
import Synchronization

/// A player that speaks MTP.
///
/// Tracks lie in the profile's music folder of the first storage that can be written.
public final class MTPTransport: Transport {
  /// The player's name.
  public let playerName: String
  /// The session, for what the four verbs do not cover.
  public let session: Session
  let pipe: any BulkPipe
  let storage: StorageID
  let refused = PropertyRefusals()
  let index = FolderIndex()
  /// Where parts are kept; nil where they are not.
  let parts = Mutex<Parts?>(nil)
  let profile: DeviceProfile
  /// The most files and folders that the player is believed to have.
  let mostObjects: Int
  /// How long giving a track its name, or undoing it, may go on once it is cancelled.
  let grace: Duration

  /// Several times what the largest players hold, and some hundred MB of memory; without a limit one
  /// whose folders never end would be listed for ever.
  static let mostObjects = 1 << 18
  /// A few times what it takes on the slowest card.
  static let grace = Duration.seconds(2)

  /// Opens a session with a player.
  ///
  /// - Parameters:
  ///   - pipe: Its endpoints; the transport closes them with ``close()``.
  ///   - profile: What the player is and needs.
  ///   - name: What to call it in sentences.
  /// - Throws: ``PinstripeError``; the pipe is closed then.
  public convenience init(
    opening pipe: any BulkPipe, profile: DeviceProfile, name: String
  ) async throws(PinstripeError) {
    try await self.init(
      opening: pipe, profile: profile, name: name, mostObjects: Self.mostObjects)
  }

  init(
    opening pipe: any BulkPipe, profile: DeviceProfile, name: String, mostObjects: Int,
    grace: Duration = MTPTransport.grace
  ) async throws(PinstripeError) {
    playerName = name
    self.pipe = pipe
    self.profile = profile
    self.mostObjects = mostObjects
    self.grace = grace
    guard !profile.quirks.contains(.mtpzOnly) else {
      await pipe.close()
      throw PinstripeError.mtpzOnly(name)
    }
    do throws(MTPError) {
      session = try await Session.open(on: pipe, profile: profile)
    } catch {
      await pipe.close()
      throw PinstripeError(error, player: name)
    }
    do throws(MTPError) {
      storage = try await Self.writableStorage(session)
    } catch {
      try? await session.close()
      await pipe.close()
      throw error.code == .notSupported
        ? PinstripeError(
          .playerRefused, "\(name) shows no storage that can be written; unlock it and try again.")
        : PinstripeError(error, player: name)
    }
  }

  /// Players have one or two, and a slot for cards.
  private static let mostStorages = 64

  private static func writableStorage(_ session: Session) async throws(MTPError) -> StorageID {
    for storage in try await session.storageIDs().prefix(mostStorages) {
      if try await session.storageInfo(storage).isWritable { return storage }
    }
    throw MTPError(.notSupported, operation: .getStorageIDs)
  }

  /// Maker, model and serial number, which some makers give to all players of a model.
  public func identity(making: Bool) async throws(PinstripeError) -> String? {
    let info = session.deviceInfo
    return [info.manufacturer, info.model, info.serialNumber].joined(separator: " ")
  }

  /// The tracks in the music folder and the folders in it.
  public func list(tidying: Bool) async throws(PinstripeError) -> [StoredTrack] {
    try await attempt { () async throws(MTPError) in
      if tidying { try await self.tidyPlaylists() }
      guard let folder = try await self.musicFolder() else { return [StoredTrack]() }
      return try await self.tracks(below: folder, tidying: tidying)
        .map { StoredTrack($0.object, at: $0.path) }.sorted { $0.name < $1.name }
    }
  }

  /// What is in one folder below the music folder.
  public func list(in folder: String) async throws(PinstripeError) -> [StoredTrack] {
    let path = folder.split(separator: "/").map(String.init)
    return try await attempt { () async throws(MTPError) in
      guard let handle = try await self.folder(at: path) else { return [StoredTrack]() }
      return try await self.entries(of: handle)
        .filter { !$0.info.isFolder && !TrackName.isOurs($0.info.filename) }
        .map { StoredTrack($0, at: TrackPath(folders: path, name: $0.info.filename).text) }
    }
  }

  /// Deletes a track.
  public func remove(_ name: String) async throws(PinstripeError) {
    let track = try await find(name)
    try await attempt { () async throws(MTPError) in
      try await self.delete(track.handle)
    }
  }

  /// Reads a range of a track, as it is stored.
  public func read(
    _ name: String, range: Range<UInt64>, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    let track = try await find(name)
    do {
      try await read(track, range, sink)
    } catch let error as MTPError {
      throw PinstripeError(error, player: playerName)
    }
  }

  /// Free space on the storage, in bytes, with that of a part which the next put continues or deletes.
  public func freeSpace() async throws(PinstripeError) -> UInt64 {
    let free = try await attempt { () async throws(MTPError) in
      try await self.session.storageInfo(self.storage).freeSpace
    }
    let (sum, isOver) = free.addingReportingOverflow(partSize)
    return isOver ? .max : sum
  }

  /// Closes the session and gives the interface back.
  public func close() async {
    try? await session.close()
    await pipe.close()
  }
}

extension StoredTrack {
  fileprivate init(_ object: ListedObject, at path: String) {
    self.init(name: path, size: object.size, format: object.info.format.audio)
  }
}

extension MTPTransport {
  /// Reads a range by partial reads, or, where the player has none, by reading all of the object.
  func read(
    _ object: ListedObject, _ range: Range<UInt64>,
    _ sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    let end = min(range.upperBound, object.size ?? range.upperBound)
    guard range.lowerBound < end else { return }
    let isWhole = range.lowerBound == 0 && end == object.size
    if !isWhole, session.canReadRange(at: end) {
      var offset = range.lowerBound
      while offset < end {
        let wanted = UInt32(min(end - offset, Self.partialReadSize))
        let count = try await session.getPartialObject(
          object.handle, at: offset, count: wanted, into: sink)
        if count == 0 { return }
        offset += UInt64(count)
      }
      return
    }
    guard let size = object.size else {
      throw PinstripeError(
        .playerRefused,
        "\(playerName) cannot say how large \"\(object.info.filename)\" is, so it cannot be read.")
    }
    var offset: UInt64 = 0
    try await session.getObject(object.handle, size: size) { bytes in
      let first = max(range.lowerBound, offset) - offset
      let last = min(end, offset + UInt64(bytes.count))
      if offset + first < last {
        try sink(UnsafeRawBufferPointer(rebasing: bytes[Int(first)..<Int(last - offset)]))
      }
      offset += UInt64(bytes.count)
    }
  }

  /// A player keeps what it reads in memory, and small ones have little of it.
  static let partialReadSize: UInt64 = 1 << 20

  /// Runs MTP calls and tells their errors in words.
  func attempt<Value>(
    _ body: () async throws(MTPError) -> Value
  ) async throws(PinstripeError) -> Value {
    do throws(MTPError) {
      return try await body()
    } catch {
      throw PinstripeError(error, player: playerName)
    }
  }
}
