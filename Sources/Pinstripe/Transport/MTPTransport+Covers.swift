import PinstripeMTP
import PinstripeProfile

// A picture is the property RepresentativeSampleData (MTP 1.1 appendix B) of an album object, which refers
// to its tracks, or of the tracks themselves; libmtp's LIBMTP_Send_Representative_Sample does the same.

extension MTPTransport {
  /// How the player takes pictures: it is asked for its albums first, then for its tracks.
  public func sampleOffer(_ limits: CoverLimits) async throws(PinstripeError) -> CoverOffer {
    try await attempt { () async throws(MTPError) in
      guard self.session.offers(.setObjectPropValue) else {
        return .none("the player's objects have no properties that can be set")
      }
      let known = self.session.deviceInfo.playbackFormats
      let album = ObjectFormat.abstractAudioAlbum
      let hasReferences = self.session.offers(.setObjectReferences)
      if known.contains(album), hasReferences, try await self.hasPicture(album) {
        return try await self.narrowed(limits, album).map { .album($0) } ?? Self.otherFormats
      }
      let own = ObjectFormat(rawValue: self.profile.storage.trackFormat)
      for format in [own, .mp3] where try await self.hasPicture(format) {
        return try await self.narrowed(limits, format).map { .tracks($0) } ?? Self.otherFormats
      }
      return .none("neither the player's albums nor its tracks have RepresentativeSampleData")
    }
  }

  private static let otherFormats = CoverOffer.none(
    "the player lets nobody set RepresentativeSampleData, or shows other formats")

  private func hasPicture(_ format: ObjectFormat) async throws(MTPError) -> Bool {
    try await wantedProperties(of: format).contains(.representativeSampleData)
  }

  /// The limits as far as the player's own are narrower; nil when it takes nothing of that.
  private func narrowed(
    _ limits: CoverLimits, _ format: ObjectFormat
  ) async throws(MTPError) -> CoverLimits? {
    var limits = limits
    if let data = try await description(.representativeSampleData, format) {
      guard data.isSettable, data.type == .array(of: .uint8) else { return nil }
      // A limit of zero bytes is none that anybody means.
      if case .byteArray(let most) = data.form, most > 0 {
        limits.bytes = min(limits.bytes, Int(most))
      }
    }
    if let width = try await description(.representativeSampleWidth, format)?.most {
      limits.width = min(limits.width, width)
    }
    if let height = try await description(.representativeSampleHeight, format)?.most {
      limits.height = min(limits.height, height)
    }
    let formats = try await description(.representativeSampleFormat, format)?.numbers
    guard let formats else { return limits }
    func takes(_ format: ArtFormat) -> Bool {
      formats.contains(UInt64(ObjectFormat(format).rawValue))
        || format == .jpeg && formats.contains(UInt64(ObjectFormat.jfif.rawValue))
    }
    guard let format = [limits.format, .jpeg, .png].first(where: takes) else { return nil }
    limits.format = format
    return limits
  }

  private func description(
    _ property: ObjectPropertyCode, _ format: ObjectFormat
  ) async throws(MTPError) -> ObjectPropertyDescription? {
    guard session.offers(.getObjectPropDesc),
      try await wantedProperties(of: format).contains(property)
    else { return nil }
    var description: ObjectPropertyDescription?
    _ = try await isTaken { () async throws(MTPError) in
      description = try await self.session.objectPropertyDescription(property, of: format)
    }
    return description
  }

  /// Puts a picture on the player.
  public func put(_ cover: Cover, _ picture: CoverPicture) async throws(PinstripeError) {
    switch cover.delivery {
    case .file(let place): try await put(picture, at: place)
    case .album(let name):
      do {
        let known = try await self.album(name)
        let album = if let known { known } else { try await makeAlbum(name) }
        var properties = TrackProperties()
        properties.title = cover.title
        properties.artist = cover.artist
        try await describe(album, .abstractAudioAlbum, as: properties)
        let tracks = try await objects(ofTracksAt: cover.tracks).map(\.handle)
        try await session.setObjectReferences(of: album, to: tracks)
        try await show(picture, on: album, .abstractAudioAlbum)
      } catch {
        throw failure(error, name)
      }
    case .tracks:
      do {
        for track in try await objects(ofTracksAt: cover.tracks) {
          guard try await hasPicture(track.info.format) else { continue }
          try await show(picture, on: track.handle, track.info.format)
        }
      } catch {
        throw failure(error, cover.place)
      }
    }
  }

  /// Removes a picture; of tracks' own nothing can be removed but the tracks.
  public func remove(_ cover: Cover) async throws(PinstripeError) {
    switch cover.delivery {
    case .file(let place): try await removePicture(at: place)
    case .album(let name):
      try await attempt { () async throws(MTPError) in try await self.deleteAlbum(name) }
    case .tracks: return
    }
  }

  /// Sets an object's picture, and what is told of it as far as the player wants to know.
  ///
  /// - Throws: ``MTPError`` when the player refuses the picture itself.
  private func show(
    _ picture: CoverPicture, on object: ObjectHandle, _ format: ObjectFormat
  ) async throws(MTPError) {
    let wanted = try await wantedProperties(of: format)
    guard wanted.contains(.representativeSampleData) else {
      throw MTPError(
        .notSupported, operation: .setObjectPropValue, reason: "such objects have no pictures")
    }
    try await session.setObjectPropertyValue(
      .representativeSampleData, of: object, to: .array(element: .uint8, bytes: picture.bytes))
    var details: [(ObjectPropertyCode, PropertyValue)] = [
      (.representativeSampleFormat, .uint16(ObjectFormat(picture.format).rawValue)),
      (.representativeSampleSize, .uint32(UInt32(clamping: picture.bytes.count))),
    ]
    if !profile.quirks.contains(.noArtDimensions) {
      details += [
        (.representativeSampleHeight, .uint32(UInt32(clamping: picture.height))),
        (.representativeSampleWidth, .uint32(UInt32(clamping: picture.width))),
      ]
    }
    for (property, value) in details where wanted.contains(property) {
      let isDone = try await isTaken { () async throws(MTPError) in
        try await self.session.setObjectPropertyValue(property, of: object, to: value)
      }
      if !isDone { refused.insert(property, of: format) }
    }
  }
}

extension ObjectPropertyDescription {
  /// The largest number that is allowed, from 1 on; nil where any is.
  fileprivate var most: Int? {
    let most: UInt64?
    switch form {
    case .range(_, let maximum, _): most = maximum.unsigned
    case .enumeration(let values): most = values.compactMap(\.unsigned).max()
    default: most = nil
    }
    return most.flatMap { $0 > 0 ? Int(clamping: $0) : nil }
  }

  /// The numbers that are allowed, where there is a list of them.
  fileprivate var numbers: [UInt64]? {
    guard case .enumeration(let values) = form else { return nil }
    return values.compactMap(\.unsigned)
  }
}
