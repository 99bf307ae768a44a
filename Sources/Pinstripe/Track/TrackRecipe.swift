public import PinstripeCore
import PinstripeFrames
public import PinstripeKeys
public import PinstripeProfile

/// How a track is made of a source: for whom, and which of its bytes are encrypted.
public struct TrackRecipe: Sendable {
  /// Which bytes are encrypted; nil for what the player's profile asks for, or suits the format.
  public var pattern: StripePattern?
  /// Without a ``pattern``: which bytes of content of an unknown format are encrypted.
  public var fallback: StripePattern
  /// Without a ``pattern``: what the player's profile asks for.
  var profilePatterns = ProfilePatterns()
  /// Whether a pattern is used that is known to be unsafe for the content's format.
  public var allowsUnsafe = false
  /// Whether the content's SHA-256 is computed for the metadata.
  ///
  /// It tells a copy on a player again, and lets ``Packing/verify(_:progress:)`` notice damage; to
  /// compute it takes longer than all else.
  public var computesDigest = true
  /// Keystream, KDF, wrap and MAC.
  public var suite: CipherSuite
  /// Who can open the track: 1 to 16 keys; none for a clear pattern.
  public var recipients: [WrappingKey]
  /// What the track says of its work; the source's name and digest are added while packing.
  public var metadata = TrackMetadata()
  /// Who bought the copy (US 2001/0016836 ¶24): at most ``maximumPurchaser`` bytes of UTF-8.
  public var purchaser: String?
  /// What the buyer may do: the 128 bytes that the service issued for one of the recipients.
  ///
  /// The track gets the id that they name.
  public var rights: [UInt8]?
  /// Bytes of a chunk, where each chunk of the payload gets a tag, so that changed audio is noticed
  /// before it is decrypted; ``ChunkTags`` has the sizes.
  public var chunkSize: Int?

  /// The most bytes of a purchaser.
  public static let maximumPurchaser = 1024

  /// Creates a recipe.
  public init(
    pattern: StripePattern?, suite: CipherSuite, recipients: [WrappingKey],
    fallback: StripePattern = .classic
  ) {
    self.pattern = pattern
    self.fallback = fallback
    self.suite = suite
    self.recipients = recipients
  }

  /// A track that anybody can open, for works that need no protection (US 2001/0016836 ¶46).
  public static let clear = TrackRecipe(pattern: .clear, suite: .chacha20, recipients: [])

  /// The recipe that a player's profile asks for.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/profile`` when the profile states
  ///   an impossible pattern or an unknown suite.
  public init(
    following profile: DeviceProfile, for recipients: [WrappingKey]
  ) throws(PinstripeError) {
    let rules = profile.protection
    guard recipients.count <= rules.keySlots else {
      throw PinstripeError(
        .usage,
        "\(profile.name) reads tracks with at most \(rules.keySlots) key slots; name fewer devices, "
          + "users and groups.")
    }
    do throws(TrackError) {
      try self.init(
        pattern: nil, suite: CipherSuite(number: rules.suite), recipients: recipients,
        fallback: StripePattern(every: rules.stride, phase: rules.phase))
      profilePatterns = try ProfilePatterns(rules, cpu: profile.cpu)
      if rules.integrity == .chunks { chunkSize = ChunkTags.standardSize }
    } catch {
      throw PinstripeError(
        .profile, "The profile \(profile.id) asks for an unknown kind of encryption; correct it.",
        underlying: error)
    }
  }
}

extension TrackRecipe {
  /// The pattern for content of a format.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/usage`` when the person asks for
  ///   an unsafe one.
  func pattern(for format: ContentFormat, named name: String) throws(PinstripeError)
    -> StripePattern
  {
    guard let pattern else {
      do throws(TrackError) {
        if let asked = try profilePatterns.pattern(for: format) { return asked }
        return try PatternSafety.automatic(for: format, fallback: fallback)
      } catch {
        throw PinstripeError(error, track: name)
      }
    }
    guard !allowsUnsafe, let objection = PatternSafety.objection(to: pattern, for: format)
    else { return pattern }
    throw PinstripeError(
      .usage,
      "This pattern is unsafe for \(name), which is \(format.name): \(objection); leave the "
        + "pattern to the tool, or insist with --force-unsafe.")
  }
}
