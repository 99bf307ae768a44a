import ArgumentParser
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe players`.
struct PlayersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "players",
    abstract: "List the players that are plugged in.",
    discussion: "With none, the exit status is 69.")

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let players = try await PlayerFinder().players()
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
    [vendorID, productID].map { id in
      let digits = String(id, radix: 16)
      return String(repeating: "0", count: 4 - digits.count) + digits
    }.joined(separator: ":")
  }

  fileprivate var json: JSON {
    .object([
      ("id", .string(id)), ("name", .string(name)), ("usb", .string(ids)),
      ("serialNumber", .optional(serialNumber)), ("profile", .string(profile.id)),
      ("reason", .string(reason)), ("decoder", .string(profile.decoder.rawValue)),
    ])
  }

  fileprivate var text: String {
    let plays =
      profile.decoder == .pinstripe ? "plays protected tracks" : "plays unprotected files only"
    return
      "\(id.padded(to: 8))\(Terminal.printable(name)) (\(ids)), \(plays)\n"
      + "        profile \(profile.id): \(reason)"
  }
}
