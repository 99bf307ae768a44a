import ArgumentParser
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe ls`.
struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the tracks on a player.",
    discussion: """
      Where a sync of this computer had to change a name, the original stands behind it.
      """)

  @OptionGroup var player: PlayerOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let (tracks, free, known) = try await player.withTransport { transport, _ in
      (
        try await transport.list(), try await transport.freeSpace(),
        try await SyncLedger.contents(of: transport)
      )
    }
    func original(_ track: StoredTrack) -> String? { known.original(of: track.name) }
    try common.show(
      .object([
        (
          "tracks",
          .array(
            tracks.map { track in
              .object([
                ("name", .string(track.name)), ("bytes", .optional(track.size)),
                ("format", .optional(track.format?.rawValue)),
                ("original", .optional(original(track))),
              ])
            })
        ),
        ("freeBytes", .number(free)),
      ]),
      (tracks.map { track in
        (track.size.map(Terminal.size) ?? "over 4 GB").padded(to: 12)
          + Terminal.printable(track.name)
          + (original(track).map { " (\(Terminal.printable($0)))" } ?? "")
      } + ["\(Terminal.size(free)) free"]).joined(separator: "\n"))
  }
}

/// The command `pinstripe pull`.
struct PullCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Copy a track from a player, as it is stored there.",
    discussion: "'pinstripe unpack' decrypts it.")

  @Argument(help: "The track's name on the player.")
  var name: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The copy.", valueName: "file"))
  var output: String

  @OptionGroup var player: PlayerOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try Outputs.validate(output, common)
  }

  func run() async throws {
    let (name, output, isQuiet) = (name, output, common.json)
    let bytes = try await player.withTransport { transport, _ in
      let bar = ProgressBar("Copying \(name)", total: nil, isQuiet: isQuiet)
      defer { bar.end() }
      return try await Copying.pull(name, from: transport, to: output) { bar.update($0) }
    }
    guard output != "-" else { return }
    try common.show(
      .object([
        ("name", .string(name)), ("file", .string(output)), ("bytes", .number(bytes)),
      ]),
      "Copied \"\(Terminal.printable(name))\" to \(Terminal.printable(output)): \(Terminal.size(bytes))."
    )
  }
}

/// The command `pinstripe rm`.
struct RemoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a track from a player.")

  @Argument(help: "The track's name on the player.")
  var name: String

  @OptionGroup var player: PlayerOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let name = name
    let playerName = try await player.withTransport { transport, _ in
      try await transport.remove(name)
      return transport.playerName
    }
    try common.show(
      .object([("removed", .string(name)), ("player", .string(playerName))]),
      "Removed \"\(Terminal.printable(name))\" from \(Terminal.printable(playerName)).")
  }
}
