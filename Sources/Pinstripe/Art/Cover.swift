/// A picture for tracks on a player that belong together.
public struct Cover: Sendable, Equatable {
  /// How a player gets it.
  public enum Delivery: Sendable, Equatable {
    /// As a file beside the tracks, at this path below the music folder.
    case file(String)
    /// As the picture of the album of this name, which refers to the tracks.
    case album(String)
    /// As each track's own.
    case tracks
  }

  /// The folder that the tracks are in, below the music folder; "" is that itself.
  public let folder: String
  /// The album that the tracks say they are of; "" where they say none, and where one picture is for all
  /// of a folder.
  public let album: String
  /// What the player shows as the album's title: what the tracks say, or their folder's name.
  public let title: String
  /// The first track's artist.
  public let artist: String
  /// The tracks' paths below the music folder.
  public let tracks: [String]
  /// How the player gets it.
  public let delivery: Delivery
  /// What the player takes.
  public let limits: CoverLimits?
  /// Where the picture is from; nil for one that is only removed.
  public let source: CoverSource?

  /// Where it lies on the player, for people.
  var place: String {
    switch delivery {
    case .file(let path): path
    case .album(let name): "\(MTPTransport.albumFolder)/\(name)\(MTPTransport.albumEnding)"
    case .tracks: [folder, album].filter { !$0.isEmpty }.joined(separator: "/")
    }
  }

  /// The size in pixels that its picture gets, unless the player's limit of bytes asks for less.
  public var size: (width: Int, height: Int)? {
    guard let source, let limits else { return nil }
    return limits.size(of: source.width, source.height)
  }
}

/// Where a picture is from.
public struct CoverSource: Sendable, Equatable {
  /// The file: a picture, or music with a picture in its tags.
  public let path: String
  /// Whether it is in a music file's tags.
  public let isEmbedded: Bool
  /// Pixels.
  public let width: Int
  /// Pixels.
  public let height: Int
  /// Bytes of the file.
  public let size: UInt64
  /// When the file was last changed, in nanoseconds since 1970-01-01 00:00 UTC.
  public let modified: Int64
}

/// How a player takes pictures.
public enum CoverOffer: Sendable, Equatable {
  /// Not at all, and why, as a clause.
  case none(String)
  /// As a file of this name beside the tracks.
  case file(String, CoverLimits)
  /// As an album's picture.
  case album(CoverLimits)
  /// As each track's picture.
  case tracks(CoverLimits)

  /// What it takes.
  var limits: CoverLimits? {
    switch self {
    case .none: nil
    case .file(_, let limits), .album(let limits), .tracks(let limits): limits
    }
  }
}
