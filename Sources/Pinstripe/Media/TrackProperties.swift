/// What a player is told of a track, so that it finds a place in its lists.
///
/// In contrast to ``TrackMetadata`` it is for the player's database, and in clear.
public struct TrackProperties: Sendable, Equatable {
  /// Title of the work.
  public var title: String?
  /// Performer.
  public var artist: String?
  /// Album.
  public var album: String?
  /// Genre.
  public var genre: String?
  /// The track's number on its album, from 1 on.
  public var track: UInt16?
  /// The year of its release.
  public var year: Int?
  /// How long it plays; TagLib counts whole seconds.
  public var duration: Duration?
  /// When the file was changed last, in seconds since 1970 began in UTC.
  public var modified: Int64?

  /// Says nothing.
  public init() {}
}
