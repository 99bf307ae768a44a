import ArgumentParser
import Glibc
import Pinstripe
import PinstripeCore
import PinstripeKeys
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe sync`.
struct SyncCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sync",
    abstract: "Make a player hold what folders, playlists and files hold.",
    discussion: """
      Music in folders keeps its folders. What is on the player already stays; what has changed is \
      sent again. Run again, it does nothing; broken off, it goes on where it ended; when the \
      cable failed, within a track of 8 MiB or more too, where the player keeps the part and can edit it.

      A track in a file's place that this key opens is another version of it, and is replaced. Other \
      tracks are only removed when an earlier sync of this computer put them there, and only with \
      --delete; none is removed when part of the sources could not be read. What an earlier sync sent \
      only in part goes in any case.

      A name that the player cannot hold is changed, and ends in "~" and six letters or digits that \
      are the same every time; the plan, 'pinstripe ls' and the track's metadata have the original. \
      A player whose profile hides names gets UUIDs.

      Pictures come from the music's tags or from folder.jpg or cover.jpg beside it, and go, made small \
      enough, the way the player's profile says. One that is damaged stops no track. They go unencrypted; \
      none goes where the profile hides metadata.

      Off a terminal and without --json, progress is written to standard error as one JSON object a line.
      """)

  @Argument(
    help: ArgumentHelp(
      "Folders, playlists (.m3u, .m3u8) and files.", valueName: "source"))
  var sources: [String]

  @Flag(name: [.customLong("dry-run"), .customShort("n")], help: "Only say what would be done.")
  var isDryRun = false

  @Flag(
    name: .customLong("delete"),
    help: "Remove what an earlier sync put on the player and is no longer in the sources.")
  var removes = false

  @Flag(
    name: .customLong("fill"), help: "Send what fits; otherwise too little space changes nothing.")
  var fills = false

  @OptionGroup var recipients: RecipientOptions
  @OptionGroup var pattern: PatternOptions
  @OptionGroup var player: PlayerOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let command = self
    let source = try await Interruption.cancelling { try SyncSource(paths: command.sources) }
    let outcome = try await player.withTransport { transport, profile in
      try await command.sync(source, with: transport, profile)
    }
    try common.show(outcome.json, outcome.text)
    guard let failure = outcome.failure else { return }
    // With --json the one object has said it.
    if common.json { Glibc.exit(ExitStatus.of(failure.code)) }
    throw failure
  }

  private func sync(
    _ source: SyncSource, with transport: any Transport, _ profile: DeviceProfile
  ) async throws -> SyncOutcome {
    let store = recipients.isEmpty ? nil : try keys.open()
    let profile = try await PlayerDescriptor.refine(profile, of: transport, with: store)
    let tracks = SyncTracks(try recipe(for: profile, store))
    var planner = SyncPlanner(profile, protection: tracks.protection)
    planner.removes = removes
    planner.showsParts = transport.showsParts
    planner.fills = fills
    planner.disguise = tracks.disguise
    let ledger = isDryRun ? nil : try await SyncLedger(of: transport)
    var known = ledger?.contents ?? SyncLedger.Contents()
    if isDryRun { known = try await SyncLedger.contents(of: transport) }
    let plan = try await planner.plan(
      source, tracks: try await transport.list(tidying: !isDryRun),
      freeSpace: try await transport.freeSpace(),
      ledger: known, format: { try AudioFormat.of(FileSource(path: $0.path)) },
      recognise: { try await tracks.recognise($0, $1, on: transport) },
      playlistState: { try await transport.state(of: $0) },
      metadataLength: { try tracks.metadataLength(of: $0) },
      covers: try await SyncCovers(of: transport, profile),
      complaint: { transport.complaint(about: $0, at: $1) })
    var outcome = SyncOutcome(plan, player: transport.playerName, profile: profile.id)
    guard let ledger else { return outcome }
    let display = SyncDisplay(isQuiet: common.json)
    defer { display.end() }
    let sync = Sync(to: transport, ledger: ledger) { item throws(PinstripeError) in
      try tracks.stream(of: item)
    }
    var summary = SyncSummary()
    do {
      try await sync.run(plan, counting: &summary) { display.show($0) }
    } catch let error as PinstripeError where plan.missingSpace == 0 {
      // What was done before is told with it.
      outcome.interruption = error
    }
    outcome.summary = summary
    return outcome
  }

  /// How tracks are made; nil where the player gets files as they are.
  private func recipe(for profile: DeviceProfile, _ store: KeyStore?) throws -> TrackRecipe? {
    if let store {
      return try pattern.recipe(
        following: profile, for: try recipients.wrappingKeys(keys, in: store))
    }
    guard profile.decoder == .none else {
      throw PinstripeError(
        .usage, "This player decrypts tracks; say which key it has: --device NAME.")
    }
    return nil
  }
}
