import ArgumentParser
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe pack`.
struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Encrypt a file into a track for devices, users or groups.",
    discussion: """
      "-" stands for standard input or output. A file of the output's name is replaced only when \
      the track is complete. What the file's own tags say (ID3, Vorbis comments, MP4) is copied into \
      the track's encrypted metadata, but for pictures beyond 8 MiB; from a pipe only what lies before the music.
      """)

  @Argument(help: "The music, decrypted: any file.")
  var input: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The track.", valueName: "track"))
  var output: String

  @Flag(help: "Encrypt nothing: for works that need no protection.")
  var clear = false

  @Flag(
    inversion: .prefixedNo,
    help: "Keep the file's SHA-256 in the track: to know the track again, and for 'verify'.")
  var digest = true

  @OptionGroup var recipients: RecipientOptions
  @OptionGroup var pattern: PatternOptions
  @OptionGroup var metadata: MetadataOptions
  @OptionGroup var chunks: ChunkOptions
  @OptionGroup var seller: SellerOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try Outputs.validate(output, common)
    guard clear == recipients.isEmpty else {
      throw ValidationError(
        clear
          ? "A clear track is for everybody; leave --device, --user and --group out."
          : "Say who can play the track: --device NAME ('pinstripe device list' shows them).")
    }
    guard !clear || !pattern.isStated else {
      throw ValidationError(
        "A clear track has no pattern; leave --every, --framed, --phase and --suite out.")
    }
  }

  func run() throws {
    guard !clear || seller.rights == nil else {
      throw PinstripeError(.usage, "A clear track is for everybody; leave --rights out.")
    }
    var recipe = TrackRecipe.clear
    if !clear {
      recipe = try pattern.recipe(following: .careful, for: try recipients.wrappingKeys(keys))
    }
    recipe.computesDigest = digest
    try seller.apply(to: &recipe)
    let source = PeekableSource(
      try FileSource(path: input, isCancelled: { Interruption.isRequested }))
    recipe.metadata = try metadata.metadata(of: source)
    try chunks.apply(to: &recipe, length: source.length)
    let bar = ProgressBar("Packing \(source.name)", total: source.length, isQuiet: common.json)
    defer { bar.end() }
    let summary = try Packing.pack(source, recipe: recipe, to: output) { done in
      try Interruption.check()
      bar.update(done)
    }
    bar.end()
    guard output != "-" else { return }
    try common.show(
      .object([
        ("track", .string(output)), ("contentBytes", .number(summary.contentLength)),
        ("encryptedBytes", .number(summary.encryptedLength)),
        ("trackBytes", .number(summary.trackLength)),
        ("notices", .array(summary.notices.map { .string($0) })),
      ]),
      ([
        "Packed \(Terminal.printable(output)): \(Terminal.size(summary.contentLength)), "
          + "\(summary.encryptedLength) of \(summary.contentLength) bytes encrypted."
      ]
        + summary.notices).joined(separator: "\n"))
  }
}

/// Rules for `--output`.
enum Outputs {
  /// Standard output cannot carry both a file and a JSON object.
  static func validate(_ output: String, _ common: CommonOptions) throws {
    if output == "-", common.json {
      throw ValidationError("Standard output takes the file or the JSON, not both; name a file.")
    }
  }
}
