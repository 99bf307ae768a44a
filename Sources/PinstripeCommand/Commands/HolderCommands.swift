import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfiles

/// Whose keys the commands below `keys user` and `keys group` are about; they are the same commands.
protocol HolderKind {
  static var kind: SharedKey.Kind { get }
}

/// `keys user …`.
enum UserKind: HolderKind {
  static var kind: SharedKey.Kind { .user }
}

/// `keys group …`.
enum GroupKind: HolderKind {
  static var kind: SharedKey.Kind { .group }
}

/// The commands `pinstripe keys user` and `pinstripe keys group`.
struct HolderCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let name = Kind.kind.name
    let whose = name == "user" ? "one person's, for all their devices" : "several people's"
    return CommandConfiguration(
      commandName: name,
      abstract: "Make a \(name)'s key, give it to devices, and start it anew.",
      discussion: """
        A \(name)'s key is \(whose): a track that is packed with --\(name) opens on every device \
        that was granted the key. A grant is a file for one device; it opens there and nowhere \
        else, so it may travel over any channel. 'retire' starts a new generation: tracks made from \
        then on are closed to whoever is not granted it, and old tracks stay readable. What was \
        granted once cannot be taken back.
        """,
      subcommands: [
        NewHolderCommand<Kind>.self, ListHoldersCommand<Kind>.self, GrantCommand<Kind>.self,
        RetireCommand<Kind>.self, ExportHolderCommand<Kind>.self, ImportHolderCommand<Kind>.self,
        RemoveHolderCommand<Kind>.self,
      ])
  }
}

/// The commands `pinstripe keys user new` and `pinstripe keys group new`.
struct NewHolderCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "new", abstract: "Make the first generation of a \(Kind.kind.name)'s key.")
  }

  @Argument(help: "A name, at most 32 bytes; it stays in the key store.")
  var name: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.openOrCreate()
    guard !store.holders.contains(where: { $0.kind == Kind.kind && $0.name == name }) else {
      throw PinstripeError(
        .keys, "A \(Kind.kind.name) is called \"\(name)\" already; choose another name.")
    }
    let holder = try store.addSharedKey(try SharedKey.make(Kind.kind, name: name)).holder
    try common.show(
      holder.json,
      "Made the \(Kind.kind.name) \"\(Terminal.printable(name))\" (\(holder.id)), generation 1, in "
        + "\(Terminal.printable(store.path)).")
  }
}

/// The commands `pinstripe keys user list` and `pinstripe keys group list`.
struct ListHoldersCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "list", abstract: "List the \(Kind.kind.name)s whose keys are here.")
  }

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    let name = Kind.kind.name
    let holders = store.holders.filter { $0.kind == Kind.kind }
    let lines = holders.map { holder in
      "\(holder.id)  generation \(holder.generation)  \(Terminal.printable(holder.name))"
    }
    try common.show(
      .object([
        ("keyStore", .string(store.path)), ("\(name)s", .array(holders.map(\.json))),
      ]),
      (lines.isEmpty ? ["No \(name)s yet; 'pinstripe keys \(name) new NAME' makes one."] : lines)
        .joined(separator: "\n"))
  }
}

/// The commands `pinstripe keys user grant` and `pinstripe keys group grant`.
struct GrantCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "grant", abstract: "Write the \(Kind.kind.name)'s key for one device.",
      discussion: """
        The file holds the key wrapped under the device's own, so that only this device, in the \
        present epoch of its key, can use it. Copy it to where the player looks for grants. No file \
        is ever overwritten.
        """)
  }

  @Argument(help: "The name or id.")
  var name: String

  @Option(help: ArgumentHelp("The device, by name or id.", valueName: "device"))
  var device: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The grant.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Grant this generation. (default: the newest)", valueName: "n"))
  var generation: UInt32?

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    let holder = try keys.holder(name, Kind.kind, in: store)
    let device = try keys.device(device, in: store)
    let key = try store.sharedKey(for: holder.id, generation: generation)
    let grant = try Grant.make(of: key, for: try store.playbackKey(for: device.id))
    try SecretFile.write(try SecretBytes(copying: grant.span), to: output)
    try common.show(
      .object([
        ("grant", .string(output)), ("id", .string("\(holder.id)")),
        ("kind", .string(Kind.kind.name)), ("generation", .number(UInt64(key.generation))),
        ("device", .string("\(device.id)")), ("epoch", .number(UInt64(device.epoch))),
      ]),
      "Granted \(Kind.kind.name) \"\(Terminal.printable(holder.name))\", generation "
        + "\(key.generation), to \"\(Terminal.printable(device.name))\" in \(Terminal.printable(output))."
    )
  }
}

/// The commands `pinstripe keys user retire` and `pinstripe keys group retire`.
struct RetireCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "retire", abstract: "Start a new generation of a \(Kind.kind.name)'s key.",
      discussion: """
        Tracks made from now on are for the new generation: grant it to every device that shall \
        play them. The former generations are kept, so old tracks stay readable, for those who \
        left as well.
        """)
  }

  @Argument(help: "The name or id.")
  var name: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    let holder = try store.retire(try keys.holder(name, Kind.kind, in: store).id)
    try common.show(
      holder.json,
      "\"\(Terminal.printable(holder.name))\" is in generation \(holder.generation) now; grant it to "
        + "the devices that stay.")
  }
}

/// The commands `pinstripe keys user export` and `pinstripe keys group export`.
struct ExportHolderCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "export", abstract: "Write a \(Kind.kind.name)'s key to a file.",
      discussion: """
        For another desktop, where 'import' takes it in. The file is a secret: it is created with \
        mode 0600, and no file is ever overwritten. It has one generation; export each that the \
        other desktop shall read.
        """)
  }

  @Argument(help: "The name or id.")
  var name: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The key's file.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Export this generation. (default: the newest)", valueName: "n"))
  var generation: UInt32?

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    let holder = try keys.holder(name, Kind.kind, in: store)
    let key = try store.sharedKey(for: holder.id, generation: generation)
    try SecretFile.write(try key.encoded(), to: output)
    try common.show(
      .object([
        ("file", .string(output)), ("id", .string("\(holder.id)")),
        ("kind", .string(Kind.kind.name)), ("generation", .number(UInt64(key.generation))),
      ]),
      "Exported generation \(key.generation) to \(Terminal.printable(output)). Keep it secret.")
  }
}

/// The commands `pinstripe keys user import` and `pinstripe keys group import`.
struct ImportHolderCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "import", abstract: "Take in a \(Kind.kind.name)'s key from a file.",
      discussion: "An exported key, or a grant for a device whose playback key is here.")
  }

  @Argument(help: "The exported key, or the grant.")
  var file: String

  @Option(help: "A name for a key that has none here yet, as one from a grant.")
  var name: String = ""

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    // A little more than the file may have, so that a longer one is judged and not cut.
    let bytes = try SecretFile.read(file, maximumSize: 256)
    let store = try keys.openOrCreate()
    let key = try HolderFile.read(bytes, named: file, in: store)
    guard key.kind == Kind.kind else {
      throw PinstripeError(
        .keys,
        "\(file) is a \(key.kind.name)'s key; use 'pinstripe keys \(key.kind.name) import'.")
    }
    let (holder, isNew) = try store.addSharedKey(key, name: name)
    try common.show(
      holder.json,
      "\(isNew ? "Imported" : "Already held") \(Kind.kind.name) "
        + "\"\(Terminal.printable(holder.name))\" (\(holder.id)), generation \(key.generation).")
  }
}

/// A file that brings a user's or group's key.
enum HolderFile {
  static func read(
    _ bytes: SecretBytes, named file: String, in store: KeyStore
  ) throws -> SharedKey {
    do {
      return try bytes.withBytes { span throws(KeyError) in try SharedKey(decoding: span) }
    } catch {
      guard error.code == .wrongKind else { throw error.naming(file) }
    }
    var reason: KeyError?
    for device in store.devices {
      for epoch in device.epochs {
        let key = try store.playbackKey(for: device.id, epoch: epoch)
        do {
          return try bytes.withBytes { span throws(KeyError) in try Grant.open(span, with: key) }
        } catch {
          reason = error
          guard error.code == .otherDevice else { throw error.naming(file) }
        }
      }
    }
    guard let reason else {
      throw PinstripeError(
        .keys, "\(file) is no exported key, and the key store holds no device to open a grant with."
      )
    }
    throw reason.naming(file)
  }
}

/// The commands `pinstripe keys user remove` and `pinstripe keys group remove`.
struct RemoveHolderCommand<Kind: HolderKind>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "remove", abstract: "Forget a \(Kind.kind.name)'s key, with all generations.",
      discussion: """
        Devices keep what they were granted. Without a backup no track can be made for the key any \
        more, and none that is for it alone can be opened here.
        """)
  }

  @Argument(help: "The name or id.")
  var name: String

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let store = try keys.open()
    let holder = try keys.holder(name, Kind.kind, in: store)
    try store.removeHolder(holder.id)
    try common.show(
      holder.json, "Removed \"\(Terminal.printable(holder.name))\" (\(holder.id)).")
  }
}

extension KeyStore.Holder {
  /// The user or group without the keys.
  var json: JSON {
    .object([
      ("id", .string("\(id)")), ("kind", .string(kind.name)), ("name", .string(name)),
      ("generation", .number(UInt64(generation))),
      ("generations", .array(generations.map { .number(UInt64($0)) })),
    ])
  }
}
