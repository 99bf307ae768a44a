public import PinstripeProfile

/// What a player takes of pictures, for a plan.
public struct SyncCovers: Sendable {
  /// How it takes them.
  public let offer: CoverOffer
  /// The albums that it has, by name.
  let albums: Set<String>

  /// Asks a player, and its profile.
  ///
  /// - Throws: ``PinstripeError`` when the player does not answer.
  public init(of transport: any Transport, _ profile: DeviceProfile) async throws(PinstripeError) {
    offer = try await Self.offer(of: transport, profile)
    if case .album = offer { albums = try await transport.albums() } else { albums = [] }
  }

  private static func offer(
    of transport: any Transport, _ profile: DeviceProfile
  ) async throws(PinstripeError) -> CoverOffer {
    guard profile.protection.metadata == .shown else {
      return .none("the player is to show no titles and pictures")
    }
    switch profile.art.delivery {
    case .none: return .none("the player shows no pictures")
    case .embedded: return .none("the player takes pictures from the music's own tags")
    case .sample, .folder: break
    }
    guard let limits = CoverLimits(profile.art) else {
      return .none("the player shows neither JPEG nor PNG")
    }
    guard profile.art.delivery == .sample else { return .file(profile.art.fileName, limits) }
    return try await transport.sampleOffer(limits)
  }
}
