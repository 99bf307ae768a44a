import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfiles

/// The command `pinstripe device`.
struct DeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device",
    abstract: "Create, list, export, import and describe devices.",
    discussion: """
      A device holds a secret of its own, in its keybox. This computer holds only the playback key \
      that is derived from it. A real device's playback key comes from whoever made the device: \
      import it. For trying things out, 'new' makes a TEST device, whose keybox production players \
      refuse.
      """,
    subcommands: [
      NewDeviceCommand.self, ListDevicesCommand.self, ExportDeviceCommand.self,
      ImportDeviceCommand.self, RemoveDeviceCommand.self, DescribeDeviceCommand.self,
      DeviceDescriptorCommand.self,
    ])
}

/// The command `pinstripe device new`.
struct NewDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a TEST device and keep its keys.")

  @Argument(help: "A name for it, at most 32 bytes.")
  var name: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.openOrCreate()
    guard !store.devices.contains(where: { $0.name == name }) else {
      throw PinstripeError(.keys, "A device is called \"\(name)\" already; choose another name.")
    }
    let device = try store.addDevice(try Keybox.makeTest(), name: name)
    try common.show(
      device.json,
      "Made the TEST device \"\(Terminal.printable(name))\" (\(device.id)) in \(Terminal.printable(store.path))."
    )
  }
}

/// The command `pinstripe device list`.
struct ListDevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the devices whose keys are here.")

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    try common.show(
      .object([
        ("keyStore", .string(store.path)),
        ("locks", .array(store.summary.locks.map { .string($0.label) })),
        ("devices", .array(store.devices.map(\.json))),
      ]),
      text(store))
  }

  private func text(_ store: KeyStore) -> String {
    let devices = store.devices.map { device in
      let kind = device.isTest ? "TEST" : "production"
      return "\(device.id)  epoch \(device.epoch)  \(kind)  \(Terminal.printable(device.name))"
    }
    let locks = store.summary.locks.map(\.label).joined(separator: ", ")
    return (devices.isEmpty ? ["No devices yet; 'pinstripe device new NAME' makes one."] : devices)
      .joined(separator: "\n")
      + "\nKey store: \(Terminal.printable(store.path)); opens with: \(locks)"
  }
}

/// The command `pinstripe device export`.
struct ExportDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a device's keybox, or its playback key, to a file.",
    discussion: """
      The keybox goes into the device; it exists here for TEST devices only. The playback key goes \
      to another desktop. Both files are secrets: they are created with mode 0600, and no file is \
      ever overwritten.
      """)

  @Argument(help: "The device's name or id.")
  var device: String

  @Option(help: ArgumentHelp("Write the keybox to this file.", valueName: "file"))
  var keybox: String?

  @Option(help: ArgumentHelp("Write the playback key to this file.", valueName: "file"))
  var playback: String?

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard keybox != nil || playback != nil else {
      throw ValidationError("Say what to export: --keybox FILE or --playback FILE.")
    }
  }

  func run() throws {
    let store = try keys.open()
    let device = try keys.device(device, in: store)
    var written: [(String, JSON)] = []
    if let keybox {
      let box = try store.keybox(for: device.id)
      try SecretFile.write(try box.encoded(), to: keybox)
      written.append(("keybox", .string(keybox)))
    }
    if let playback {
      let key = try store.playbackKey(for: device.id)
      try SecretFile.write(try key.encoded(), to: playback)
      written.append(("playback", .string(playback)))
    }
    let files = written.map { "\($0.0) to \($0.1.text)" }.joined(separator: ", ")
    try common.show(
      .object([("device", .string("\(device.id)"))] + written),
      "Exported \(Terminal.printable(files)). Keep it secret."
    )
  }
}

/// The command `pinstripe device import`.
struct ImportDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take in a device's playback key from a file.")

  @Argument(help: "The playback key's file.")
  var file: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    // A little more than the file may have, so that a longer one is judged and not cut.
    let bytes = try SecretFile.read(file, maximumSize: 256)
    let key: PlaybackKey
    do throws(KeyError) {
      key = try bytes.withBytes { span throws(KeyError) in try PlaybackKey(decoding: span) }
    } catch {
      throw error.naming(file)
    }
    let store = try keys.openOrCreate()
    let (device, isNew) = try store.importPlaybackKey(key)
    try common.show(
      device.json,
      "\(isNew ? "Imported" : "Already held") \"\(Terminal.printable(device.name))\" (\(device.id))."
    )
  }
}

/// The command `pinstripe device remove`.
struct RemoveDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Forget a device's keys.",
    discussion:
      "Tracks made for it stay playable on it; without a backup none can be made any more.")

  @Argument(help: "The device's name or id.")
  var device: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    let device = try keys.device(device, in: store)
    try store.removeDevice(device.id)
    try common.show(device.json, "Removed \"\(Terminal.printable(device.name))\" (\(device.id)).")
  }
}

extension KeyStore.Device {
  /// The device without its keys.
  var json: JSON {
    .object([
      ("id", .string("\(id)")), ("name", .string(name)), ("test", .bool(isTest)),
      ("epoch", .number(UInt64(epoch))), ("keybox", .bool(hasKeybox)),
    ])
  }
}

extension JSON {
  /// A string's text; empty for others.
  fileprivate var text: String {
    if case .string(let text) = self { text } else { "" }
  }
}
