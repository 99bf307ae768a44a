extension KeyStore {
  /// Adds a way to open the store.
  ///
  /// - Throws: ``KeyError/Code/full`` when it has ``KeyStoreLayout/lockSlots`` locks or their passphrases
  ///   would cost more than ``ScryptCost/maximumWork`` together, ``KeyError/Code/known`` for a key file
  ///   that opens it already, what is wrong with the lock, and what a change throws.
  public func addLock(_ lock: KeyStoreLock) throws(KeyError) {
    let prepared = try lock.prepared(calls: calls)
    try change { contents throws(KeyError) in try contents.add(prepared) }
  }

  /// Removes a way to open the store.
  ///
  /// Its passphrase or key file still opens older copies of the file.
  ///
  /// - Parameter id: From ``summary``.
  /// - Throws: ``KeyError/Code/unknown``, ``KeyError/Code/lastLock``, and what a change throws.
  public func removeLock(_ id: [UInt8]) throws(KeyError) {
    try change { contents throws(KeyError) in
      guard let index = contents.slots.firstIndex(where: { $0.id == id }) else {
        throw Self.noSuchLock
      }
      guard contents.slots.count > 1 else {
        throw KeyError(
          .lastLock, "this is the key store's last lock, nothing would open it; add another first")
      }
      contents.slots.remove(at: index)
    }
  }

  /// Replaces the lock that `former` opens by another.
  ///
  /// When it is the only one the master key changes too, so that nobody who knew the former lock and
  /// kept a copy of the file can read what is written from now on.
  ///
  /// - Throws: ``KeyError/Code/wrongLock`` when `former` opens nothing, what is wrong with `lock`, and
  ///   what a change throws.
  public func changeLock(from former: KeyStoreLock, to lock: KeyStoreLock) throws(KeyError) {
    let id: [UInt8]
    do throws(KeyError) {
      id = try former.unlock(sealed, calls: calls).slot
    } catch {
      throw error.naming(path)
    }
    let prepared = try lock.prepared(calls: calls)
    try change { contents throws(KeyError) in
      guard let index = contents.slots.firstIndex(where: { $0.id == id }) else {
        throw Self.noSuchLock
      }
      contents.slots.remove(at: index)
      if contents.slots.isEmpty { contents.master = try SystemRandom.secret() }
      try contents.add(prepared)
    }
  }

  private static var noSuchLock: KeyError {
    KeyError(.unknown, "the key store has no such lock; list its locks to see what it has")
  }
}

extension KeyStoreContents {
  fileprivate mutating func add(_ lock: PreparedLock) throws(KeyError) {
    guard slots.count < KeyStoreLayout.lockSlots else {
      throw KeyError(
        .full, "a key store has at most \(KeyStoreLayout.lockSlots) locks; remove one first")
    }
    guard !slots.contains(where: { $0.id == lock.id }) else {
      throw KeyError(.known, "this key file opens the key store already")
    }
    slots.append(try LockSlot(lock, master: master))
    var work: UInt64 = 0
    for case .passphrase(let cost) in slots.map(\.kind) { work += cost.work }
    guard work <= ScryptCost.maximumWork else {
      throw KeyError(
        .full, "the key store's passphrases would take too long to try; remove one first")
    }
  }
}
