/// What one player model is and needs.
///
/// Everything device-specific that the host obeys is in such a value, read from a file of
/// `DeviceProfiles/`; no model has a constant in code.
///
/// A profile made with ``init(id:name:)`` has the *careful defaults*: what works with any MTP player
/// that keeps to the standard, at the price of some speed. A file states only what differs.
public struct DeviceProfile: Sendable, Equatable {
  /// The profile's identifier, which is also its file's name without `.json`: lower-case letters,
  /// digits and hyphens.
  public var id: String
  /// The model as a person knows it: "SanDisk Sansa Clip+".
  public var name: String
  /// What identifies the model on USB; empty for the careful default, which matches nothing.
  public var matches: [USBMatch] = []
  /// Whether the player decrypts Pinstripe tracks.
  public var decoder = DecoderSupport.none
  /// How tracks for this player are encrypted.
  public var protection = ProtectionRules()
  /// Where tracks go and what their names may be.
  public var storage = StorageRules()
  /// How bytes are moved to it.
  public var transfer = TransferRules()
  /// Departures from the standard that it is known for.
  public var quirks: Set<Quirk> = []

  /// Creates a profile with the careful defaults.
  public init(id: String, name: String) {
    self.id = id
    self.name = name
  }

  /// The profile for a player that no file describes.
  public static let careful = DeviceProfile(id: "careful-default", name: "MTP player")
}

/// Whether a player can decrypt Pinstripe tracks.
public enum DecoderSupport: String, Sendable {
  /// It plays ordinary files only: what is sent to it is unprotected, and the tool says so.
  case none
  /// It holds a Pinstripe decoder and plays `.pst` tracks of its key.
  case pinstripe
}

/// What identifies a model on USB.
public struct USBMatch: Sendable, Equatable {
  /// idVendor of the device descriptor.
  public var vendorID: UInt16
  /// idProduct of the device descriptor.
  public var productID: UInt16
  /// iManufacturer must equal this, when it is stated.
  public var manufacturer: String?
  /// iProduct must equal this, when it is stated.
  public var product: String?

  /// Creates a match.
  public init(
    vendorID: UInt16, productID: UInt16, manufacturer: String? = nil, product: String? = nil
  ) {
    self.vendorID = vendorID
    self.productID = productID
    self.manufacturer = manufacturer
    self.product = product
  }
}

/// How tracks for a player are encrypted.
public struct ProtectionRules: Sendable, Equatable {
  /// Which bytes are encrypted.
  public var pattern = PatternRule.automatic
  /// For the pattern "every", and for content of an unknown format: every how many bytes one is encrypted: 1 to 65,535.
  ///
  /// 10 is the classic (US 2001/0016836 ¶30).
  public var stride: UInt16 = 10
  /// The first encrypted byte, 0 to stride − 1.
  public var phase: UInt16 = 0
  /// The cipher suite's number in the track format: 1 ChaCha20, 2 AES-128-CTR.
  public var suite: UInt16 = 1

  /// Creates the default rules: what suits the content's format, otherwise every 10th byte from the
  /// first on, ChaCha20.
  public init() {}
}

/// Which bytes of a track are encrypted, as a profile says it.
public enum PatternRule: String, Sendable, CaseIterable {
  /// What suits the content's format: the head of each frame and every 64th byte behind it, all of PCM,
  /// and every so-manieth byte of what is of no known format.
  case automatic
  /// Every so-manieth byte, the classic, for players whose decoder has no room for frame maps.
  case every
  /// Every byte, for players whose CPU has the time.
  case full
}

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
  /// The largest object the player holds, in bytes.
  public var maximumObjectSize: UInt64 = 0xFFFF_FFFF
  /// The MTP object format that tracks are announced as, by default Undefined.
  public var trackFormat: UInt16 = 0x3000

  /// Creates the default rules.
  public init() {}
}

/// How bytes are moved to a player.
public struct TransferRules: Sendable, Equatable {
  /// Bytes in one USB transfer: a multiple of 1024, at most 1 MiB.
  public var chunkSize = 65_536
  /// Transfers in flight at once: 1 to 16.
  ///
  /// The kernel's limit of 16 MiB is shared by all programs.
  public var queueDepth = 4
  /// Whether IN transfers may wait before the player has anything to say.
  public var postsReceivesEarly = true
  /// The longest silence before a response, in milliseconds.
  ///
  /// Players on slow flash take seconds to delete or to allocate.
  public var responseTimeoutMilliseconds = 20_000
  /// The longest time without progress while data moves, in milliseconds.
  public var dataTimeoutMilliseconds = 10_000

  /// Creates the default rules.
  public init() {}

  /// ``responseTimeoutMilliseconds`` as a duration.
  public var responseTimeout: Duration { .milliseconds(responseTimeoutMilliseconds) }
  /// ``dataTimeoutMilliseconds`` as a duration.
  public var dataTimeout: Duration { .milliseconds(dataTimeoutMilliseconds) }
}
