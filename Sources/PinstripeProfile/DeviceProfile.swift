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
  /// What identifies the model on USB, in each of its modes; empty for the careful default, which
  /// matches nothing.
  public var modes: [USBMode] = []
  /// How the person switches the player to a mode, as a clause without a full stop.
  public var switching: [USBProtocol: String] = [:]
  /// Whether the player decrypts Pinstripe tracks.
  public var decoder = DecoderSupport.none
  /// What its MTP lacks.
  public var mtp = MTPRules()
  /// The formats that it plays, and their limits; nil when that is not known.
  public var formats: [AudioFormat: FormatLimits]?
  /// How tracks for this player are encrypted.
  public var protection = ProtectionRules()
  /// Where tracks go and what their names may be.
  public var storage = StorageRules()
  /// How bytes are moved to it.
  public var transfer = TransferRules()
  /// How it wants cover pictures.
  public var art = ArtRules()
  /// How it wants playlists, in each of its modes.
  public var playlists: [USBProtocol: PlaylistRules] = [:]
  /// What its processor has to spare; nil when that is not known.
  public var cpu: CPUBudget?
  /// Departures from the standard that it is known for.
  public var quirks: Set<Quirk> = []
  /// Where the facts come from.
  public var evidence: [Evidence] = []

  /// Creates a profile with the careful defaults.
  public init(id: String, name: String) {
    self.id = id
    self.name = name
  }

  /// The profile for a player that no file describes.
  ///
  /// A kernel driver that holds its MTP interface is detached (``Quirk/detachKernelDriver``): nobody has
  /// said that none does, and no disk is behind that interface.
  public static let careful: DeviceProfile = {
    var profile = DeviceProfile(id: "careful-default", name: "MTP player")
    profile.quirks = [.detachKernelDriver]
    return profile
  }()
}

/// Whether a player can decrypt Pinstripe tracks.
public enum DecoderSupport: String, Sendable, CaseIterable {
  /// It plays ordinary files only: what is sent to it is unprotected, and the tool says so.
  case none
  /// It holds a Pinstripe decoder and plays `.pst` tracks of its key.
  case pinstripe
}

/// What a player's processor has to spare beside decoding audio.
///
/// Where a profile leaves the pattern open (`automatic`), the packer chooses full encryption when the
/// budget covers it; see ``covers(suite:)``.
public struct CPUBudget: Sendable, Equatable {
  /// How many instructions a byte of content may cost to decrypt: 1 to 10,000.
  ///
  /// For scale: ChaCha20 costs 21 to 33 for full encryption and 2.1 to 3.4 for every 10th byte, AES in
  /// constant time 61; decoding MP3 takes libmpg123 200 to 530.
  public var decryptionBudget: Int
  /// Whether it has AES instructions, so that AES-128-CTR is the cheaper suite.
  public var hasAES = false

  /// Creates a budget.
  public init(decryptionBudget: Int, hasAES: Bool = false) {
    self.decryptionBudget = decryptionBudget
    self.hasAES = hasAES
  }

  /// Whether it covers full encryption with a cipher suite of the track format: 1 ChaCha20, 2 AES-128-CTR.
  ///
  /// The dearest of what was measured counts, in instructions a byte (`Tests/Benchmarks/run.sh decoder`):
  /// ChaCha20 on a Cortex-M4 33; AES in constant time 61, and 2 with AES instructions.
  public func covers(suite: UInt16) -> Bool {
    switch suite {
    case 1: decryptionBudget >= 33
    case 2: decryptionBudget >= (hasAES ? 2 : 61)
    default: false
    }
  }
}

/// Where facts of a profile come from.
public struct Evidence: Sendable, Equatable {
  /// The source, and where useful what it says.
  public var source: String
  /// The facts it backs, as key paths of the file: "modes", "storage.musicFolder",
  /// "quirks.no-rename".
  public var facts: [String]

  /// Creates a reference.
  public init(source: String, facts: [String]) {
    self.source = source
    self.facts = facts
  }
}
