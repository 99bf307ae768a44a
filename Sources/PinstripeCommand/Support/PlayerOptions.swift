import ArgumentParser
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// Which player to talk to.
struct PlayerOptions: ParsableArguments {
  static let playerHelp = ArgumentHelp(
    "The player's place, as 'pinstripe players' shows it. (default: the only one)",
    valueName: "bus-address")

  @Option(help: PlayerOptions.playerHelp)
  var player: String?

  @Option(
    help: ArgumentHelp(
      "Use the player, or card, that is mounted at this folder, with the profile of the USB device "
        + "under it.",
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
    let registry = Self.registry()
    let chosen = try profile.map { try Self.profile($0, in: registry) }
    if let volume {
      let matched = PlayerIdentity(volume: volume).flatMap { registry.match($0)?.profile }
      let profile = chosen ?? matched ?? .careful
      return (try VolumeTransport(root: volume, profile: profile), profile)
    }
    let finder = try PlayerFinder(registry: registry)
    var player = try await finder.player(id: player)
    if let chosen {
      player.profile = chosen
    } else {
      player = try await finder.refine(player)
    }
    let transport = try await finder.open(player)
    // Without a home to keep it in there is no journal, and a track that is cut off is sent again.
    if let journal = try? await PartJournal(of: transport) { transport.keepParts(in: journal) }
    return (transport, player.profile)
  }

  /// The profile that a person names.
  static func profile(
    _ id: String, in registry: ProfileRegistry
  ) throws(PinstripeError) -> DeviceProfile {
    guard let profile = registry.profile(id: id) else {
      throw PinstripeError(
        .usage, "There is no profile \"\(id)\"; 'pinstripe profiles list' shows those there are.")
    }
    return profile
  }

  /// The profiles that are compiled in, with those that override them.
  ///
  /// What is wrong with a file of the latter is said, and does not stop us.
  static func registry() -> ProfileRegistry {
    let registry = ProfileRegistry.standard()
    for problem in registry.problems {
      Terminal.say("pinstripe: \(Terminal.printable("\(problem)")); the file is left out.")
    }
    return registry
  }
}
