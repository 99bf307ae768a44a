import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe push`.
struct PushCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "push",
    abstract: "Encrypt a file and send it to a player, in one step.",
    discussion: """
      With --device, --user or --group the file is encrypted while it is sent. A file that is a track already is sent \
      as it is. To a player that cannot decrypt, other files go unprotected, and the tool says so. \
      The track appears on the player under its name when it is complete and verified. A player that cannot \
      rename shows it under its name from the start; what a killed push leaves there stays until \
      --replace or 'pinstripe rm'.

      --replace keeps the old track until then. A player that can neither rename nor hold two \
      tracks of one name loses the old one first, and when the transfer fails it has neither.

      A picture in the music's tags, or in a folder.jpg or cover.jpg beside it, goes along as with \
      'pinstripe sync', unless --no-tags is given; one that is damaged or refused stops no track. \
      It goes unencrypted; none goes where the profile hides metadata.

      A transfer of 8 MiB or more that the cable cut off goes on where it ended when the same file is \
      pushed again, where the player keeps the part and can edit it.
      """)

  @Argument(help: "The music, or a track that was packed before.")
  var input: String

  @Option(help: "Its name on the player; folders may be in it. (default: made of the input's)")
  var name: String?

  @Flag(help: "Replace a track of that name; as a rule it stays until the new one is complete.")
  var replace = false

  @OptionGroup var recipients: RecipientOptions
  @OptionGroup var pattern: PatternOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var chunks: ChunkOptions
  @OptionGroup var seller: SellerOptions
  @OptionGroup var player: PlayerOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() async throws {
    let command = self
    let sent = try await player.withTransport { transport, profile in
      try await command.send(to: transport, profile)
    }
    let how = sent.encrypted.map { "\($0) bytes encrypted" } ?? sent.protection
    try common.show(
      .object([
        ("name", .string(sent.name)), ("player", .string(sent.player)),
        ("profile", .string(sent.profile)),
        ("protection", .string(sent.protection)), ("bytes", .number(sent.bytes)),
        ("encryptedBytes", .optional(sent.encrypted)), ("resumedAt", .number(sent.resumedAt)),
        ("milliseconds", .number(sent.milliseconds)), ("picture", .bool(sent.hasPicture)),
        ("pictureProblem", .optional(sent.pictureProblem)),
      ]),
      "Sent \"\(Terminal.printable(sent.name))\" to \(Terminal.printable(sent.player)): "
        + "\(Terminal.size(sent.bytes)), \(how), \(sent.resumption)\(sent.rate)"
        + "\(sent.hasPicture ? "; with its picture" : "")."
        + (sent.pictureProblem.map { "\n\(Terminal.printable($0))" } ?? ""))
  }

  private struct Sent: Sendable {
    let name: String
    let player: String
    let profile: String
    let protection: String
    let bytes: UInt64
    let encrypted: UInt64?
    /// Bytes that were there of an attempt that was cut off.
    let resumedAt: UInt64
    let milliseconds: UInt64
    /// Whether its picture went along.
    let hasPicture: Bool
    /// Why a picture that there is did not.
    let pictureProblem: String?

    var rate: String {
      let sent = bytes - min(resumedAt, bytes)
      return milliseconds > 0 ? "\(Terminal.size(sent * 1000 / milliseconds))/s" : "in no time"
    }

    var resumption: String {
      resumedAt > 0 ? "resumed at \(Terminal.size(resumedAt)), " : ""
    }
  }

  private func send(
    to transport: any Transport, _ profile: DeviceProfile
  ) async throws -> Sent {
    let source = try FileSource(path: input, isCancelled: { Interruption.isRequested })
    try transport.admit(source)
    let isTrack = try TrackFile.isTrack(source)
    let store = recipients.isEmpty || isTrack ? nil : try keys.open()
    let profile = try await PlayerDescriptor.refine(profile, of: transport, with: store)
    let (stream, protection, disguise) = try stream(source, isTrack, profile, store)
    let isHidden = profile.protection.metadata == .hidden
    let name =
      name ?? disguise.flatMap { isHidden ? $0 + TrackName.suffix : nil }
      ?? TrackName.make(
        from: source.name, isProtected: disguise != nil, rules: profile.storage)
    let bar = ProgressBar("Sending \(name)", total: stream.length, isQuiet: common.json)
    defer { bar.end() }
    let start = ContinuousClock.now
    let resumedAt = try await transport.put(stream, named: name, replacing: replace) {
      bar.update($0)
    }
    let time = start.duration(to: .now)
    let (hasPicture, problem) =
      metadata.ignoresTags
      ? (false, nil)
      : try await Sync.sendPicture(
        of: input, at: name, stream.properties ?? TrackProperties(path: input), to: transport,
        profile)
    return Sent(
      name: name, player: transport.playerName, profile: profile.id, protection: protection,
      bytes: stream.length ?? 0, encrypted: (stream as? TrackStream)?.encryptedLength,
      resumedAt: resumedAt, milliseconds: time.milliseconds, hasPicture: hasPicture,
      pictureProblem: problem)
  }

  /// What is sent, how it is protected, and, for a track, a name that tells nobody what it is.
  private func stream(
    _ source: FileSource, _ isTrack: Bool, _ profile: DeviceProfile, _ store: KeyStore?
  ) throws -> (any ByteStream, String, String?) {
    if isTrack {
      try Rewrapping.recover(input)
      return (ClearStream(source), "already a track", TrackName.random())
    }
    guard let store else {
      guard profile.decoder == .none else {
        throw PinstripeError(
          .usage, "This player decrypts tracks; say which key it has: --device NAME.")
      }
      guard !seller.isStated, !chunks.isStated else {
        throw PinstripeError(
          .usage,
          "This player gets the file as it is; leave --purchaser, --rights and --chunk-tags out.")
      }
      let stream = ClearStream(source, format: try .of(source))
      stream.properties = metadata.properties(ofFileAt: input)
      return (stream, "unprotected", nil)
    }
    var recipe = try pattern.recipe(
      following: profile, for: try recipients.wrappingKeys(keys, in: store))
    recipe.metadata = try metadata.metadata(of: PeekableSource(source))
    try seller.apply(to: &recipe)
    try chunks.apply(to: &recipe, length: source.length)
    let stream = try TrackStream(source, recipe: recipe)
    stream.properties = metadata.properties(ofFileAt: input)
    return (stream, "encrypted", try SyncTracks(recipe).disguise?(source.name))
  }
}
