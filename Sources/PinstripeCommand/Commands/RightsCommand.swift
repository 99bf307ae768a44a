import ArgumentParser
import Pinstripe
import PinstripeCore
import PinstripeKeys
import PinstripeProfiles

/// The command `pinstripe rights`.
struct RightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rights",
    abstract: "Issue rights for TEST devices, and show them.",
    discussion: """
      Rights say how often, from when and until when a device may play a track. They carry a tag \
      that only the service which knows the device's secret can make: for TEST devices made here \
      that is this tool. 'pinstripe pack --rights FILE' puts them into a track, which players that \
      do not obey rights then refuse. The desktop itself is not bound by them.
      """,
    subcommands: [IssueRightsCommand.self, ShowRightsCommand.self])
}

/// The command `pinstripe rights issue`.
struct IssueRightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Issue rights for a TEST device.",
    discussion: """
      Play counts are kept by the player, under the id that these rights get. Where a player has no \
      hardware counter, restoring its whole storage resets them. No file is ever overwritten.
      """)

  @Option(help: ArgumentHelp("The TEST device, by name or id.", valueName: "device"))
  var device: String

  @Option(
    help: ArgumentHelp(
      "How often the track may be played, from once on. (default: any number of times)",
      valueName: "n"))
  var plays: UInt32?

  @Option(
    help: ArgumentHelp(
      "When it may be played first, as 2026-11-21 or 2026-11-21T18:00:00Z, in UTC.",
      valueName: "time"))
  var notBefore: String?

  @Option(
    help: ArgumentHelp("When it may be played last; a day counts as a whole.", valueName: "time"))
  var notAfter: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("The rights.", valueName: "file"))
  var output: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    // 0 stands for any number in the record (TrackFormat.md), which nobody means by it.
    guard plays != 0 else {
      throw ValidationError(
        "--plays takes a number from 1 on; leave it out for any number of times.")
    }
  }

  func run() throws {
    let store = try keys.open()
    let keybox = try store.keybox(for: try keys.device(device, in: store).id)
    let (first, last) = (
      try notBefore.map { try UTCTime.parse($0, endsDay: false) } ?? 0,
      try notAfter.map { try UTCTime.parse($0, endsDay: true) } ?? 0
    )
    guard last == 0 || first <= last else {
      throw PinstripeError(.usage, "--not-after lies before --not-before; exchange them.")
    }
    let bytes = try RightsFile.issue(
      for: keybox, plays: plays ?? 0, notBefore: first, notAfter: last)
    try SecretFile.write(try SecretBytes(copying: bytes.span), to: output)
    let record = try RightsFile.read(bytes.span)
    try common.show(
      .object([("rights", .string(output))] + RightsText.json(record)),
      "Issued \(Terminal.printable(output)): \(RightsText.line(record)).")
  }
}

/// The command `pinstripe rights show`.
struct ShowRightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what rights allow.",
    discussion: """
      Their issuer's tag is verified when the key store holds the secret of the TEST device that \
      they are for.
      """)

  @Argument(help: "The rights.")
  var file: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let bytes = try RightsText.read(file)
    let record = try RightsFile.read(bytes.span)
    let isVerified = try verified(bytes, record)
    let told =
      switch isVerified {
      case true?: "yes"
      case false?: "NO: they were edited, and the device will refuse them"
      case nil: record.isIssued ? "no: this needs the device's secret" : "no: they carry no tag"
      }
    let rows: [(String, String)] =
      [
        ("Rights", RightsText.line(record)), ("Rights id", RightsText.hexadecimal(record.rightsID)),
        ("Track id", RightsText.hexadecimal(record.trackID)), ("Verified", told),
      ] + (record.plays > 0 ? [("Note", RightsText.note)] : [])
    try common.show(
      .object(
        [("rights", .string(file))] + RightsText.json(record)
          + [("verified", isVerified.map { .bool($0) } ?? .null)]),
      rows.map { "\($0):".padded(to: 12) + $1 }.joined(separator: "\n"))
  }

  /// Whether the tag is right; nil when that cannot be told here.
  private func verified(_ bytes: [UInt8], _ record: RightsRecord) throws -> Bool? {
    guard record.isIssued, try keys.hasStore() else { return nil }
    let store = try keys.open()
    let id = record.deviceID.indices.map { record.deviceID[$0] }
    guard let device = store.devices.first(where: { $0.id.bytes == id }), device.hasKeybox
    else { return nil }
    let keybox = try store.keybox(for: device.id)
    return try RightsFile.isVerified(bytes.span, with: keybox)
  }
}
