extension KeyStore {
  /// Copies the sealed file as it is on disk to a new file of mode 0600.
  ///
  /// The copy opens with the locks that the store has now; a lock that is a key file needs that file
  /// kept too.
  ///
  /// - Throws: ``KeyError/Code/exists`` (nothing is ever overwritten), ``KeyError/Code/damaged`` when the
  ///   file is not worth keeping, ``KeyError/Code/system``.
  public func backUp(to copy: String) throws(KeyError) {
    let bytes = try SecretFile.read(
      path, maximumSize: KeyStoreLayout.largestFile, ownerOnly: false, calls: calls)
    try bytes.withBytes { bytes throws(KeyError) in
      do throws(KeyError) {
        _ = try SealedKeyStore(decoding: bytes)
      } catch {
        throw error.naming(path)
      }
      try SecretFile.write(bytes, to: copy, replacing: false, calls: calls)
    }
  }

  /// Puts a backup in place after proving that it opens.
  ///
  /// - Parameter replacing: Whether a store at `path` may be replaced; it is not looked at.
  /// - Returns: The restored store, open.
  /// - Throws: as ``open(at:unlock:)`` of the backup; ``KeyError/Code/exists``,
  ///   ``KeyError/Code/system``.
  public static func restore(
    _ backup: String, to path: String, unlock: KeyStoreLock, replacing: Bool = false
  ) throws(KeyError) -> KeyStore {
    let store = try open(at: backup, unlock: unlock)
    let bytes = try SecretFile.read(store.path, maximumSize: KeyStoreLayout.largestFile)
    try SecretFile.write(bytes, to: path, replacing: replacing)
    return try open(at: path, unlock: unlock)
  }
}
