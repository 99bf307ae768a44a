import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfiles

/// The track to read, and the keys to open it with.
struct TrackOptions: ParsableArguments {
  @Argument(help: "The track; \"-\" is standard input.")
  var track: String

  @Option(
    name: .customLong("device"),
    help: ArgumentHelp(
      "Open it with this device's key only. (default: every key in the key store)",
      valueName: "device"))
  var devices: [String] = []

  /// Opens the track; an unprotected one needs no key store.
  func open(_ keys: KeyOptions) throws -> TrackFile {
    try TrackFile(
      path: track, keys: try keys.wrappingKeys(devices),
      isCancelled: { Interruption.isRequested })
  }

  /// Opens the track, or, unless it has to open with a certain key, describes another player's.
  func examine(_ keys: KeyOptions) throws -> (track: TrackFile?, description: TrackDescription) {
    guard devices.isEmpty else {
      let file = try open(keys)
      return (file, file.description)
    }
    return try TrackFile.examine(
      path: track, keys: try keys.wrappingKeys([]), isCancelled: { Interruption.isRequested })
  }
}

/// The command `pinstripe unpack`.
struct UnpackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unpack",
    abstract: "Decrypt a track.",
    discussion: """
      What comes out is compared with the digest that the track was packed with. A file appears \
      only when everything fits; "-" is standard output, which has the bytes before that is known, \
      unless the track has chunk tags: then nothing comes out that was changed.
      """)

  @OptionGroup var track: TrackOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("The decrypted file.", valueName: "file"))
  var output: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    try Outputs.validate(output, common)
  }

  func run() throws {
    let file = try track.open(keys)
    let bar = ProgressBar("Unpacking \(file.name)", total: file.length, isQuiet: common.json)
    defer { bar.end() }
    let summary = try Packing.unpack(file, to: output) { done in
      try Interruption.check()
      bar.update(done)
    }
    bar.end()
    guard output != "-" else { return }
    try common.show(
      .object([("file", .string(output)), ("contentBytes", .number(summary.contentLength))]),
      "Unpacked \(Terminal.printable(output)): \(Terminal.size(summary.contentLength)).")
  }
}

/// The command `pinstripe verify`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a track from its header to its last byte.",
    discussion: """
      The header's tag proves who it is for and how it is laid out; the digest in its metadata, \
      and its chunk tags where there are any, prove the music.
      """)

  @OptionGroup var track: TrackOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let file = try track.open(keys)
    let bar = ProgressBar("Verifying \(file.name)", total: file.length, isQuiet: common.json)
    defer { bar.end() }
    let summary = try Packing.verify(file) { done in
      try Interruption.check()
      bar.update(done)
    }
    bar.end()
    let name = Terminal.printable(track.track)
    let hasDigest = file.metadata.contentDigest != nil
    try common.show(
      .object([
        ("track", .string(track.track)), ("headerVerified", .bool(true)),
        ("contentVerified", .bool(hasDigest || file.chunkSize != nil)),
        ("chunkBytes", .optional(file.chunkSize.map(UInt64.init))),
        ("contentBytes", .number(summary.contentLength)),
      ]),
      hasDigest || file.chunkSize != nil
        ? "\(name) is whole: the header and all \(summary.contentLength) bytes verified."
        : "\(name): the header is verified; the track holds no digest of its content.")
  }
}
