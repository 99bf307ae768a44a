/// A device's playback key K_play with what belongs to it: all that a desktop needs to prepare tracks
/// for that device (KeyFile.swift draws the file).
public struct PlaybackKey: Sendable {
  /// The device.
  public let deviceID: DeviceID
  /// The device's epoch that the key belongs to, from 1 on.
  public let epoch: UInt32
  /// Whether this is a TEST device.
  public let isTest: Bool
  /// The device's name for people, at most 32 bytes of UTF-8 without control characters; may be
  /// empty.
  public let name: String
  /// K_play, 32 bytes.
  public let secret: SecretBytes

  /// Puts a playback key together.
  ///
  /// - Throws: ``KeyError/Code/argument`` for a name or an epoch out of range, or a secret that has
  ///   not 32 bytes.
  public init(
    deviceID: DeviceID, epoch: UInt32, isTest: Bool, name: String, secret: SecretBytes
  ) throws(KeyError) {
    guard epoch != 0 else { throw KeyError(.argument, "epochs count from 1") }
    guard secret.count == 32 else { throw KeyError(.argument, "a playback key has 32 bytes") }
    _ = try DeviceName.encode(name)
    self.deviceID = deviceID
    self.epoch = epoch
    self.isTest = isTest
    self.name = name
    self.secret = secret
  }

  /// Reads the bytes of a playback key file.
  ///
  /// - Throws: ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``, ``KeyError/Code/version``;
  ///   ``KeyError/Code/crypto`` and ``KeyError/Code/memory``.
  public init(decoding bytes: Span<UInt8>) throws(KeyError) {
    let file = try KeyFile(kind: .playback, decoding: bytes)
    try self.init(
      deviceID: file.deviceID, epoch: file.epoch, isTest: file.isTest,
      name: DeviceName.decode(file.lastField.span), secret: file.secret)
  }

  /// The 128 bytes of the file: a secret from the first to the last byte.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func encoded() throws(KeyError) -> SecretBytes {
    try KeyFile(
      kind: .playback, isTest: isTest, epoch: epoch, deviceID: deviceID, secret: secret,
      lastField: DeviceName.encode(name)
    ).encoded()
  }

  /// Derives the key that wraps content keys for the device.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func wrappingKey() throws(KeyError) -> WrappingKey {
    try WrappingKey(of: self)
  }
}

/// A device's, user's or group's name in a file: 32 bytes of UTF-8, padded with zeros.
enum DeviceName {
  static let size = 32

  static func encode(_ name: String) throws(KeyError) -> [UInt8] {
    let text = Array(name.utf8)
    guard text.count <= size, isPlain(name) else {
      throw KeyError(
        .argument, "a name has at most 32 bytes and no control characters; shorten it")
    }
    return text + [UInt8](repeating: 0, count: size - text.count)
  }

  static func decode(_ field: Span<UInt8>) throws(KeyError) -> String {
    let bytes = field.bytes(at: 0, count: size)
    let text = bytes.prefix { $0 != 0 }
    guard bytes.dropFirst(text.count).allSatisfy({ $0 == 0 }),
      let name = String(validating: text, as: UTF8.self), isPlain(name)
    else { throw KeyError(.damaged, "the name in it is not plain text; export the file again") }
    return name
  }

  /// Names are printed to terminals, where a control character is a command.
  private static func isPlain(_ name: String) -> Bool {
    name.unicodeScalars.allSatisfy {
      switch $0.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
  }
}
