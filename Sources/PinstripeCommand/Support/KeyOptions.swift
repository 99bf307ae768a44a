import ArgumentParser
import Pinstripe
import PinstripeKeys

/// Which key store, and how it opens.
struct KeyOptions: ParsableArguments {
  @Option(
    name: .customLong("keys"),
    help: ArgumentHelp(
      "The key store. (default: $PINSTRIPE_KEYS, or keys.pks in ~/.local/share/pinstripe)",
      valueName: "file"))
  var path: String?

  @Option(
    name: .customLong("passphrase-fd"),
    help: ArgumentHelp(
      "Read the key store's passphrase from this file descriptor instead of the terminal.",
      valueName: "n"))
  var descriptor: Int32?

  /// Where the store and its key file are.
  func location() throws -> KeyStoreLocation {
    if let path { return KeyStoreLocation(store: path) }
    guard let location = KeyStoreLocation.standard else {
      throw PinstripeError(
        .keys, "There is no home folder to keep keys in; set HOME, or name a store with --keys.")
    }
    return location
  }

  /// Opens the store; asks for the passphrase where it has one and no key file opens it.
  func open() throws -> KeyStore {
    let location = try location()
    guard try hasStore() else {
      throw PinstripeError(
        .keys,
        "There is no key store \(location.store); 'pinstripe device new NAME' makes one, --keys "
          + "names another.")
    }
    return try KeyStore.open(at: location.store, unlock: try lock(of: location))
  }

  /// Opens the store, or makes one that a key file beside it opens.
  func openOrCreate() throws -> KeyStore {
    if try hasStore() { return try open() }
    let location = try location()
    do throws(KeyError) {
      return try KeyStore.create(at: location.store, lock: .keyFile(location.keyFile))
    } catch {
      // Another program made it in the meantime.
      guard error.code == .exists else { throw error }
    }
    return try open()
  }

  /// Whether there is a store; one whose key file is missing is one too.
  func hasStore() throws(KeyError) -> Bool {
    guard let location = try? location() else { return false }
    do throws(KeyError) {
      _ = try KeyStore.inspect(location.store)
      return true
    } catch {
      guard error.code == .notFound else { throw error }
      return false
    }
  }

  /// What opens the store.
  ///
  /// - Parameter summary: What the store says of its locks; that at `location` when nil.
  func lock(
    of location: KeyStoreLocation, deciding summary: KeyStoreSummary? = nil
  ) throws -> KeyStoreLock {
    let locks = try summary?.locks ?? KeyStore.inspect(location.store).locks
    let hasPassphrase = locks.contains { $0.kind == .passphrase }
    let hasKeyFile = locks.contains { $0.kind == .keyFile }
    guard hasPassphrase, descriptor != nil || !hasKeyFile else {
      return .keyFile(location.keyFile)
    }
    return .passphrase(
      try Passphrase.read(descriptor: descriptor, prompt: "Passphrase of the key store: "))
  }

  /// The wrapping keys of the named devices, or all in the store: every epoch's and generation's.
  ///
  /// All keys of a key store that is not there are none.
  func wrappingKeys(_ names: [String]) throws -> [WrappingKey] {
    if names.isEmpty, try !hasStore() { return [] }
    let store = try open()
    let devices =
      names.isEmpty ? store.devices : try names.map { name in try device(name, in: store) }
    let own = try devices.flatMap { device in
      try device.epochs.map { epoch in
        try store.playbackKey(for: device.id, epoch: epoch).wrappingKey()
      }
    }
    guard names.isEmpty else { return own }
    return try own
      + store.holders.flatMap { holder in
        try holder.generations.map { generation in
          try store.sharedKey(for: holder.id, generation: generation).wrappingKey()
        }
      }
  }

  /// The user or group that a person means: by name, id, or the id's beginning.
  func holder(
    _ text: String, _ kind: SharedKey.Kind, in store: KeyStore
  ) throws -> KeyStore.Holder {
    let wanted = text.lowercased()
    let all = store.holders.filter { $0.kind == kind }
    let exact = all.filter { $0.name == text || $0.id.description == wanted }
    let found =
      exact.isEmpty && wanted.count >= 4
      ? all.filter { $0.id.description.hasPrefix(wanted) } : exact
    guard let holder = found.first else {
      throw PinstripeError(
        .keys,
        "The key store holds no \(kind.name) \"\(text)\"; 'pinstripe keys \(kind.name) list' shows "
          + "those it holds.")
    }
    guard found.count == 1 else {
      throw PinstripeError(
        .keys,
        "Several \(kind.name)s are called \"\(text)\"; name one by its id (pinstripe keys "
          + "\(kind.name) list).")
    }
    return holder
  }

  /// The device that a person means: by its name, its id, or the id's beginning.
  func device(_ text: String, in store: KeyStore) throws -> KeyStore.Device {
    let wanted = text.lowercased()
    let exact = store.devices.filter { $0.name == text || $0.id.description == wanted }
    let found =
      exact.isEmpty && wanted.count >= 4
      ? store.devices.filter { $0.id.description.hasPrefix(wanted) } : exact
    guard let device = found.first else {
      throw PinstripeError(
        .keys,
        "The key store holds no device \"\(text)\"; 'pinstripe device list' shows those it holds.")
    }
    guard found.count == 1 else {
      throw PinstripeError(
        .keys, "Several devices are called \"\(text)\"; name one by its id (pinstripe device list)."
      )
    }
    return device
  }
}
