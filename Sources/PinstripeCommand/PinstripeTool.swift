import ArgumentParser
import PinstripeKeys
import PinstripeProfiles

/// The command `pinstripe`.
@main
struct PinstripeTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pinstripe",
    abstract: "Encrypt music for a portable player and send it there.",
    discussion: """
      Tracks are encrypted in part, as a rule the first 32 bytes of each frame and every 64th \
      behind them, under a key that only the player and this computer hold, and sent over USB (MTP) \
      or to a mounted volume.

      A first try, with a TEST device:
        pinstripe device new "My player"
        pinstripe pack song.mp3 -o song.pst --device "My player"
        pinstripe players
        pinstripe push song.mp3 --device "My player"

      Exit status:
        0   done
        64  the command line is wrong
        65  a track is damaged, edited, or none at all
        66  an input is missing or cannot be read
        69  no player is attached, or not the one named
        70  a library or the system failed
        73  an output cannot be written
        74  the track is not on the player, or already is, or the player is full, or can hold
            nothing of what was named
        75  the player is busy, was unplugged or lost; trying again may help
        76  the player refused, or broke the protocol
        77  no permission
        78  the key store, a key file or a profile cannot be used, or does not hold what was named
        79  the track is for another device, user or group
        130 cancelled

      With --json, each command prints one JSON object on standard output ('watch' one a line for \
      each event) and nothing else there; \
      a failure prints {"error": {"code": …, "message": …}}.
      """,
    version: "0.1.0",
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(
        name: "Key", subcommands: [DeviceCommand.self, KeysCommand.self, RightsCommand.self]),
      CommandGroup(
        name: "Track",
        subcommands: [
          PackCommand.self, UnpackCommand.self, VerifyCommand.self, InfoCommand.self,
          RewrapCommand.self, LeakCommand.self,
        ]),
      CommandGroup(
        name: "Player",
        subcommands: [
          PlayersCommand.self, WatchCommand.self, PushCommand.self, SyncCommand.self,
          ListCommand.self,
          PullCommand.self, RemoveCommand.self, ProfilesCommand.self, UdevCommand.self,
        ]),
    ])

  /// Runs the command named on the command line; every way it can end is told by the exit status.
  static func main() async {
    StandardDescriptors.fill()
    CoreDumps.disable()
    // Behind "--" stand names only.
    let wantsJSON = CommandLine.arguments.prefix { $0 != "--" }.contains("--json")
    do {
      var command = try parseAsRoot(ChunkOptions.spellOut(try Arguments.read()))
      Interruption.watch()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      Failure.end(with: error, json: wantsJSON) { exit(withError: $0) }
    }
  }
}
