import PinstripeMTP
import PinstripeProfile

extension MTPTransport {
  /// How the player wants playlists; where its profile does not say so, it is asked.
  private var playlistRules: PlaylistRules? {
    if let rules = profile.playlists[.mtp] { return rules.kind == .none ? nil : rules }
    let hasReferences =
      session.offers(.setObjectReferences) && session.offers(.getObjectReferences)
      && session.deviceInfo.playbackFormats.contains(.abstractAudioVideoPlaylist)
    return hasReferences ? PlaylistRules(kind: .mtpReferences) : nil
  }

  /// What the player holds under a playlist's name; nil when it has no playlists.
  public func state(of playlist: Playlist) async throws(PinstripeError) -> PlaylistState? {
    guard let rules = playlistRules else { return nil }
    do {
      guard let object = try await find(playlist, rules) else { return .absent }
      if rules.kind == .mtpReferences {
        let references = try await handles(of: playlist)
        return try await session.objectReferences(of: object.handle) == references ? .same : .other
      }
      let file = PlaylistFile(playlist, rules: rules, musicFolder: profile.storage.musicFolder)
      guard object.size == UInt64(file.bytes.count) else { return .other }
      var stored: [UInt8] = []
      try await read(object, 0..<UInt64(file.bytes.count)) { stored += $0 }
      return stored == file.bytes ? .same : .other
    } catch {
      throw failure(error, playlist.name)
    }
  }

  /// Puts a playlist on the player.
  public func put(_ playlist: Playlist) async throws(PinstripeError) {
    guard let rules = playlistRules else { throw PinstripeError.noPlaylists(playerName) }
    let folder = rules.folder.split(separator: "/").map(String.init)
    do {
      guard rules.kind == .mtpReferences else {
        let file = PlaylistFile(playlist, rules: rules, musicFolder: profile.storage.musicFolder)
        return try await put(
          ClearStream(
            BytesSource(name: playlist.name, bytes: file.bytes), kind: .playlist(rules.kind)),
          at: TrackPath(folders: folder, name: playlist.name + rules.ending), replacing: true,
          progress: nil)
      }
      let references = try await handles(of: playlist)
      if try await find(playlist, rules) == nil {
        // Some players refuse an object without bytes; libmtp sends one byte, too.
        let info = ObjectInfo(
          filename: playlist.name + rules.ending, format: .abstractAudioVideoPlaylist, size: 1)
        _ = try await session.upload(
          info, to: storage, in: try await folderForWriting(at: folder), length: 1
        ) { buffer in
          buffer[0] = 0
          return 1
        }
      }
      // The handle that was announced may be another's.
      guard let object = try await find(playlist, rules) else {
        throw MTPError(
          .refused, operation: .sendObject, reason: "the playlist is not there afterwards")
      }
      try await session.setObjectReferences(of: object.handle, to: references)
    } catch {
      throw failure(error, playlist.name)
    }
  }

  /// Removes a playlist, and none of its tracks.
  public func remove(_ playlist: Playlist) async throws(PinstripeError) {
    guard let rules = playlistRules else { throw PinstripeError.noPlaylists(playerName) }
    try await attempt { () async throws(MTPError) in
      guard let object = try await self.find(playlist, rules) else { return }
      try await self.session.deleteObject(object.handle)
    }
  }

  private func find(
    _ playlist: Playlist, _ rules: PlaylistRules
  ) async throws(MTPError) -> ListedObject? {
    var folder = ObjectHandle.root
    for name in rules.folder.split(separator: "/").map(String.init) {
      guard let inner = try await self.folder(name, in: folder) else { return nil }
      folder = inner
    }
    return try await entries(of: folder).first { entry in
      !entry.info.isFolder && entry.info.filename == playlist.name + rules.ending
    }
  }

  /// The tracks' handles; those that are not there are left out.
  private func handles(of playlist: Playlist) async throws(MTPError) -> [ObjectHandle] {
    guard let folder = try await musicFolder() else { return [] }
    let tracks = try await tracks(below: folder)
    let handles = Dictionary(tracks.map { ($0.path, $0.object.handle) }) { first, _ in first }
    return playlist.tracks.compactMap { handles[$0] }
  }
}
