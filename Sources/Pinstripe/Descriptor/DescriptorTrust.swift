public import PinstripeKeys

/// Decides whether a player's descriptor counts (DeviceDescriptor.md, "Trust").
public struct DescriptorTrust {
  /// What a descriptor is worth.
  public enum Verdict: Sendable, Equatable {
    /// Whoever made it holds the device's playback key.
    case authentic
    /// Just these bytes were trusted by a person.
    case pinned
    /// Nobody vouches for it; it is as if it were not there.
    case untrusted
  }

  private let memory: DescriptorMemory
  private let devices: [KeyStore.Device]
  private let key: ((DeviceID, UInt32) throws(KeyError) -> PlaybackKey)?

  /// Judges with the playback keys of a key store.
  public init(_ memory: DescriptorMemory, _ store: KeyStore) {
    self.memory = memory
    devices = store.devices
    key = { id, epoch throws(KeyError) in try store.playbackKey(for: id, epoch: epoch) }
  }

  /// Judges without any key: by what a person trusted alone.
  public init(_ memory: DescriptorMemory) {
    self.memory = memory
    devices = []
    key = nil
  }

  /// Judges a descriptor, and remembers an authentic one.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/keys`` when the key store has the
  ///   device but not that epoch of it, or the tag is wrong;
  ///   ``PinstripeError/Code/playerRefused`` when it is older than the one that was trusted, or has
  ///   another public key.
  public func judge(
    _ descriptor: DeviceDescriptor, of player: String
  ) throws(PinstripeError) -> Verdict {
    let known = memory.descriptor(of: descriptor.deviceID)
    if let key, let device = devices.first(where: { $0.id == descriptor.deviceID }) {
      try checkEpoch(descriptor, device, player)
      do throws(KeyError) {
        try descriptor.verify(with: try key(device.id, descriptor.epoch))
      } catch {
        throw PinstripeError(
          .keys, "What \(player) says of itself is not believed: \(error.reason).",
          underlying: error)
      }
      if let known { try compare(descriptor, known, player) }
      if known != descriptor { try memory.remember(descriptor) }
      return .authentic
    }
    guard let known else { return .untrusted }
    try compare(descriptor, known, player)
    return known == descriptor ? .pinned : .untrusted
  }

  private func checkEpoch(
    _ descriptor: DeviceDescriptor, _ device: KeyStore.Device, _ player: String
  ) throws(PinstripeError) {
    guard device.epoch != descriptor.epoch else { return }
    let way =
      device.epoch < descriptor.epoch
      ? "import its newer playback key (pinstripe device import)"
      : "bring the newer keybox to the player, and its descriptor with it"
    throw PinstripeError(
      .keys,
      "\(player) is at epoch \(descriptor.epoch) of its key and the key store at epoch "
        + "\(device.epoch); \(way).")
  }

  private func compare(
    _ descriptor: DeviceDescriptor, _ known: DeviceDescriptor, _ player: String
  ) throws(PinstripeError) {
    func refuse(_ what: String) -> PinstripeError {
      PinstripeError(
        .playerRefused,
        "What \(player) says of itself \(what); compare fingerprints (pinstripe device descriptor)."
      )
    }
    if known.publicKey != nil, descriptor.publicKey != known.publicKey {
      throw refuse("has another public key than before")
    }
    if descriptor.version < known.version {
      throw refuse("is older than what it said before (\(descriptor.version), \(known.version))")
    }
    if descriptor.version == known.version, descriptor != known {
      throw refuse("has changed without a new version")
    }
  }
}
