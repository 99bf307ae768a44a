import ArgumentParser
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe players`.
struct PlayersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "players",
    abstract: "List the players that are plugged in, and which profile each gets.",
    discussion: "With none, the exit status is 69.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let registry = PlayerOptions.registry()
    let players = try await PlayerFinder(registry: registry).players()
    guard !players.isEmpty else {
      throw PinstripeError(
        .noPlayer,
        "No player is attached; plug one in, unlock it, and switch it to MTP (media device) mode.")
    }
    try common.show(
      .object([("players", .array(players.map(\.json)))]),
      players.map(\.text).joined(separator: "\n"))
  }
}

extension AttachedPlayer {
  private var ids: String {
    USBMode(vendorID: vendorID, productID: productID).ids
  }

  var json: JSON {
    .object([
      ("id", .string(id)), ("name", .string(name)), ("usb", .string(ids)),
      ("serialNumber", .optional(serialNumber)), ("profile", .string(profile.id)),
      ("reason", .string(reason)), ("decoder", .string(profile.decoder.rawValue)),
      ("protocol", .string(usbProtocol.rawValue)), ("advice", .optional(switchingAdvice)),
    ])
  }

  var text: String {
    let plays =
      profile.decoder == .pinstripe ? "plays protected tracks" : "plays unprotected files only"
    let lines = [
      "\(id.padded(to: 8))\(name) (\(ids)), \(plays)",
      "        profile \(profile.id): \(reason)", switchingAdvice.map { "        \($0)" },
    ]
    return Terminal.printable(lines: lines.compactMap(\.self))
  }
}
