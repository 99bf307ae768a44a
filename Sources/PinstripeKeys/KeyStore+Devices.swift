extension KeyStore {
  /// A device in the store; no secret.
  public struct Device: Sendable, Hashable {
    /// The device.
    public let id: DeviceID
    /// Its name for people; may be empty.
    public let name: String
    /// Whether it is a TEST device.
    public let isTest: Bool
    /// The epochs whose playback keys are here, ascending, never empty.
    public let epochs: [UInt32]
    /// Whether its keybox can be exported: a TEST device that was made here.
    public let hasKeybox: Bool

    /// The newest epoch.
    public var epoch: UInt32 { epochs.last ?? 0 }

    init(_ record: DeviceRecord) {
      id = record.id
      name = record.name
      isTest = record.isTest
      epochs = record.epochs.map(\.number)
      hasKeybox = record.secret != nil && record.epochs.last?.salt != nil
    }
  }

  /// The devices in the order they were added.
  public var devices: [Device] {
    records.compactMap {
      guard case .device(let record) = $0 else { return nil }
      return Device(record)
    }
  }

  /// Adds a TEST device made here, with all that its keybox holds.
  ///
  /// - Parameter name: At most 32 bytes of UTF-8.
  /// - Throws: ``KeyError/Code/known``, ``KeyError/Code/argument`` for the name or a keybox that is not
  ///   of a TEST device, ``KeyError/Code/full``, ``KeyError/Code/busy``, ``KeyError/Code/replaced``,
  ///   ``KeyError/Code/system``.
  @discardableResult
  public func addDevice(_ keybox: Keybox, name: String) throws(KeyError) -> Device {
    guard keybox.isTest else {
      throw KeyError(
        .argument, "only TEST devices' keyboxes belong into a key store; import the playback key")
    }
    let playback = try keybox.playbackKey(name: name)
    let record = DeviceRecord(
      id: keybox.deviceID, name: name, isTest: true, secret: keybox.deviceSecret,
      epochs: [.init(number: keybox.epoch, salt: keybox.epochSalt, playback: playback.secret)])
    return try change { contents throws(KeyError) in
      guard contents.index(of: record.id) == nil else {
        throw KeyError(.known, "the key store holds the device \(record.id) already")
      }
      contents.records.append(.device(record))
      return Device(record)
    }
  }

  /// Adds a device's playback key; of a device that is there already, the key of a further epoch.
  ///
  /// - Returns: The device, and whether anything was new.
  /// - Throws: ``KeyError/Code/known`` when the store holds another key for that epoch, or the device
  ///   differs in being a TEST device; ``KeyError/Code/full``, ``KeyError/Code/busy``,
  ///   ``KeyError/Code/replaced``, ``KeyError/Code/system``.
  @discardableResult
  public func importPlaybackKey(_ key: PlaybackKey) throws(KeyError) -> (
    device: Device, isNew: Bool
  ) {
    let epoch = DeviceRecord.Epoch(number: key.epoch, salt: nil, playback: key.secret)
    return try change { contents throws(KeyError) in
      guard let index = contents.index(of: key.deviceID),
        case .device(var record) = contents.records[index]
      else {
        let record = DeviceRecord(
          id: key.deviceID, name: key.name, isTest: key.isTest, secret: nil, epochs: [epoch])
        contents.records.append(.device(record))
        return (Device(record), true)
      }
      let isNew = try record.merge(epoch, of: key)
      contents.records[index] = .device(record)
      return (Device(record), isNew)
    }
  }

  /// Forgets a device with all its keys.
  ///
  /// Tracks made for it stay playable on it.
  ///
  /// - Throws: ``KeyError/Code/unknown``, ``KeyError/Code/busy``, ``KeyError/Code/replaced``,
  ///   ``KeyError/Code/system``.
  public func removeDevice(_ id: DeviceID) throws(KeyError) {
    try change { contents throws(KeyError) in
      guard let index = contents.index(of: id) else { throw Self.unknown(id) }
      contents.records.remove(at: index)
    }
  }

  /// A device's playback key.
  ///
  /// - Parameter epoch: The newest when nil.
  /// - Throws: ``KeyError/Code/unknown``.
  public func playbackKey(
    for id: DeviceID, epoch number: UInt32? = nil
  ) throws(KeyError) -> PlaybackKey {
    let record = try record(of: id)
    let found = number.map { number in record.epochs.first { $0.number == number } }
    guard let epoch = found ?? record.epochs.last else {
      throw KeyError(
        .unknown, "the key store holds no key of that epoch of device \(id); import it"
      ).naming(path)
    }
    return try PlaybackKey(
      deviceID: id, epoch: epoch.number, isTest: record.isTest, name: record.name,
      secret: epoch.playback)
  }

  /// The newest keybox of a TEST device that was made here.
  ///
  /// - Throws: ``KeyError/Code/unknown``, also when the device was imported and only the provisioning
  ///   service has its secret.
  public func keybox(for id: DeviceID) throws(KeyError) -> Keybox {
    let record = try record(of: id)
    guard let secret = record.secret, let epoch = record.epochs.last, let salt = epoch.salt else {
      throw KeyError(
        .unknown,
        "device \(id) was not made in this key store, so its keybox is not here; only its "
          + "playback key can be exported"
      ).naming(path)
    }
    return Keybox(
      deviceID: id, epoch: epoch.number, isTest: record.isTest, epochSalt: salt,
      deviceSecret: secret)
  }

  private func record(of id: DeviceID) throws(KeyError) -> DeviceRecord {
    for case .device(let record) in records where record.id == id { return record }
    throw Self.unknown(id).naming(path)
  }

  private static func unknown(_ id: DeviceID) -> KeyError {
    KeyError(.unknown, "the key store holds no device \(id); list the devices to see what it holds")
  }
}

extension KeyStoreContents {
  fileprivate func index(of id: DeviceID) -> Int? {
    records.firstIndex {
      guard case .device(let record) = $0 else { return false }
      return record.id == id
    }
  }
}

extension DeviceRecord {
  /// Takes an epoch's key in; false when it is there already.
  fileprivate mutating func merge(_ epoch: Epoch, of key: PlaybackKey) throws(KeyError) -> Bool {
    guard key.isTest == isTest else {
      throw KeyError(
        .known,
        "the key store holds device \(id) as "
          + "\(isTest ? "a TEST" : "a production") device, this key says otherwise; remove it first"
      )
    }
    if let present = epochs.first(where: { $0.number == epoch.number }) {
      guard present.playback.equals(epoch.playback) else {
        throw KeyError(
          .known,
          "the key store holds another key for epoch \(epoch.number) of device \(id); remove it first"
        )
      }
      return false
    }
    guard epochs.count < Self.maximumEpochs else {
      throw KeyError(.full, "device \(id) has \(Self.maximumEpochs) epochs, which is the limit")
    }
    let place = epochs.firstIndex { $0.number > epoch.number } ?? epochs.endIndex
    epochs.insert(epoch, at: place)
    if name.isEmpty { name = key.name }
    return true
  }
}
