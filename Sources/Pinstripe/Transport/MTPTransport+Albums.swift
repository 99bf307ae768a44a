import PinstripeMTP
import PinstripeProfile

/// The albums that a player has as objects.
///
/// A library has a thousand of them; they are looked up in the index of folders.
extension MTPTransport {
  /// The folder that albums are in, from the storage's root, as libmtp looks for it.
  static let albumFolder = "Albums"
  /// The ending of an album's name.
  static let albumEnding = ".alb"

  /// The albums' names.
  public func albums() async throws(PinstripeError) -> Set<String> {
    try await attempt { () async throws(MTPError) in
      guard let folder = try await self.folder(Self.albumFolder, in: .root) else { return [] }
      let names = try await self.entries(of: folder).map(\.info.filename)
      return Set(
        names.filter { $0.hasSuffix(Self.albumEnding) }
          .map { String($0.dropLast(Self.albumEnding.count)) })
    }
  }

  /// An album that is there.
  func album(_ name: String) async throws(MTPError) -> ObjectHandle? {
    guard let folder = try await folder(Self.albumFolder, in: .root) else { return nil }
    return try await confirmed(name + Self.albumEnding, in: folder).first?.handle
  }

  /// Makes an album that is not there yet.
  func makeAlbum(_ name: String) async throws -> ObjectHandle {
    try await makeReferrer(name + Self.albumEnding, .abstractAudioAlbum, in: [Self.albumFolder])
    guard let made = try await album(name) else {
      throw MTPError(.refused, operation: .sendObject, reason: "the album is not there afterwards")
    }
    return made
  }

  /// Deletes an album, and none of its tracks.
  func deleteAlbum(_ name: String) async throws(MTPError) {
    guard let handle = try await album(name) else { return }
    try await delete(handle)
  }
}
