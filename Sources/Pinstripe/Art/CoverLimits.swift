public import PinstripeProfile

/// What a player takes as a cover picture.
public struct CoverLimits: Sendable, Equatable {
  /// The widest, in pixels.
  public var width: Int
  /// The highest, in pixels.
  public var height: Int
  /// The largest, in bytes.
  public var bytes: Int
  /// The format.
  public var format: ArtFormat

  /// What is sent where the profile states no limit: most displays of players with covers have no more than
  /// 320 by 240 pixels, and the most common limit that players state is 64 KiB.
  static let careful = (side: 320, bytes: 65_536)

  /// The limits that a profile states; nil when it shows neither JPEG nor PNG.
  public init?(_ rules: ArtRules) {
    let usable = (rules.formats ?? [.jpeg]).first { $0 == .jpeg || $0 == .png }
    guard let usable else { return nil }
    format = usable
    width = rules.maximumWidth ?? Self.careful.side
    height = rules.maximumHeight ?? Self.careful.side
    bytes = rules.maximumBytes ?? Self.careful.bytes
  }

  /// The size in pixels that a picture of another size gets; none becomes larger.
  func size(of width: Int, _ height: Int) -> (width: Int, height: Int) {
    var (fitted, high) = (width, height)
    if fitted > self.width {
      high = max(1, high * self.width / fitted)
      fitted = self.width
    }
    if high > self.height {
      fitted = max(1, fitted * self.height / high)
      high = self.height
    }
    return (fitted, high)
  }
}
