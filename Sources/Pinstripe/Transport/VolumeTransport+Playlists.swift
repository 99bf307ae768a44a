import Glibc
import PinstripeFiles
import PinstripeProfile

extension VolumeTransport {
  /// What the volume holds under a playlist's name.
  public func state(of playlist: Playlist) async throws(PinstripeError) -> PlaylistState? {
    guard let place = place(of: playlist) else { return nil }
    return try translated(writing: false) { () throws(FileError) in
      do throws(FileError) {
        let bytes = try root.folder(place.folders).contents(of: place.name, atMost: 64 << 20)
        return bytes == place.file.bytes ? .same : .other
      } catch {
        return error.code == ENOENT ? .absent : .other
      }
    }
  }

  /// Puts a playlist on the volume.
  public func put(_ playlist: Playlist) async throws(PinstripeError) {
    guard let place = place(of: playlist) else { throw PinstripeError.noPlaylists(playerName) }
    try translated(writing: true) { () throws(FileError) in
      let folder = try root.folder(place.folders, making: true)
      try folder.write(place.file.bytes, to: place.name)
      try folder.synchronizeVolume()
    }
  }

  /// Removes a playlist, and none of its tracks.
  public func remove(_ playlist: Playlist) async throws(PinstripeError) {
    guard let place = place(of: playlist) else { throw PinstripeError.noPlaylists(playerName) }
    try translated(writing: true) { () throws(FileError) in
      do throws(FileError) {
        let folder = try root.folder(place.folders)
        guard try folder.holdsFile(place.name) else { return }
        try folder.remove(place.name)
        try folder.synchronizeVolume()
      } catch {
        guard error.code != ENOENT else { return }
        throw error
      }
    }
  }

  /// Where a playlist lies and what its file is; nil when the player has none.
  private func place(
    of playlist: Playlist
  ) -> (folders: [String], name: String, file: PlaylistFile)? {
    guard playlists.kind != .none, playlists.kind != .mtpReferences else { return nil }
    return (
      Self.parts(playlists.folder), "\(playlist.name)\(playlists.ending)",
      PlaylistFile(playlist, rules: playlists, musicFolder: rules.musicFolder)
    )
  }
}
