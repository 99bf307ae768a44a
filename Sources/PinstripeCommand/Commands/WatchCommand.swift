import ArgumentParser
import Glibc
import Pinstripe
import PinstripeProfiles

/// The command `pinstripe watch`.
struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Tell of players that are plugged in and unplugged, until Ctrl-C.",
    discussion: """
      Those that are there are told first. With --json, each is one object on a line of its own, with \
      "event": "arrived" or "departed".
      """)

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let monitor = PlayerMonitor(try PlayerFinder(registry: PlayerOptions.registry()))
    let common = common
    do {
      try await Interruption.cancelling {
        for try await event in monitor.events() { try Self.show(event, common) }
      }
    } catch is CancellationError {
      return
    }
  }

  private static func show(_ event: PlayerEvent, _ common: CommonOptions) throws {
    let word = if case .arrived = event { "arrived" } else { "departed" }
    let player = event.player
    let object = JSON.object([("event", .string(word)), ("player", player.json)])
    try common.show(object, "\(word.padded(to: 10))\(player.text)")
  }
}
