/// How a player wants playlists in one of its modes.
public struct PlaylistRules: Sendable, Equatable {
  /// What a playlist is to the player.
  public var kind: PlaylistKind
  /// The folder for playlist files, from the storage's root; "" is the root itself.
  public var folder = "Playlists"
  /// What paths in a playlist file start from.
  public var paths = PlaylistPaths.relative
  /// What stands between folders in a path.
  public var separator = PathSeparator.slash
  /// The text's encoding.
  public var encoding = TextEncoding.utf8
  /// What ends a line.
  public var lineEnd = LineEnd.crlf

  /// Creates the rules of a kind.
  public init(kind: PlaylistKind) {
    self.kind = kind
  }
}

/// What a playlist is to a player.
public enum PlaylistKind: String, Sendable, CaseIterable {
  /// It has none.
  case none
  /// An object that refers to others; `PTP_OC_MTP_SetObjectReferences`.
  case mtpReferences = "mtp-references"
  /// A text file of paths.
  case m3u
  /// A text file of numbered entries.
  case pls
  /// Samsung's .spl file, version 1.00: a plain list.
  case samsungSPL1 = "samsung-spl-1"
  /// Samsung's .spl file, version 2.00: a list with sound settings.
  case samsungSPL2 = "samsung-spl-2"
}

/// What paths in a playlist file start from.
public enum PlaylistPaths: String, Sendable, CaseIterable {
  /// The playlist's own folder.
  case relative
  /// The storage's root.
  case absolute
}

/// What stands between folders in a path.
public enum PathSeparator: String, Sendable, CaseIterable {
  /// "/", as on Unix.
  case slash = "/"
  /// "\", as on DOS.
  case backslash = "\\"
}

/// A text file's encoding.
public enum TextEncoding: String, Sendable, CaseIterable {
  /// UTF-8 without a byte order mark.
  case utf8 = "utf-8"
  /// UTF-16, little-endian, with a byte order mark.
  case utf16 = "utf-16"
  /// ISO 8859-1; what it lacks becomes "?".
  case latin1 = "latin-1"
}

/// What ends a line of a text file.
public enum LineEnd: String, Sendable, CaseIterable {
  /// Carriage return and line feed.
  case crlf
  /// Line feed.
  case lf
}
