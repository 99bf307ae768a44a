/// Why a key, a key file or a key store is refused.
///
/// The code is for programs; ``description`` is one sentence for the person, which names the file
/// where there is one and the way out. It never contains a byte of a key or of a file's content.
/// Two errors are equal when their codes are.
public struct KeyError: Error, Sendable {
  /// What happened, in the form programs compare and print.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The word, as it stands in the tool's JSON.
    public let rawValue: String

    /// Takes any word: codes of later versions survive.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }
  }

  /// What happened.
  public let code: Code
  /// The file it happened with.
  public internal(set) var file: String?
  /// The sentence without the file.
  public let reason: String
  /// The system's error number where a system call failed, else 0. `errno`
  public let systemError: Int32

  init(_ code: Code, _ reason: String, systemError: Int32 = 0) {
    self.code = code
    self.reason = reason
    self.systemError = systemError
  }

  /// The same error, told of a file.
  public func naming(_ file: String) -> KeyError {
    var error = self
    if error.file == nil { error.file = file }
    return error
  }
}

extension KeyError: Equatable {
  /// Compares the codes.
  public static func == (first: KeyError, second: KeyError) -> Bool {
    first.code == second.code
  }
}

extension KeyError: CustomStringConvertible {
  /// The file and the sentence.
  public var description: String {
    guard let file else { return reason }
    return "\(file): \(reason)"
  }
}

extension KeyError.Code {
  /// The file is of another kind.
  public static let wrongKind = Self(rawValue: "wrong-kind")
  /// The file is of a version this program does not know.
  public static let version = Self(rawValue: "version")
  /// The file is damaged: cut short, or its checksum fails.
  public static let damaged = Self(rawValue: "damaged")
  /// The file's form is sound but its authentication fails: somebody edited it.
  public static let tampered = Self(rawValue: "tampered")
  /// No lock of the key store opens with what was given.
  public static let wrongLock = Self(rawValue: "wrong-lock")
  /// The passphrase is empty, or longer than ``KeyStoreLayout/maximumPassphrase`` bytes.
  public static let passphrase = Self(rawValue: "passphrase")
  /// Others may read a file that holds a secret.
  public static let permissions = Self(rawValue: "permissions")
  /// A lock asks for more memory or time than this program allows.
  public static let costly = Self(rawValue: "costly")
  /// There is no such file.
  public static let notFound = Self(rawValue: "not-found")
  /// There is a file already, which would be overwritten.
  public static let exists = Self(rawValue: "exists")
  /// The system refused to read or write; ``KeyError/systemError`` says why.
  public static let system = Self(rawValue: "system")
  /// Another program is writing the key store.
  public static let busy = Self(rawValue: "busy")
  /// The key store is not the one that was opened.
  public static let replaced = Self(rawValue: "replaced")
  /// The key store holds no such device, epoch, user, group, generation or lock.
  public static let unknown = Self(rawValue: "unknown")
  /// The key store holds the device, or another key of the same name, already.
  public static let known = Self(rawValue: "known")
  /// What is read is for another device, or another epoch of its key.
  public static let otherDevice = Self(rawValue: "other-device")
  /// A key store keeps at least one lock.
  public static let lastLock = Self(rawValue: "last-lock")
  /// The key store is full.
  public static let full = Self(rawValue: "full")
  /// A value that cannot be: a length, a name, an epoch.
  public static let argument = Self(rawValue: "argument")
  /// The system gave no memory.
  public static let memory = Self(rawValue: "memory")
  /// The cryptographic library failed.
  public static let crypto = Self(rawValue: "crypto")
}
