import ArgumentParser
import Glibc
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe profiles`.
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles",
    abstract: "Show, judge and draft the device profiles.",
    discussion: """
      A profile says what one player model is and needs. Those that are compiled in are overridden, by \
      id, by files of /etc/pinstripe/profiles, and those by files of \
      $XDG_CONFIG_HOME/pinstripe/profiles (~/.config/pinstripe/profiles).
      """,
    subcommands: [
      ProfilesListCommand.self, ProfilesShowCommand.self, ProfilesLintCommand.self,
      ProfilesMatchCommand.self, ProfilesNewCommand.self, ProfilesDiffCommand.self,
    ])
}

/// The command `pinstripe profiles list`.
struct ProfilesListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the profiles, and the files that cannot be used.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let registry = common.json ? .standard() : PlayerOptions.registry()
    let entries = registry.entries.sorted { $0.profile.id < $1.profile.id }
    try common.show(
      .object([
        ("profiles", .array(entries.map(Self.json))),
        ("problems", .array(registry.problems.map { .string("\($0)") })),
      ]),
      entries.map(Self.text).joined(separator: "\n"))
  }

  private static func json(_ entry: ProfileRegistry.Entry) -> JSON {
    let modes = entry.profile.modes.map { mode in
      JSON.object([
        ("protocol", .string(mode.usbProtocol.rawValue)), ("usb", .string(mode.ids)),
      ])
    }
    return .object([
      ("id", .string(entry.profile.id)), ("name", .string(entry.profile.name)),
      ("modes", .array(modes)), ("decoder", .string(entry.profile.decoder.rawValue)),
      ("origin", .string(entry.origin)),
    ])
  }

  private static func text(_ entry: ProfileRegistry.Entry) -> String {
    let ids = entry.profile.modes.map(\.ids).joined(separator: ", ")
    let origin = entry.origin.contains("/") ? ", \(entry.origin)" : ""
    let plays = entry.profile.decoder == .pinstripe ? ", plays protected tracks" : ""
    return Terminal.printable(
      "\(entry.profile.id.padded(to: 30))\(entry.profile.name) (\(ids))\(plays)\(origin)")
  }
}

/// The command `pinstripe profiles show`.
struct ProfilesShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a profile with all its values and their evidence.",
    discussion: """
      Prints it as a file that needs no family, which may be the beginning of one's own: its id is to be \
      changed, or it takes the place of the other.
      """)

  @Argument(help: "The profile's id, as 'pinstripe profiles list' shows it.")
  var id: String

  @OptionGroup var common: CommonOptions

  func run() throws {
    let registry = PlayerOptions.registry()
    let entry = registry.entry(id: id)
    guard let profile = entry?.profile ?? (id == DeviceProfile.careful.id ? .careful : nil)
    else {
      throw PinstripeError(
        .usage, "There is no profile \"\(id)\"; 'pinstripe profiles list' shows those there are.")
    }
    try common.show(
      .object([("profile", profile.json), ("origin", .optional(entry?.origin))]),
      Terminal.printable(lines: profile.fileText.split(separator: "\n").map(String.init)))
  }
}

/// The command `pinstripe profiles lint`.
struct ProfilesLintCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint", abstract: "Judge profiles as strictly as the built-in ones are.",
    discussion: """
      Looks for what the reader refuses, for matches that two profiles claim or that can never match, for \
      what no program could obey, and for facts without evidence. Each finding is a line with file, \
      line and column on standard output; with any, the exit status is 78.
      """)

  @Argument(help: "Files, judged beside the built-in profiles. (default: all that would be used)")
  var files: [String] = []

  @OptionGroup var common: CommonOptions

  func run() throws {
    if let missing = files.first(where: { access($0, R_OK) != 0 }) {
      throw PinstripeError(
        .noInput, "\(missing) cannot be read: \(String(cString: strerror(errno))).")
    }
    let registry =
      files.isEmpty ? ProfileRegistry.standard() : ProfileRegistry.builtIn(with: files)
    let findings = ProfileLint.findings(in: registry).map { "\($0)" }
    guard findings.isEmpty else {
      if !common.json { print(Terminal.printable(lines: findings)) }
      let said = common.json ? ": " + findings.joined(separator: "; ") : ""
      let count = findings.count == 1 ? "1 finding" : "\(findings.count) findings"
      throw PinstripeError(.profile, "The profiles are not in order, \(count)\(said).")
    }
    let count = registry.entries.count
    try common.show(
      .object([("profiles", .number(UInt64(count)))]), "\(count) profiles are in order.")
  }
}

/// The command `pinstripe profiles match`.
struct ProfilesMatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "match", abstract: "Tell which profile a device would get, and why.",
    discussion: "'pinstripe players' tells it of those that are plugged in.")

  @Argument(help: "idVendor and idProduct, as in 0781:74d0.")
  var usb: String

  @Option(help: "iManufacturer.")
  var manufacturer: String?

  @Option(help: "iProduct.")
  var product: String?

  @Option(help: "iSerialNumber.")
  var serial: String?

  @Option(help: ArgumentHelp("bcdDevice, four hexadecimal digits.", valueName: "bcd"))
  var bcdDevice: String?

  @Option(help: "What MTP's DeviceInfo calls the maker.")
  var infoManufacturer: String?

  @Option(help: "What MTP's DeviceInfo calls the model.")
  var infoModel: String?

  @Option(help: "What MTP's DeviceInfo calls its version, which is the firmware's.")
  var firmware: String?

  @OptionGroup var common: CommonOptions

  func run() throws {
    var device = try identity()
    let registry = PlayerOptions.registry()
    let known = registry.match(device)
    device.hasMTPInterface = true
    guard let match = known ?? registry.match(device) else { return }
    let reason =
      known?.reason ?? "no profile describes it; it gets this one if it has an MTP interface"
    try common.show(
      .object([
        ("profile", .string(match.profile.id)), ("reason", .string(reason)),
        ("protocol", .string(match.usbProtocol.rawValue)),
        ("advice", .optional(match.switchingAdvice)),
      ]),
      Terminal.printable(
        lines: ["\(match.profile.id): \(reason)", match.switchingAdvice].compactMap(\.self)))
  }

  private func identity() throws -> PlayerIdentity {
    let parts = usb.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let vendor = Self.number(parts[0]), let id = Self.number(parts[1])
    else { throw PinstripeError(.usage, "The ids are two of four digits, as in 0781:74d0.") }
    var device = PlayerIdentity(vendorID: vendor, productID: id)
    if let bcdDevice {
      guard let number = Self.number(bcdDevice) else {
        throw PinstripeError(.usage, "--bcd-device takes four hexadecimal digits, as in 0123.")
      }
      device.release = number
    }
    (device.manufacturer, device.product, device.serialNumber) = (manufacturer, product, serial)
    if infoManufacturer != nil || infoModel != nil || firmware != nil {
      device.deviceInfo = DeviceInfoIdentity(
        manufacturer: infoManufacturer ?? "", model: infoModel ?? "", version: firmware ?? "")
    }
    return device
  }

  private static func number(_ digits: some StringProtocol) -> UInt16? {
    digits.utf8.count == 4 && !digits.hasPrefix("+") ? UInt16(digits, radix: 16) : nil
  }
}
