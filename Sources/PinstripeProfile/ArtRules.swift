/// How a player wants cover pictures.
public struct ArtRules: Sendable, Equatable {
  /// Where the picture goes.
  public var delivery = ArtDelivery.embedded
  /// The formats that the player shows, the preferred one first; nil when that is not known.
  public var formats: [ArtFormat]?
  /// The widest picture, in pixels: 1 to 4,096; nil: 320.
  public var maximumWidth: Int?
  /// The highest picture, in pixels: 1 to 4,096; nil: 320.
  public var maximumHeight: Int?
  /// The largest picture, in bytes: 1 to 16 MiB; nil: 64 KiB.
  public var maximumBytes: Int?
  /// For the delivery "folder": the picture's file name.
  public var fileName = "cover.jpg"

  /// Creates the default rules: pictures stay in the files they are in.
  public init() {}
}

/// Where a cover picture goes.
public enum ArtDelivery: String, Sendable, CaseIterable {
  /// Nowhere.
  case none
  /// It stays in the audio file's own tag.
  case embedded
  /// RepresentativeSampleData of an album object, or of the tracks where the player has no such albums;
  /// `PTP_OPC_RepresentativeSampleData`.
  case sample
  /// A file in the album's folder.
  case folder
}

/// A picture's format.
public enum ArtFormat: String, Sendable, CaseIterable {
  /// JPEG.
  case jpeg
  /// PNG.
  case png
  /// Windows bitmap.
  case bmp
  /// GIF.
  case gif
}
