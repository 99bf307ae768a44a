import PinstripeMTP
import PinstripeProfile

/// A survey in a profile's terms; what is nil the player did not tell.
struct SurveyFacts {
  /// The operations that it does not claim.
  let lacks: Set<PlayerOperation>
  /// The formats that it claims to play.
  let formats: [AudioFormat: FormatLimits]?
  /// Whether it claims that a file's name can be changed.
  let renames: Bool?
  /// What it claims of pictures of albums; nil when albums have none.
  let art: ArtRules?
  /// Whether playlists can be objects that refer to tracks.
  let hasReferences: Bool
  /// The folder for music, when it is there already.
  let musicFolder: String?

  init(_ survey: PlayerSurvey) {
    let info = survey.deviceInfo
    lacks = Set(
      PlayerOperation.allCases.filter {
        !info.operations.contains(OperationCode(rawValue: $0.code))
      })
    let known = Set(info.playbackFormats.compactMap(\.audio))
    let limits = known.map { ($0, FormatLimits(survey, $0)) }
    formats = known.isEmpty ? nil : Dictionary(limits) { first, _ in first }
    renames = Self.renames(survey)
    art = ArtRules(survey.descriptions[.abstractAudioAlbum] ?? [:])
    hasReferences =
      info.playbackFormats.contains(.abstractAudioVideoPlaylist)
      && info.operations.contains(.setObjectReferences)
      && info.operations.contains(.getObjectReferences)
    musicFolder = survey.folders?.first { ["music", "musik"].contains($0.lowercased()) }
  }

  private static func renames(_ survey: PlayerSurvey) -> Bool? {
    guard survey.deviceInfo.operations.contains(.setObjectPropValue) else { return false }
    let names = survey.descriptions.values.compactMap { $0[.objectFileName] }
    return names.isEmpty ? nil : names.contains(where: \.isSettable)
  }
}

extension FormatLimits {
  fileprivate init(_ survey: PlayerSurvey, _ format: AudioFormat) {
    self.init()
    let properties = ObjectFormat(format).flatMap { survey.descriptions[$0] } ?? [:]
    sampleRates = properties[.sampleRate].flatMap { Rates($0, 1000...768_000) }
    bitRates = properties[.audioBitRate].flatMap { Rates($0, 1...100_000_000) }
  }
}

extension Rates {
  /// A profile's list has no more; what is longer is no list of rates.
  private static let maximumValues = 64

  /// What a player says of rates; nil for a limit that is none.
  ///
  /// - Parameter bounds: What profiles take.
  fileprivate init?(_ description: ObjectPropertyDescription, _ bounds: ClosedRange<UInt32>) {
    switch description.form {
    case .range(let minimum, let maximum, _):
      guard let low = minimum.unsigned, let high = maximum.unsigned,
        let highest = UInt32(exactly: high), bounds.contains(highest)
      else { return nil }
      let lowest = max(bounds.lowerBound, UInt32(clamping: low))
      guard lowest <= highest else { return nil }
      self = .range(lowest...highest)
    case .enumeration(let values):
      let rates = Set(values.compactMap { $0.unsigned.flatMap { UInt32(exactly: $0) } })
        .filter(bounds.contains)
      guard !rates.isEmpty, rates.count <= Self.maximumValues else { return nil }
      self = .values(rates.sorted())
    default: return nil
    }
  }
}

extension ArtRules {
  /// What a player says of an album's picture; nil when it has none.
  fileprivate init?(_ properties: [ObjectPropertyCode: ObjectPropertyDescription]) {
    guard properties[.representativeSampleData] != nil else { return nil }
    self.init()
    delivery = .sample
    if case .enumeration(let codes) = properties[.representativeSampleFormat]?.form {
      var formats: [ArtFormat] = []
      for code in codes.compactMap(\.unsigned) {
        let format = ArtFormat.allCases.first { UInt64(ObjectFormat($0).rawValue) == code }
        if let format, !formats.contains(format) { formats.append(format) }
      }
      if !formats.isEmpty { self.formats = formats }
    }
    func limit(_ property: ObjectPropertyCode, _ most: UInt64) -> Int? {
      // A limit beyond what profiles take is a placeholder, and so is none.
      guard case .range(_, let maximum, _) = properties[property]?.form,
        let value = maximum.unsigned, value > 0, value <= most
      else { return nil }
      return Int(value)
    }
    maximumWidth = limit(.representativeSampleWidth, 4096)
    maximumHeight = limit(.representativeSampleHeight, 4096)
    maximumBytes = limit(.representativeSampleSize, 16_777_216)
  }
}
