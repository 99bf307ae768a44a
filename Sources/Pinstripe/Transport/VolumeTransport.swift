import Glibc
import PinstripeFiles
public import PinstripeProfile

/// A player, or its memory card, that is mounted as a folder.
///
/// Every file is on the storage (fsync) before it gets its name, because players are unplugged
/// without being unmounted.
public final class VolumeTransport: Transport {
  /// The folder the player is mounted at.
  public let playerName: String
  private let folder: String
  private let rules: StorageRules
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
    guard Self.isFolder(root) else {
      throw PinstripeError(.noPlayer, "There is no folder \(root); mount the player first.")
    }
    folder = rules.musicFolder.isEmpty ? root : "\(root)/\(rules.musicFolder)"
  }

  /// The tracks in the music folder.
  public func list() async throws(PinstripeError) -> [StoredTrack] {
    try names().filter { !TrackName.isOurs($0) }.sorted().compactMap { name in
      var status = stat()
      guard stat(path(name), &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      return StoredTrack(name: name, size: UInt64(clamping: status.st_size))
    }
  }

  /// Sends a track.
  public func put(
    _ stream: any ByteStream, named name: String, replacing: Bool,
    progress: ((UInt64) -> Void)?
  ) async throws(PinstripeError) {
    try check(name)
    if let length = stream.length {
      let free = try await freeSpace()
      guard length <= free else { throw PinstripeError.full(name, playerName, length, free) }
    }
    do throws(FileError) {
      if !Self.isFolder(folder) { try SystemFolder.make(folder) }
    } catch {
      throw PinstripeError(writing: error)
    }
    for leftover in try names() where TrackName.isTemporary(leftover) {
      _ = unlink(path(leftover))
    }
    guard replacing || !exists(name) else { throw PinstripeError.exists(name, playerName) }
    try write(stream, name, progress)
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
  }

  /// Deletes a track.
  public func remove(_ name: String) async throws(PinstripeError) {
    guard TrackName.isPlain(name), exists(name) else {
      throw PinstripeError.absent(name, playerName)
    }
    guard unlink(path(name)) == 0 else {
      throw PinstripeError(
        writing: FileError(code: errno, operation: "delete", path: path(name)))
    }
  }

  /// Reads a range of a track, as it is stored.
  public func read(
    _ name: String, range: Range<UInt64>, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    guard TrackName.isPlain(name), exists(name) else {
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

  private func check(_ name: String) throws(PinstripeError) {
    if let complaint = TrackName.complaint(name, rules: rules) {
      throw PinstripeError(
        .usage, "\(playerName) cannot hold the name \"\(name)\": \(complaint); use --name.")
    }
  }

  private func names() throws(PinstripeError) -> [String] {
    guard Self.isFolder(folder) else { return [] }
    do throws(FileError) {
      return try SystemFolder.names(in: folder)
    } catch {
      throw PinstripeError(reading: error)
    }
  }
}
