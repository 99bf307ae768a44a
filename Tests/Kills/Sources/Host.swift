import Glibc
import Pinstripe
import PinstripeCore
import PinstripeKeys
import PinstripeProfile
import PinstripeTestSupport

/// What both processes know: a folder with the library, the ledger and the player's keybox.
struct Bench {
  let folder: String
  let profile: DeviceProfile

  init(folder: String, hasNoRename: Bool) {
    self.folder = folder
    var profile = DeviceProfile(id: "test", name: "Test player")
    if hasNoRename { profile.quirks = [.noRename] }
    self.profile = profile
  }

  /// The player's wrapping key.
  func key() throws -> WrappingKey {
    let bytes = try SecretFile.read("\(folder)/keybox", maximumSize: 1024)
    return try bytes.withBytes { try Keybox(decoding: $0) }.playbackKey(name: "Test").wrappingKey()
  }

  /// Syncs the library with a player, as the tool does it.
  func sync(with player: any PlayerEnd) async throws {
    let transport = try await MTPTransport(
      opening: LoopbackPipe(to: player, chunkSize: 4608), profile: profile, name: "Test player")
    transport.keepParts(in: PartJournal(path: "\(folder)/part", minimum: 50_000))
    var recipe = try TrackRecipe(following: profile, for: [try key()])
    // Every byte is protected, so that none may be found in clear.
    recipe.pattern = try StripePattern(every: 1)
    let tracks = SyncTracks(recipe)
    let ledger = try SyncLedger(path: "\(folder)/ledger")
    let plan = try await SyncPlanner(profile, protection: tracks.protection).plan(
      SyncSource(paths: ["\(folder)/library"]), tracks: try await transport.list(tidying: true),
      freeSpace: try await transport.freeSpace(), ledger: ledger.contents,
      format: { try AudioFormat.of(FileSource(path: $0.path)) },
      recognise: { try await tracks.recognise($0, $1, on: transport) },
      playlistState: { try await transport.state(of: $0) })
    let sync = Sync(to: transport, ledger: ledger) { item throws(PinstripeError) in
      try tracks.stream(of: item)
    }
    let summary = try await sync.run(plan)
    if let failure = summary.failures.first { throw failure.error }
    await transport.close()
  }
}
