import PinstripeMTP
import PinstripeProfile
import Synchronization

/// The albums that a player has as objects, as far as this session has seen them.
///
/// A library has a thousand of them; to look for each by listing all would take a million questions.
final class AlbumIndex: Sendable {
  private let handles = Mutex<[String: ObjectHandle]?>(nil)

  /// The handles, by file name; nil before they were listed.
  var known: [String: ObjectHandle]? { handles.withLock { $0 } }

  func set(_ known: [String: ObjectHandle]) { handles.withLock { $0 = known } }

  func set(_ name: String, to handle: ObjectHandle?) { handles.withLock { $0?[name] = handle } }
}

extension MTPTransport {
  /// The folder that albums are in, from the storage's root, as libmtp looks for it.
  static let albumFolder = "Albums"
  /// The ending of an album's name.
  static let albumEnding = ".alb"

  /// The albums' names.
  public func albums() async throws(PinstripeError) -> Set<String> {
    let known = try await attempt { () async throws(MTPError) in try await self.listAlbums() }
    return Set(
      known.keys.filter { $0.hasSuffix(Self.albumEnding) }
        .map { String($0.dropLast(Self.albumEnding.count)) })
  }

  private func listAlbums() async throws(MTPError) -> [String: ObjectHandle] {
    var found: [String: ObjectHandle] = [:]
    if let folder = try await folder(Self.albumFolder, in: .root) {
      for entry in try await entries(of: folder) { found[entry.info.filename] = entry.handle }
    }
    albumIndex.set(found)
    return found
  }

  /// An album that is there.
  func album(_ name: String) async throws(MTPError) -> ObjectHandle? {
    let known: [String: ObjectHandle]
    if let listed = albumIndex.known { known = listed } else { known = try await listAlbums() }
    return known[name + Self.albumEnding]
  }

  /// Makes an album that is not there yet.
  func makeAlbum(_ name: String) async throws -> ObjectHandle {
    let file = name + Self.albumEnding
    // As playlists: one byte, because some players refuse an object without any.
    let info = ObjectInfo(filename: file, format: .abstractAudioAlbum, size: 1)
    let folder = try await folderForWriting(at: [Self.albumFolder])
    let announced = try await session.upload(info, to: storage, in: folder, length: 1) { buffer in
      buffer[0] = 0
      return 1
    }
    // The handle that was announced may be another's.
    var made: ObjectHandle? = announced
    if (try? await session.describe(announced))?.info.filename != file {
      made = try await listAlbums()[file]
    }
    guard let made else {
      throw MTPError(.refused, operation: .sendObject, reason: "the album is not there afterwards")
    }
    albumIndex.set(file, to: made)
    return made
  }

  /// Deletes an album, and none of its tracks.
  func deleteAlbum(_ name: String) async throws(MTPError) {
    guard let handle = try await album(name) else { return }
    try await session.deleteObject(handle)
    albumIndex.set(name + Self.albumEnding, to: nil)
  }
}
