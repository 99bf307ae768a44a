import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfiles

/// The command `pinstripe keys`.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Keep users' and groups' keys, back up the key store, and set what opens it.",
    discussion: """
      A new key store opens with a key file beside it, which only you can read: that protects by \
      file permissions only. 'passwd' makes it open with a passphrase instead.
      """,
    subcommands: [
      HolderCommand<UserKind>.self, HolderCommand<GroupKind>.self, BackupCommand.self,
      RestoreCommand.self, PasswdCommand.self,
    ])
}

/// The command `pinstripe keys backup`.
struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the sealed key store to another file.",
    discussion: "The copy opens with what opens the store now; a key file has to be kept with it.")

  @Argument(help: "The copy; it must not exist.")
  var copy: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    try store.backUp(to: copy)
    try common.show(
      .object([("keyStore", .string(store.path)), ("backup", .string(copy))]),
      "Copied \(Terminal.printable(store.path)) to \(Terminal.printable(copy)).")
  }
}

/// The command `pinstripe keys restore`.
struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup in the key store's place, after proving that it opens.")

  @Argument(help: "The backup.")
  var backup: String

  @Flag(help: "Replace the key store that is there; its keys are lost unless the backup has them.")
  var replace = false

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let location = try keys.location()
    let lock = try keys.lock(
      of: location, deciding: try KeyStore.inspect(backup))
    let store: KeyStore
    do throws(KeyError) {
      store = try KeyStore.restore(
        backup, to: location.store, unlock: lock, replacing: replace)
    } catch {
      guard error.code == .exists else { throw error }
      throw PinstripeError(
        .keys,
        "There is a key store \(location.store) already; --replace puts the backup in its place, and "
          + "keys that the backup does not have are lost then.", underlying: error)
    }
    try common.show(
      .object([("keyStore", .string(store.path)), ("backup", .string(backup))]),
      "Restored \(Terminal.printable(store.path)) with \(store.devices.count) devices, and \(store.holders.count) users "
        + "and groups.")
  }
}

/// The command `pinstripe keys passwd`.
struct PasswdCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passwd",
    abstract: "Make the key store open with a new passphrase.",
    discussion: """
      The passphrase is asked for on the terminal, or read from a descriptor; it is never given on \
      the command line, where other users could read it.
      """)

  @Option(
    name: .customLong("new-passphrase-fd"),
    help: ArgumentHelp("Read the new passphrase from this file descriptor.", valueName: "n"))
  var newDescriptor: Int32?

  @Flag(name: .customLong("key-file"), help: "Go back to the key file: file permissions only.")
  var toKeyFile = false

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let location = try keys.location()
    let former = try keys.lock(of: location)
    let store = try KeyStore.open(at: location.store, unlock: former)
    let lock: KeyStoreLock =
      toKeyFile
      ? .keyFile(location.keyFile)
      : .passphrase(try Passphrase.readNew(descriptor: newDescriptor))
    try store.changeLock(from: former, to: lock)
    let label = store.summary.locks.map(\.label).joined(separator: ", ")
    try common.show(
      .object([
        ("keyStore", .string(store.path)),
        ("locks", .array(store.summary.locks.map { .string($0.label) })),
      ]),
      "\(Terminal.printable(store.path)) opens with: \(label).")
  }
}
