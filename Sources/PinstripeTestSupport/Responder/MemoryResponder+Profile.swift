import PinstripeMTP
import PinstripeProfile

/// What a player says of itself, by its profile.
extension MemoryResponder {
  /// Who it is: what the profile's first MTP mode asks of DeviceInfo.
  static func selfDescription(of profile: DeviceProfile) -> DeviceInfo {
    let asked = profile.modes.first { $0.usbProtocol == .mtp }?.deviceInfo
    var info = DeviceInfo()
    info.manufacturer = asked?.manufacturer ?? "Pinstripe"
    info.model = asked?.model ?? profile.name
    info.deviceVersion = (asked?.oldestFirmware ?? asked?.newestFirmware)?.text ?? "1"
    return info
  }

  /// The formats that it plays; where the profile does not say, those that most players do.
  private var audioFormats: [ObjectFormat] {
    guard let formats = profile.formats else { return [.mp3, .wav, .wma, .ogg, .flac, .aac] }
    var codes: [ObjectFormat] = []
    for format in AudioFormat.allCases where formats[format] != nil {
      if let code = ObjectFormat(format), !codes.contains(code) { codes.append(code) }
    }
    return codes
  }

  /// What it holds, by its own word.
  var playbackFormats: [ObjectFormat] {
    [.undefined, .association] + audioFormats
      + (hasAlbums ? [.abstractAudioAlbum] : []) + playlistFormats
  }

  /// The playlists that it plays.
  private var playlistFormats: [ObjectFormat] {
    switch profile.playlists[.mtp]?.kind {
    case .m3u: [.m3uPlaylist]
    case .pls: [.plsPlaylist]
    case .samsungSPL1, .samsungSPL2: [.samsungPlaylist]
    case nil, .mtpReferences: [.abstractAudioVideoPlaylist]
    case .some(.none): []
    }
  }

  /// Whether it takes an object of a format: all that the profile does not speak of, but no music that
  /// it does not play, nor what it wants announced otherwise.
  func takes(_ format: ObjectFormat) -> Bool {
    if format == .ogg, profile.quirks.contains(.sendOggAsUndefined) { return false }
    if format == .flac, profile.quirks.contains(.sendFLACAsUndefined) { return false }
    return profile.formats == nil || format.audio == nil || audioFormats.contains(format)
  }

  /// A format that a command names.
  func format(in command: Message, at parameter: Int) -> ObjectFormat {
    ObjectFormat(rawValue: UInt16(truncatingIfNeeded: command.parameter(parameter)))
  }

  /// The properties that objects of a format have.
  func properties(of command: Message) -> [ObjectPropertyCode] {
    let format = format(in: command, at: 0)
    return Array(propertyTypes(of: format).keys) + descriptions(of: format).map(\.property)
  }

  /// The properties whose values the profile limits.
  func descriptions(of format: ObjectFormat) -> [ObjectPropertyDescription] {
    guard let limits = format.audio.flatMap({ profile.formats?[$0] }) else { return [] }
    return [
      Self.description(.sampleRate, limits.sampleRates),
      Self.description(.audioBitRate, limits.bitRates),
    ].compactMap(\.self)
  }

  private static func description(
    _ property: ObjectPropertyCode, _ rates: Rates?
  ) -> ObjectPropertyDescription? {
    let form: ObjectPropertyDescription.Form
    switch rates {
    case nil: return nil
    case .values(let values): form = .enumeration(values.map { .uint32($0) })
    case .range(let range):
      form = .range(
        minimum: .uint32(range.lowerBound), maximum: .uint32(range.upperBound), step: .uint32(1))
    }
    return ObjectPropertyDescription(
      property: property, isSettable: false, defaultValue: .uint32(0), form: form)
  }
}
