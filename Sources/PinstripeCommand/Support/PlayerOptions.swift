import ArgumentParser
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// Which player to talk to.
struct PlayerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The player's place, as 'pinstripe players' shows it. (default: the only one)",
      valueName: "bus-address"))
  var player: String?

  @Option(
    help: ArgumentHelp(
      "Use the player, or card, that is mounted at this folder, instead of USB.",
      valueName: "folder"))
  var volume: String?

  @Option(
    help: ArgumentHelp(
      "Obey this device profile instead of the one that matches.", valueName: "id"))
  var profile: String?

  /// Opens the player and closes it whatever happens.
  func withTransport<Value: Sendable>(
    _ body: @escaping @Sendable (any Transport, DeviceProfile) async throws -> Value
  ) async throws -> Value {
    let options = self
    return try await Interruption.cancelling {
      let (transport, profile) = try await options.open()
      let result: Result<Value, any Error>
      do {
        result = .success(try await body(transport, profile))
      } catch {
        result = .failure(error)
      }
      await transport.close()
      return try result.get()
    }
  }

  private func open() async throws -> (any Transport, DeviceProfile) {
    let registry = try Self.registry()
    let chosen = try profile.map { id in
      guard let profile = registry.profile(id: id) else {
        throw PinstripeError(
          .usage,
          "There is no profile \"\(id)\"; there are: "
            + registry.profiles.map(\.id).joined(separator: ", ") + ".")
      }
      return profile
    }
    if let volume {
      let profile = chosen ?? .careful
      return (try VolumeTransport(root: volume, profile: profile), profile)
    }
    let finder = try PlayerFinder(registry: registry)
    var player = try await finder.player(id: player)
    if let chosen { player.profile = chosen }
    return (try await finder.open(player), player.profile)
  }

  private static func registry() throws -> ProfileRegistry {
    do throws(ProfileError) {
      return try ProfileRegistry.builtIn()
    } catch {
      throw PinstripeError(.profile, "\(error).", underlying: error)
    }
  }
}
