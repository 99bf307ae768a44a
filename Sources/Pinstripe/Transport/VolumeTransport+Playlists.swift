import Glibc
import PinstripeFiles
import PinstripeProfile

extension VolumeTransport {
  /// What the volume holds under a playlist's name.
  public func state(of playlist: Playlist) async throws(PinstripeError) -> PlaylistState? {
    guard let place = place(of: playlist) else { return nil }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try SystemFile.contents(of: place.path, atMost: 64 << 20)
    } catch {
      guard error.code == ENOENT else { return .other }
      return .absent
    }
    return bytes == place.file.bytes ? .same : .other
  }

  /// Puts a playlist on the volume.
  public func put(_ playlist: Playlist) async throws(PinstripeError) {
    guard let place = place(of: playlist) else { throw PinstripeError.noPlaylists(playerName) }
    do throws(FileError) {
      try SystemFolder.makeAll(AtomicFile.folder(of: place.path))
      let file = try AtomicFile(replacing: place.path)
      try place.file.bytes.span.withUnsafeBytes { bytes throws(FileError) in
        try file.file.write(bytes)
      }
      try file.commit()
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// Removes a playlist, and none of its tracks.
  public func remove(_ playlist: Playlist) async throws(PinstripeError) {
    guard let place = place(of: playlist) else { throw PinstripeError.noPlaylists(playerName) }
    do throws(FileError) {
      try SystemFile.remove(place.path)
    } catch {
      guard error.code != ENOENT else { return }
      throw PinstripeError(writing: error)
    }
  }

  /// Where a playlist lies and what its file is; nil when the player has none.
  private func place(of playlist: Playlist) -> (path: String, file: PlaylistFile)? {
    guard playlists.kind != .none, playlists.kind != .mtpReferences else { return nil }
    let folder = playlists.folder.isEmpty ? playerName : "\(playerName)/\(playlists.folder)"
    return (
      "\(folder)/\(playlist.name)\(playlists.ending)",
      PlaylistFile(playlist, rules: playlists, musicFolder: rules.musicFolder)
    )
  }
}
