/// A person's keys on disk (US 2001/0016836 ¶25): the playback keys of their devices, the secrets of
/// TEST devices made here, and users' and groups' keys.
///
/// One sealed file (KeyStoreLayout.swift draws it) that opens with any of its locks. Every change reads
/// the file again under a file lock, so two programs lose nothing of each other's, and replaces it as a
/// whole, so a crash or a full disk leaves the former one. A store object serves one thread at a time.
///
/// What it cannot prevent: an older copy of the file opens with the locks that copy has, and putting
/// one back is not noticed.
public final class KeyStore {
  /// How long a change waits for another program to finish its own: writing takes milliseconds, so
  /// ten seconds mean a program that hangs, or a network disk that does.
  static let patience = 10_000
  private static let pause: UInt32 = 20

  /// Where the file lies, without symbolic links.
  public let path: String
  let calls: FileCalls
  private(set) var master: SecretBytes
  private(set) var sealed: SealedKeyStore
  private(set) var records: [KeyRecord]

  private init(
    path: String, calls: FileCalls, master: SecretBytes, sealed: SealedKeyStore,
    records: [KeyRecord]
  ) {
    self.path = path
    self.calls = calls
    self.master = master
    self.sealed = sealed
    self.records = records
  }

  /// Makes an empty key store, its directory where that is missing, and a key file where the lock names
  /// one that is missing.
  ///
  /// - Throws: ``KeyError/Code/exists`` when there is a file at `path`, ``KeyError/Code/system``, and
  ///   what is wrong with the lock.
  public static func create(at path: String, lock: KeyStoreLock) throws(KeyError) -> KeyStore {
    try create(at: path, lock: lock, calls: .system)
  }

  /// Opens a key store.
  ///
  /// - Throws: ``KeyError/Code/notFound``, ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``,
  ///   ``KeyError/Code/version``, ``KeyError/Code/costly``, ``KeyError/Code/wrongLock``,
  ///   ``KeyError/Code/tampered``, ``KeyError/Code/permissions`` of a key file,
  ///   ``KeyError/Code/system``.
  public static func open(at path: String, unlock: KeyStoreLock) throws(KeyError) -> KeyStore {
    try open(at: path, unlock: unlock, calls: .system)
  }

  /// Tells which locks a key store has, without opening it.
  ///
  /// - Throws: as ``open(at:unlock:)``, but for the lock.
  public static func inspect(_ path: String) throws(KeyError) -> KeyStoreSummary {
    KeyStoreSummary(try read(path, calls: .system))
  }

  /// What the file says without a key, as of the last reading or change.
  public var summary: KeyStoreSummary { KeyStoreSummary(sealed) }

  static func create(
    at path: String, lock: KeyStoreLock, calls: FileCalls
  ) throws(KeyError) -> KeyStore {
    do throws(KeyError) {
      try makeDirectories(PathParts(path).directory, calls: calls)
      // Before a key file is made for nothing; the rename decides for good.
      if (try? calls.status(at: path)) != nil { throw KeyError.exists }
      let master = try SystemRandom.secret()
      var sealed = SealedKeyStore(id: try SystemRandom.bytes(count: 16))
      sealed.slots = [try LockSlot(lock.prepared(calls: calls), master: master)]
      let file = try sealed.seal(KeyRecord.encode([]), master: master)
      try SecretFile.write(file.span, to: path, replacing: false, calls: calls)
      return KeyStore(
        path: try calls.resolve(path), calls: calls, master: master, sealed: sealed, records: [])
    } catch {
      throw error.naming(path)
    }
  }

  static func open(
    at path: String, unlock: KeyStoreLock, calls: FileCalls
  ) throws(KeyError) -> KeyStore {
    do throws(KeyError) {
      let path = try calls.resolve(path)
      let sealed = try read(path, calls: calls)
      let master = try unlock.unlock(sealed, calls: calls).master
      let records = try Self.records(of: sealed, master: master)
      return KeyStore(
        path: path, calls: calls, master: master, sealed: sealed, records: records)
    } catch {
      throw error.naming(path)
    }
  }

  static func read(_ path: String, calls: FileCalls) throws(KeyError) -> SealedKeyStore {
    let bytes = try SecretFile.read(
      path, maximumSize: KeyStoreLayout.largestFile, ownerOnly: false, calls: calls)
    do throws(KeyError) {
      return try bytes.withBytes { bytes throws(KeyError) in try SealedKeyStore(decoding: bytes) }
    } catch {
      throw error.naming(path)
    }
  }

  private static func records(
    of sealed: SealedKeyStore, master: SecretBytes
  ) throws(KeyError) -> [KeyRecord] {
    try sealed.open(master: master).withBytes { body throws(KeyError) in
      try KeyRecord.decode(body)
    }
  }

  private static func makeDirectories(_ path: String, calls: FileCalls) throws(KeyError) {
    if (try? calls.status(at: path)) != nil { return }
    let parent = PathParts(path).directory
    if parent != path, parent != "." { try makeDirectories(parent, calls: calls) }
    try calls.makeDirectory(path)
  }
}

/// What a change may change.
struct KeyStoreContents {
  var records: [KeyRecord]
  var slots: [LockSlot]
  var master: SecretBytes
}

extension KeyStore {
  /// Reads the store afresh under the file lock, lets `body` change that, and replaces the file.
  ///
  /// When anything fails, the file is the former one and so is this object.
  func change<Result>(
    _ body: (inout KeyStoreContents) throws(KeyError) -> Result
  ) throws(KeyError) -> Result {
    do throws(KeyError) {
      let file = try lockFile()
      defer { calls.close(file) }
      let (sealed, records) = try current(file)
      var next = sealed
      var contents = KeyStoreContents(records: records, slots: sealed.slots, master: master)
      let result = try body(&contents)
      next.slots = contents.slots
      let bytes = try next.seal(KeyRecord.encode(contents.records), master: contents.master)
      try replace(with: bytes.span)
      self.sealed = next
      self.records = contents.records
      master = contents.master
      return result
    } catch {
      throw error.naming(path)
    }
  }

  /// Opens the file that is at the path now and takes its lock.
  private func lockFile() throws(KeyError) -> Int32 {
    var waited = 0
    while true {
      let file = try calls.open(path, for: .changing)
      do throws(KeyError) {
        let locked = try calls.lock(file)
        if locked, try isAtPath(file) { return file }
        calls.close(file)
        // Locked but renamed away: a new file is at the path, so try that at once.
        if locked { continue }
      } catch {
        calls.close(file)
        throw error
      }
      guard waited < Self.patience else {
        throw KeyError(
          .busy, "another program has been changing this key store for too long; end it and retry")
      }
      calls.pause(milliseconds: Self.pause)
      waited += Int(Self.pause)
    }
  }

  private func isAtPath(_ file: Int32) throws(KeyError) -> Bool {
    let open = try calls.status(of: file)
    let named = try calls.status(at: path)
    return open.inode == named.inode && open.device == named.device
  }

  private func current(
    _ file: Int32
  ) throws(KeyError) -> (SealedKeyStore, [KeyRecord]) {
    let bytes = try SecretFile.read(
      open: file, maximumSize: KeyStoreLayout.largestFile, calls: calls)
    let sealed = try bytes.withBytes { bytes throws(KeyError) in
      try SealedKeyStore(decoding: bytes)
    }
    guard sealed.id == self.sealed.id else { throw Self.replaced }
    do throws(KeyError) {
      return (sealed, try Self.records(of: sealed, master: master))
    } catch {
      // Another program may have set a new master key, together with its only lock.
      throw error.code == .tampered ? Self.replaced : error
    }
  }

  private func replace(with bytes: Span<UInt8>) throws(KeyError) {
    // One name is enough under the lock, and what a crash left there goes with the next change.
    let part = PathParts(path).sibling(".new")
    do throws(KeyError) {
      try calls.remove(part)
    } catch {
      guard error.code == .notFound else { throw error }
    }
    try SecretFile.fill(part, with: bytes, calls: calls)
    do throws(KeyError) {
      try calls.rename(part, to: path)
    } catch {
      try? calls.remove(part)
      throw error
    }
    try SecretFile.synchroniseDirectory(of: path, calls: calls)
  }

  private static var replaced: KeyError {
    KeyError(
      .replaced,
      "this key store was replaced, or its lock changed, since it was opened; open it again")
  }
}
