/// Tracks on a player, in an order.
public struct Playlist: Sendable, Equatable {
  /// Its name, without an ending.
  public let name: String
  /// The tracks' paths below the music folder.
  public let tracks: [String]

  /// Creates a playlist.
  public init(name: String, tracks: [String]) {
    self.name = name
    self.tracks = tracks
  }
}

/// What a player holds under a playlist's name.
public enum PlaylistState: Sendable, Equatable {
  /// Nothing.
  case absent
  /// Just that playlist.
  case same
  /// Something else.
  case other
  /// Not that playlist, and it could not be put there: why, as a clause.
  case impossible(String)
}
