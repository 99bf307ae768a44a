import PinstripeMTP
import PinstripeProfile
import PinstripeTags

/// Pictures of objects, where the profile's art goes as a sample: of albums, or, by habit, of tracks.
extension MemoryResponder {
  private static let sampleTypes: [ObjectPropertyCode: DataType] = [
    .representativeSampleFormat: .uint16, .representativeSampleSize: .uint32,
    .representativeSampleHeight: .uint32, .representativeSampleWidth: .uint32,
    .representativeSampleData: .array(of: .uint8),
  ]

  /// Whether albums are among its objects.
  var hasAlbums: Bool {
    profile.art.delivery == .sample && !habits.contains(.showsPicturesOfTracks)
  }

  /// The properties that objects of a format have, and their types.
  func propertyTypes(of format: ObjectFormat) -> [ObjectPropertyCode: DataType] {
    let isAlbum = format == .abstractAudioAlbum
    guard profile.art.delivery == .sample, isAlbum == hasAlbums, format != .association else {
      return Self.propertyTypes
    }
    return Self.propertyTypes.merging(Self.sampleTypes) { first, _ in first }
  }

  /// What values a property can have.
  func form(of code: ObjectPropertyCode) -> ObjectPropertyDescription.Form {
    func atMost(_ number: Int?) -> ObjectPropertyDescription.Form {
      guard let number else { return .any }
      return .range(
        minimum: .uint32(0), maximum: .uint32(UInt32(clamping: number)), step: .uint32(1))
    }
    switch code {
    case .representativeSampleFormat:
      guard let formats = profile.art.formats else { return .any }
      return .enumeration(formats.map { .uint16(ObjectFormat($0).rawValue) })
    case .representativeSampleWidth: return atMost(profile.art.maximumWidth)
    case .representativeSampleHeight: return atMost(profile.art.maximumHeight)
    case .representativeSampleSize: return atMost(profile.art.maximumBytes)
    case .representativeSampleData: return .byteArray(UInt32(clamping: maximumPicture))
    default: return .any
    }
  }

  /// Whether it takes a picture's property; with `Quirk.noArtDimensions` width and height break it down.
  func takes(
    _ code: ObjectPropertyCode, _ value: PropertyValue, _ state: inout State
  ) -> ResponseCode {
    if let refusal = state.propertyRefusals[code] { return refusal }
    switch (code, value) {
    case (.representativeSampleWidth, _), (.representativeSampleHeight, _):
      if profile.quirks.contains(.noArtDimensions) {
        state.breakdown = "a picture's \(code) was set"
      }
      let limit =
        code == .representativeSampleWidth ? profile.art.maximumWidth : profile.art.maximumHeight
      return value.unsigned ?? 0 <= UInt64(limit ?? .max) ? .ok : .invalidObjectPropValue
    case (.representativeSampleData, .array(_, let bytes)):
      return shows(bytes) ? .ok : .invalidObjectPropValue
    default: return .ok
    }
  }

  /// Whether it can show a picture; no bytes are none.
  private func shows(_ picture: [UInt8]) -> Bool {
    guard !picture.isEmpty else { return true }
    guard picture.count <= maximumPicture else { return false }
    let formats = profile.art.formats ?? [.jpeg]
    // Of the others nobody here reads the header.
    guard let header = PictureHeader(picture) else {
      return formats.contains(.bmp) || formats.contains(.gif)
    }
    // Old players decode no progressive JPEG.
    return formats.contains(header.format == .jpeg ? .jpeg : .png)
      && header.width <= profile.art.maximumWidth ?? .max
      && header.height <= profile.art.maximumHeight ?? .max && header.scans == 1
  }

  private var maximumPicture: Int { profile.art.maximumBytes ?? 65_536 }
}
