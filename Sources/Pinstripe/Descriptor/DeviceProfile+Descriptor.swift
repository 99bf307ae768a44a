public import PinstripeKeys
public import PinstripeProfile

extension DeviceProfile {
  /// The profile as a trusted descriptor of the player refines it (DeviceDescriptor.md, "What it
  /// refines").
  ///
  /// Protection becomes stronger or stays as it is, whatever the descriptor says. A player with a
  /// decoder gets tracks and no clear files; one whose decoder reads no frame maps gets all bytes
  /// encrypted where frames would have been used.
  public func refined(by descriptor: DeviceDescriptor) -> DeviceProfile {
    var profile = self
    profile.decoder = .pinstripe
    if formats == nil { profile.formats = descriptor.audioFormats }
    let suites = DeviceDescriptor.knownSuites.filter { descriptor.suites >> UInt32($0) & 1 == 1 }
    if !suites.contains(protection.suite), let suite = suites.first {
      profile.protection.suite = suite
    }
    profile.protection.keySlots = min(protection.keySlots, descriptor.keySlots)
    guard !descriptor.readsFrameMaps else { return profile }
    if protection.pattern == .automatic { profile.protection.pattern = .full }
    for (format, rule) in protection.formats where rule.pattern == .automatic {
      profile.protection.formats[format] = FormatPattern(pattern: .full)
    }
    return profile
  }
}

extension DeviceDescriptor {
  /// The formats in the order of their bits.
  private static let formatBits: [AudioFormat] = [
    .mp3, .wav, .wma, .ogg, .flac, .aac, .mp4, .audible, .opus, .alac, .ape, .aiff,
  ]

  /// The formats that the player plays; nil when it does not tell of one that is known.
  public var audioFormats: [AudioFormat: FormatLimits]? {
    let known = Self.formatBits.enumerated().filter { formats >> UInt32($0.offset) & 1 == 1 }
    let limits = known.map { ($0.element, FormatLimits()) }
    return known.isEmpty ? nil : Dictionary(limits) { first, _ in first }
  }

  /// The bits of formats, as a descriptor has them.
  public static func bits(of formats: some Sequence<AudioFormat>) -> UInt32 {
    formats.reduce(0) { bits, format in
      bits | (formatBits.firstIndex(of: format).map { 1 << UInt32($0) } ?? 0)
    }
  }
}
