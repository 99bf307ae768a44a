import ArgumentParser
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe pack`.
struct PackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pack",
    abstract: "Encrypt a file into a track for a device.",
    discussion: """
      "-" stands for standard input or output. A file of the output's name is replaced only when \
      the track is complete.
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

  @OptionGroup var pattern: PatternOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try Outputs.validate(output, common)
    guard clear == pattern.devices.isEmpty else {
      throw ValidationError(
        clear
          ? "A clear track is for everybody; leave --device out."
          : "Say who can play the track: --device NAME ('pinstripe device list' shows them).")
    }
    guard !clear || !pattern.isStated else {
      throw ValidationError("A clear track has no pattern; leave --every, --framed, --phase and --suite out.")
    }
  }

  func run() throws {
    var recipe = TrackRecipe.clear
    recipe.metadata = pattern.metadata
    if !clear { recipe = try pattern.recipe(following: .careful, keys: keys) }
    recipe.computesDigest = digest
    let source = try FileSource(path: input, isCancelled: { Interruption.isRequested })
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
      (["Packed \(output): \(Terminal.size(summary.contentLength)), "
        + "\(summary.encryptedLength) of \(summary.contentLength) bytes encrypted."]
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
