/// How tracks for a player are encrypted.
public struct ProtectionRules: Sendable, Equatable {
  /// Which bytes are encrypted, where ``formats`` says nothing else.
  public var pattern = PatternRule.automatic
  /// For the pattern "every", and for content of an unknown format: every how many bytes one is encrypted: 1 to 65,535.
  ///
  /// 10 is the classic (US 2001/0016836 ¶30).
  public var stride: UInt16 = 10
  /// The first encrypted byte, 0 to stride − 1.
  public var phase: UInt16 = 0
  /// Patterns of single formats, where they differ.
  public var formats: [AudioFormat: FormatPattern] = [:]
  /// The cipher suite's number in the track format: 1 ChaCha20, 2 AES-128-CTR.
  public var suite: UInt16 = 1
  /// How many key slots the player's decoder reads: 1 to 16.
  public var keySlots = 16
  /// What of a track is authenticated.
  public var integrity = IntegrityRule.header
  /// Whether titles and pictures are shown to who holds the player.
  public var metadata = MetadataPolicy.shown

  /// Creates the default rules: what suits the content's format, otherwise every 10th byte from the
  /// first on, ChaCha20.
  public init() {}
}

/// Which bytes of a track are encrypted, as a profile says it.
public enum PatternRule: String, Sendable, CaseIterable {
  /// Every byte where the player's CPU budget covers that (``CPUBudget/covers(suite:)``). Otherwise what
  /// suits the content's format: the head of each frame and every 64th byte behind it, all of PCM, and
  /// every so-manieth byte of what is of no known format.
  case automatic
  /// Every so-manieth byte, the classic, for players whose decoder has no room for frame maps.
  case every
  /// Every byte, for players whose CPU has the time.
  case full
}

/// Which bytes of a track of one format are encrypted.
public struct FormatPattern: Sendable, Equatable {
  /// Which bytes.
  public var pattern: PatternRule
  /// For the pattern "every": every how many bytes one is encrypted, 1 to 65,535.
  public var stride: UInt16
  /// The first encrypted byte, 0 to stride − 1.
  public var phase: UInt16

  /// Creates a pattern.
  public init(pattern: PatternRule, stride: UInt16 = 10, phase: UInt16 = 0) {
    self.pattern = pattern
    self.stride = stride
    self.phase = phase
  }
}

/// What of a track is authenticated, so that edits are noticed before a note is played.
public enum IntegrityRule: String, Sendable, CaseIterable {
  /// Header, key slots and sections; the payload is malleable.
  case header
  /// The payload too, in chunks with tags, for players with the time to check them.
  case chunks
}

/// Whether titles and pictures are shown to who holds the player.
public enum MetadataPolicy: String, Sendable, CaseIterable {
  /// Names are readable, and titles and pictures are sent in clear beside the track.
  case shown
  /// Names are UUIDs, and properties stay empty; only the encrypted section knows the title.
  case hidden
}
