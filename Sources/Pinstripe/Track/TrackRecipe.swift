public import PinstripeCore
public import PinstripeKeys
public import PinstripeProfile

/// How a track is made of a source: for whom, and which of its bytes are encrypted.
public struct TrackRecipe: Sendable {
  /// Which bytes are encrypted.
  public var pattern: StripePattern
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
  public init(pattern: StripePattern, suite: CipherSuite, recipients: [WrappingKey]) {
    self.pattern = pattern
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
    do throws(TrackError) {
      try self.init(
        pattern: StripePattern(
          every: profile.protection.stride, phase: profile.protection.phase),
        suite: CipherSuite(number: profile.protection.suite), recipients: recipients)
    } catch {
      throw PinstripeError(
        .profile, "The profile \(profile.id) asks for an unknown kind of encryption; correct it.",
        underlying: error)
    }
  }
}
