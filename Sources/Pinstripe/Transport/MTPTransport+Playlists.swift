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
      guard let object = try await find(playlist, rules) else {
        let isFile = rules.kind != .mtpReferences
        let reason = isFile ? complaint(about: .playlist(rules.kind), in: rules.folders) : nil
        return reason.map { .impossible($0) } ?? .absent
      }
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
    do {
      guard rules.kind == .mtpReferences else {
        let file = PlaylistFile(playlist, rules: rules, musicFolder: profile.storage.musicFolder)
        let place = TrackPath(folders: rules.folders, name: playlist.name + rules.ending)
        let source = BytesSource(name: playlist.name, bytes: file.bytes)
        try await put(
          ClearStream(source, kind: .playlist(rules.kind)), at: place, replacing: true,
          progress: nil)
        return
      }
      let references = try await handles(of: playlist)
      if try await find(playlist, rules) == nil {
        try await makeReferrer(
          playlist.name + rules.ending, .abstractAudioVideoPlaylist, in: rules.folders)
      }
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
      try await self.delete(object.handle)
    }
  }

  /// Removes what is left beside playlists of a file of one that was cut off.
  func tidyPlaylists() async throws(MTPError) {
    guard let rules = playlistRules, rules.kind != .mtpReferences,
      let folder = try await folder(at: rules.folders, from: .root),
      try await entries(of: folder).contains(where: { TrackName.isOurs($0.info.filename) })
    else { return }
    // The folder may be the music's, too.
    let part = journal?.part?.name
    _ = try await clearLeftovers(in: folder, keeping: nil, replacing: false, sparing: part)
  }

  private func find(
    _ playlist: Playlist, _ rules: PlaylistRules
  ) async throws(MTPError) -> ListedObject? {
    guard let folder = try await folder(at: rules.folders, from: .root) else { return nil }
    return try await confirmed(playlist.name + rules.ending, in: folder).first { entry in
      !entry.info.isFolder
    }
  }

  /// The tracks' handles; those that are not there are left out.
  private func handles(of playlist: Playlist) async throws(MTPError) -> [ObjectHandle] {
    try await objects(ofTracksAt: playlist.tracks).map(\.handle)
  }

  /// The tracks at paths below the music folder; those that are not there are left out.
  func objects(ofTracksAt paths: [String]) async throws(MTPError) -> [ListedObject] {
    var objects: [ListedObject] = []
    var folders: [[String]: ObjectHandle?] = [:]
    for place in paths.compactMap({ TrackPath($0) }) {
      if folders[place.folders] == nil {
        let folder = try await folder(at: place.folders)
        if let folder { try await refresh(folder) }
        folders[place.folders] = .some(folder)
      }
      guard let folder = folders[place.folders] ?? nil else { continue }
      let track = try await self.objects(named: place.name, in: folder).first { !$0.info.isFolder }
      if let track { objects.append(track) }
    }
    return objects
  }
}

extension PlaylistRules {
  /// The names of the folders that playlists are in, from the storage's root.
  fileprivate var folders: [String] { folder.split(separator: "/").map(String.init) }
}
