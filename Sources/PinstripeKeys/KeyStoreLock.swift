/// What opens a key store.
public enum KeyStoreLock: Sendable {
  /// A passphrase of 1 to ``KeyStoreLayout/maximumPassphrase`` bytes, UTF-8 as typed.
  case passphrase(SecretBytes, cost: ScryptCost = .standard)
  /// A file of mode 0600 with a random key: protects by file permissions only, that is, not against
  /// whoever reads the disk or is root. Made when it is to be a new lock and does not exist.
  case keyFile(String)
}

extension KeyStoreLock {
  /// Computes the lock's key for a slot to be written.
  func prepared(calls: FileCalls) throws(KeyError) -> PreparedLock {
    switch self {
    case .passphrase(let passphrase, let cost):
      return try PreparedLock(passphrase: passphrase, cost: cost)
    case .keyFile(let path):
      return try PreparedLock(Self.keyFile(makingAt: path, calls: calls))
    }
  }

  /// Finds the slot that opens, and the master key in it.
  ///
  /// - Throws: ``KeyError/Code/wrongLock`` when none does; for a key file what is wrong with it.
  func unlock(
    _ store: SealedKeyStore, calls: FileCalls
  ) throws(KeyError) -> (slot: [UInt8], master: SecretBytes) {
    switch self {
    case .passphrase(let passphrase, _): try Self.unlock(store, passphrase: passphrase)
    case .keyFile(let path): try Self.unlock(store, keyFile: path, calls: calls)
    }
  }

  private static func unlock(
    _ store: SealedKeyStore, passphrase: SecretBytes
  ) throws(KeyError) -> (slot: [UInt8], master: SecretBytes) {
    var tried = false
    for slot in store.slots {
      guard case .passphrase(let cost) = slot.kind else { continue }
      tried = true
      let key = try Scrypt.key(from: passphrase, salt: slot.salt.span, cost: cost)
      if let master = try KeyWrapping.unwrap(slot.wrap.span, under: key) {
        return (slot.id, master)
      }
    }
    guard tried else {
      throw KeyError(
        .wrongLock, "this key store opens with a key file, not with a passphrase; name that file")
    }
    throw KeyError(.wrongLock, "the passphrase is wrong; try again")
  }

  private static func unlock(
    _ store: SealedKeyStore, keyFile path: String, calls: FileCalls
  ) throws(KeyError) -> (slot: [UInt8], master: SecretBytes) {
    let file = try readKeyFile(path, calls: calls)
    for slot in store.slots where slot.id == file.id {
      guard case .keyFile = slot.kind else { continue }
      let key = try file.lockKey(salt: slot.salt)
      if let master = try KeyWrapping.unwrap(slot.wrap.span, under: key) {
        return (slot.id, master)
      }
    }
    throw KeyError(
      .wrongLock, "the key file \(path) does not open this key store; use its own or the passphrase"
    )
  }

  private static func readKeyFile(_ path: String, calls: FileCalls) throws(KeyError) -> LockFile {
    let bytes = try SecretFile.read(
      path, maximumSize: LockFile.size, ownerOnly: true, calls: calls)
    do throws(KeyError) {
      return try bytes.withBytes { bytes throws(KeyError) in try LockFile(decoding: bytes) }
    } catch {
      throw error.naming(path)
    }
  }

  /// Reads the key file, or makes it.
  ///
  /// An existing one is used again, never overwritten.
  private static func keyFile(makingAt path: String, calls: FileCalls) throws(KeyError) -> LockFile
  {
    do throws(KeyError) {
      return try readKeyFile(path, calls: calls)
    } catch {
      guard error.code == .notFound else { throw error }
    }
    let file = try LockFile()
    do throws(KeyError) {
      try file.encoded().withBytes { bytes throws(KeyError) in
        try SecretFile.write(bytes, to: path, replacing: false, calls: calls)
      }
      return file
    } catch {
      // Another program made it in the meantime.
      guard error.code == .exists else { throw error }
    }
    return try readKeyFile(path, calls: calls)
  }
}

/// What can be told of a key store without opening it.
public struct KeyStoreSummary: Sendable {
  /// One way to open it.
  public struct Lock: Sendable {
    /// How it opens.
    public enum Kind: Sendable, Hashable {
      /// A passphrase.
      case passphrase
      /// A key file: file permissions only.
      case keyFile
      /// A kind of a later version.
      case other(UInt16)
    }
    /// Names the lock for ``KeyStore/removeLock(_:)``: 16 bytes.
    public let id: [UInt8]
    /// How it opens.
    public let kind: Kind

    /// What it protects by, for people.
    public var label: String {
      switch kind {
      case .passphrase: "passphrase"
      case .keyFile: "key file (file permissions only)"
      case .other(let number): "lock of kind \(number), unknown to this version"
      }
    }
  }

  /// Random, the same for the store's life.
  public let id: [UInt8]
  /// How often it was written.
  public let generation: UInt64
  /// The ways to open it.
  public let locks: [Lock]

  /// Judges a key store file's bytes without a key: form, limits, checksum.
  ///
  /// - Throws: ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``, ``KeyError/Code/version``,
  ///   ``KeyError/Code/costly``.
  public init(decoding bytes: Span<UInt8>) throws(KeyError) {
    self.init(try SealedKeyStore(decoding: bytes))
  }

  init(_ store: SealedKeyStore) {
    id = store.id
    generation = store.generation
    locks = store.slots.map { slot in
      switch slot.kind {
      case .passphrase: Lock(id: slot.id, kind: .passphrase)
      case .keyFile: Lock(id: slot.id, kind: .keyFile)
      case .other(let number, _): Lock(id: slot.id, kind: .other(number))
      }
    }
  }
}
