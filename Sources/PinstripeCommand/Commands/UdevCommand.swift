import ArgumentParser
import Pinstripe
import PinstripeProfiles

/// The command `pinstripe udev`.
struct UdevCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "udev",
    abstract: "Print what lets the person at the machine use the players.",
    discussion: """
      Made of the device profiles, for a system that does not know a player yet:
        pinstripe udev hwdb | sudo tee /etc/udev/hwdb.d/69-pinstripe.hwdb
        pinstripe udev rules | sudo tee /etc/udev/rules.d/69-pinstripe.rules
        sudo systemd-hwdb update && sudo udevadm control --reload
      Then plug the player in again. The hwdb has the players that their ids tell, the rules those \
      that are told apart by their names or serial numbers.
      """)

  /// Which of the two.
  enum File: String, ExpressibleByArgument, CaseIterable {
    case hwdb, rules
  }

  @Argument(help: "hwdb or rules.")
  var file: File

  @OptionGroup var common: CommonOptions

  func run() throws {
    let files = UdevFiles(PlayerOptions.registry().profiles)
    let text = file == .hwdb ? files.hwdb : files.rules
    try common.show(
      .object([("name", .string("69-pinstripe.\(file.rawValue)")), ("text", .string(text))]),
      String(text.dropLast()))
  }
}
