public import PinstripeMTP
public import PinstripeProfiles

/// What an attached player says of itself: what a profile can be drafted from, and held against.
///
/// It is the player's word. Some claim operations that they do not carry out, and formats that they do
/// not play; only trying tells.
public struct PlayerSurvey: Sendable {
  /// What it says on USB, and of DeviceInfo what profiles are matched by.
  public let identity: PlayerIdentity
  /// What it says when it is asked first.
  public let deviceInfo: DeviceInfo
  /// What it says of the properties of its formats, of those that profiles speak of.
  public private(set) var descriptions:
    [ObjectFormat: [ObjectPropertyCode: ObjectPropertyDescription]] = [:]
  /// The names of the folders in its storage's root; nil when there are too many objects to look.
  public private(set) var folders: [String]?

  /// Nobody has more than some dozen files and folders there; a player with more is not worth the wait.
  private static let maximumObjects = 256

  /// Asks a player.
  ///
  /// At most some 70 transactions beside one an object of the root. What the player refuses to tell, or
  /// tells in a form that is none, is not known.
  ///
  /// - Throws: `MTPError` when it cannot be talked to.
  init(
    _ session: Session, storage: StorageID, identity: PlayerIdentity
  ) async throws(MTPError) {
    var identity = identity
    deviceInfo = session.deviceInfo
    identity.deviceInfo = DeviceInfoIdentity(deviceInfo)
    self.identity = identity
    for (format, wanted) in Self.questions where deviceInfo.playbackFormats.contains(format) {
      let there = try await Self.told { () async throws(MTPError) in
        try await session.objectProperties(of: format)
      }
      var found: [ObjectPropertyCode: ObjectPropertyDescription] = [:]
      for property in wanted where there?.contains(property) == true {
        let description = try await Self.told { () async throws(MTPError) in
          try await session.objectPropertyDescription(property, of: format)
        }
        if description?.property == property { found[property] = description }
      }
      descriptions[format] = found
    }
    folders = try await Self.folders(session, storage)
  }

  /// What is asked of each format.
  private static var questions: [(ObjectFormat, [ObjectPropertyCode])] {
    let music: [ObjectFormat] = [.mp3, .wav, .aiff, .wma, .ogg, .flac, .aac, .mp4, .audible]
    let rates: [ObjectPropertyCode] = [.objectFileName, .sampleRate, .audioBitRate]
    let picture: [ObjectPropertyCode] = [
      .representativeSampleData, .representativeSampleFormat, .representativeSampleSize,
      .representativeSampleWidth, .representativeSampleHeight,
    ]
    return [(.undefined, [.objectFileName])] + music.map { ($0, rates) }
      + [(.abstractAudioAlbum, picture)]
  }

  private static func folders(
    _ session: Session, _ storage: StorageID
  ) async throws(MTPError) -> [String]? {
    let objects = try await told { () async throws(MTPError) in
      try await session.objectHandles(storage: storage)
    }
    guard let objects, objects.count <= maximumObjects else { return nil }
    var names: [String] = []
    for object in objects {
      let listed = try await told { () async throws(MTPError) in
        try await session.describe(object)
      }
      if let listed, listed.info.isFolder { names.append(listed.info.filename) }
    }
    return names
  }

  /// An answer; nil when the player does not give one, or one that cannot be read.
  private static func told<Answer>(
    _ ask: () async throws(MTPError) -> Answer
  ) async throws(MTPError) -> Answer? {
    do throws(MTPError) {
      return try await ask()
    } catch {
      guard [.refused, .notSupported, .malformedDataset].contains(error.code) else { throw error }
      return nil
    }
  }
}

extension MTPTransport {
  /// Asks the player what it is and can do.
  ///
  /// - Parameter identity: What it says on USB.
  /// - Throws: ``PinstripeError``.
  public func survey(identity: PlayerIdentity) async throws(PinstripeError) -> PlayerSurvey {
    try await attempt { () async throws(MTPError) in
      try await PlayerSurvey(self.session, storage: self.storage, identity: identity)
    }
  }
}

extension DeviceInfoIdentity {
  /// What a player says of itself.
  init(_ info: DeviceInfo) {
    self.init(manufacturer: info.manufacturer, model: info.model, version: info.deviceVersion)
  }
}
