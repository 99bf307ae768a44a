import Pinstripe
import PinstripeKeys
import PinstripeProfile

/// What a player says of its decoder, where the tool obeys it.
enum PlayerDescriptor {
  /// A profile, refined by the player's descriptor where that is trusted.
  ///
  /// - Parameter store: The keys that tracks are made with; nil where files go as they are, and then
  ///   nothing is asked.
  static func refine(
    _ profile: DeviceProfile, of transport: any Transport, with store: KeyStore?
  ) async throws -> DeviceProfile {
    guard let store, let descriptor = try await transport.descriptor() else { return profile }
    let trust = DescriptorTrust(try .standard(), store)
    guard try trust.judge(descriptor, of: transport.playerName) == .untrusted else {
      return profile.refined(by: descriptor)
    }
    Terminal.say(
      "pinstripe: \(Terminal.printable(transport.playerName)) says what it is, but nobody vouches for "
        + "that, so it is not obeyed; 'pinstripe device descriptor' shows it.")
    return profile
  }
}
