import Glibc

/// Where a person's key store lies unless told otherwise.
public struct KeyStoreLocation: Sendable {
  /// The store.
  public let store: String
  /// The key file that opens it where no passphrase is set: beside it.
  public let keyFile: String

  /// A store at a given path, and its key file beside it: `keys.pks` has `keys.lock`.
  public init(store: String) {
    self.store = store
    let stem = store.hasSuffix(".pks") ? String(store.dropLast(4)) : store
    keyFile = stem + ".lock"
  }

  /// `$PINSTRIPE_KEYS`, else `$XDG_DATA_HOME/pinstripe/keys.pks`, else
  /// `~/.local/share/pinstripe/keys.pks`; nil when none of the variables is set.
  public static var standard: KeyStoreLocation? {
    find { name in
      guard let value = unsafe getenv(name) else { return nil }
      return unsafe String(cString: value)
    }
  }

  /// The same with the environment given.
  ///
  /// Empty values count as absent, and so does a relative
  /// `XDG_DATA_HOME` (XDG Base Directory Specification 0.8).
  static func find(environment: (String) -> String?) -> KeyStoreLocation? {
    if let path = environment("PINSTRIPE_KEYS"), !path.isEmpty {
      return KeyStoreLocation(store: path)
    }
    if let data = environment("XDG_DATA_HOME"), data.hasPrefix("/") {
      return KeyStoreLocation(store: data + "/pinstripe/keys.pks")
    }
    guard let home = environment("HOME"), !home.isEmpty else { return nil }
    return KeyStoreLocation(store: home + "/.local/share/pinstripe/keys.pks")
  }
}
