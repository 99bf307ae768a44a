/// Names a user or a group: 16 bytes, random, the same for all generations of the key.
public struct HolderID: Hashable, Sendable {
  /// The 16 bytes.
  public let bytes: [UInt8]

  /// Takes 16 bytes; nil for another count.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// A fresh random one.
  ///
  /// - Throws: ``KeyError/Code/crypto``.
  public static func random() throws(KeyError) -> HolderID {
    HolderID(known: try SystemRandom.bytes(count: 16))
  }

  init(known bytes: [UInt8]) {
    self.bytes = bytes
  }
}

extension HolderID: CustomStringConvertible {
  /// 32 lowercase hexadecimal digits.
  public var description: String { bytes.hexadecimal }
}

/// The key of a user or a group (US 2001/0016836 ¶44): what several devices, or several people's, have in
/// common.
///
/// It takes the place of a device's playback key: the wrapping key follows from it in the same way.
/// Whoever leaves a group keeps the generations they had; a new one is closed to them.
public struct SharedKey: Sendable {
  /// Whose key it is; the numbers are those of key slots. `PINSTRIPE_RECIPIENT_…`
  public enum Kind: UInt32, Sendable, CaseIterable {
    /// One person, on all their devices.
    case user = 2
    /// Several people.
    case group = 3

    /// "user" or "group".
    public var name: String { self == .user ? "user" : "group" }
  }

  /// The most generations of one key that a key store keeps.
  public static let maximumGenerations = 1024

  /// The user or group.
  public let id: HolderID
  /// Which of the two.
  public let kind: Kind
  /// From 1 on.
  public let generation: UInt32
  /// A name for people, at most 32 bytes of UTF-8 without control characters; never in a track or a
  /// grant.
  public let name: String
  /// The key, 32 bytes.
  public let secret: SecretBytes

  /// Puts a key together.
  ///
  /// - Throws: ``KeyError/Code/argument`` for a name or a generation out of range, or a secret that has
  ///   not 32 bytes.
  public init(
    id: HolderID, kind: Kind, generation: UInt32, name: String, secret: SecretBytes
  ) throws(KeyError) {
    guard generation != 0 else { throw KeyError(.argument, "generations count from 1") }
    guard secret.count == 32 else {
      throw KeyError(.argument, "a user's or group's key has 32 bytes")
    }
    _ = try DeviceName.encode(name)
    self.id = id
    self.kind = kind
    self.generation = generation
    self.name = name
    self.secret = secret
  }

  /// Makes the first generation of a new key from fresh random bytes.
  ///
  /// - Throws: ``KeyError/Code/argument`` for the name; ``KeyError/Code/crypto``,
  ///   ``KeyError/Code/memory``.
  public static func make(_ kind: Kind, name: String) throws(KeyError) -> SharedKey {
    // Not nested: the compiler of 6.3.1 breaks on typed throws in arguments.
    let id = try HolderID.random()
    let secret = try SystemRandom.secret()
    return try SharedKey(id: id, kind: kind, generation: 1, name: name, secret: secret)
  }

  /// Reads the bytes of an exported key (KeyFile.swift draws the file).
  ///
  /// - Throws: ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``, ``KeyError/Code/version``;
  ///   ``KeyError/Code/crypto`` and ``KeyError/Code/memory``.
  public init(decoding bytes: Span<UInt8>) throws(KeyError) {
    let file = try KeyFile(kind: .shared, decoding: bytes)
    try self.init(
      id: HolderID(known: file.deviceID.bytes), kind: file.isGroup ? .group : .user,
      generation: file.epoch, name: DeviceName.decode(file.lastField.span), secret: file.secret)
  }

  /// The 128 bytes of the file: a secret from the first to the last byte.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func encoded() throws(KeyError) -> SecretBytes {
    var file = try KeyFile(
      kind: .shared, isTest: false, epoch: generation, deviceID: DeviceID(known: id.bytes),
      secret: secret, lastField: DeviceName.encode(name))
    file.isGroup = kind == .group
    return try file.encoded()
  }

  /// Derives the key that wraps content keys for whoever holds this one.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func wrappingKey() throws(KeyError) -> WrappingKey {
    try WrappingKey(of: self)
  }
}
