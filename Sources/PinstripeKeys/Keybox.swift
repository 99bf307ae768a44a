import PinstripeCore

/// What a factory writes into a device: its unique secret and its current epoch (KeyFile.swift draws
/// the file).
///
/// A production player refuses TEST keyboxes, and they are the only ones made here: real device
/// secrets are made by the provisioning service and never pass a desktop.
public struct Keybox: Sendable {
  /// The device.
  public let deviceID: DeviceID
  /// The epoch of the device's playback key, from 1 on.
  public let epoch: UInt32
  /// Whether this is a TEST device.
  public let isTest: Bool
  /// 32 bytes that make each epoch's playback key another one.
  public let epochSalt: [UInt8]
  /// DUS, 32 bytes: known to the device and to whoever made it, one for each device.
  public let deviceSecret: SecretBytes

  init(
    deviceID: DeviceID, epoch: UInt32, isTest: Bool, epochSalt: [UInt8], deviceSecret: SecretBytes
  ) {
    self.deviceID = deviceID
    self.epoch = epoch
    self.isTest = isTest
    self.epochSalt = epochSalt
    self.deviceSecret = deviceSecret
  }

  /// Makes the keybox of a new TEST device from fresh random bytes.
  ///
  /// - Parameter deviceID: Its id; random when nil.
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public static func makeTest(deviceID: DeviceID? = nil) throws(KeyError) -> Keybox {
    let id = if let deviceID { deviceID } else { try DeviceID.random() }
    return Keybox(
      deviceID: id, epoch: 1, isTest: true,
      epochSalt: try SystemRandom.bytes(count: 32), deviceSecret: try SystemRandom.secret())
  }

  /// Reads the bytes of a keybox file.
  ///
  /// - Throws: ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``, ``KeyError/Code/version``;
  ///   ``KeyError/Code/crypto`` and ``KeyError/Code/memory``.
  public init(decoding bytes: Span<UInt8>) throws(KeyError) {
    let file = try KeyFile(kind: .keybox, decoding: bytes)
    self.init(
      deviceID: file.deviceID, epoch: file.epoch, isTest: file.isTest, epochSalt: file.lastField,
      deviceSecret: file.secret)
  }

  /// The 128 bytes of the file: a secret from the first to the last byte.
  ///
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public func encoded() throws(KeyError) -> SecretBytes {
    try KeyFile(
      kind: .keybox, isTest: isTest, epoch: epoch, deviceID: deviceID, secret: deviceSecret,
      lastField: epochSalt
    ).encoded()
  }

  /// Derives the device's playback key: all that a desktop needs to hold.
  ///
  /// - Parameter name: The device's name for people, at most 32 bytes of UTF-8.
  /// - Throws: ``KeyError/Code/argument`` for the name; ``KeyError/Code/crypto``,
  ///   ``KeyError/Code/memory``.
  public func playbackKey(name: String) throws(KeyError) -> PlaybackKey {
    let provider = try SoftwareProvider()
    try provider.load(deviceSecret, at: .root)
    do throws(TrackError) {
      try KeyLadder(provider.crypto).derivePlaybackKey(
        deviceID: deviceID.bytes.span, epoch: epoch, epochSalt: epochSalt.span)
    } catch {
      throw KeyError(error)
    }
    return try PlaybackKey(
      deviceID: deviceID, epoch: epoch, isTest: isTest, name: name,
      secret: provider.copyKey(at: .playback))
  }
}
