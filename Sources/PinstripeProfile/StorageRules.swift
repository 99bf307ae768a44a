/// Where tracks go on a player and what their names may be.
public struct StorageRules: Sendable, Equatable {
  /// The folder that tracks are put into, from the storage's root; "" is the root itself.
  public var musicFolder = "Music"
  /// The longest file name the player holds, in UTF-16 units: 48 to 254 (MTP 1.1 §3.2.3 allows 254
  /// and a terminator).
  ///
  /// Tracks' own names stay 15 units below it, and their temporary names take up to 29.
  public var maximumNameLength = 200
  /// The longest file name the player holds, in bytes of UTF-8: 48 to 255, by default what Linux
  /// file systems hold (NAME_MAX).
  ///
  /// Tracks' own names stay 15 bytes below it.
  public var maximumNameBytes = 255
  /// Characters that may not be in a name; by default what FAT forbids.
  public var forbiddenCharacters = "\"*/:<>?\\|"
  /// The characters that the player can hold in names.
  public var characters = NameCharacters.unicode
  /// How many folders deep a track may lie, the music folder included: 1 to 32.
  public var maximumDepth = 8
  /// The largest number of objects the player indexes, when it is known: 1 to 1,000,000.
  public var maximumObjects: Int?
  /// The largest object the player holds, in bytes.
  public var maximumObjectSize: UInt64 = 0xFFFF_FFFF
  /// The MTP object format that tracks are announced as, by default Undefined.
  public var trackFormat: UInt16 = 0x3000

  /// Creates the default rules.
  public init() {}
}

/// The characters that a player can hold in names.
public enum NameCharacters: String, Sendable, CaseIterable {
  /// All.
  case unicode
  /// Those up to U+FFFF: such a player handles UTF-16 units, not surrogate pairs.
  case bmp
  /// Those up to U+00FF.
  case latin1 = "latin-1"
  /// Those from U+0020 to U+007E.
  case ascii
}
