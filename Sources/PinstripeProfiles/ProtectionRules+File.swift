public import PinstripeProfile

extension ProtectionRules {
  /// The suites' names in files and on the command line, with their numbers in the track format.
  public static let suiteNames: [String: UInt16] = ["chacha20": 1, "aes-128-ctr": 2]

  mutating func apply(_ object: consuming ProfileObject) throws(ProfileError) {
    pattern = try object.word("pattern") ?? pattern
    (stride, phase) = try object.stride(over: (stride, phase))
    if let patterns = try object.object("formats") { try apply(formats: patterns) }
    if let name = try object.string("suite") {
      guard let number = Self.suiteNames[name] else {
        throw object.error("suite", "must be \"chacha20\" or \"aes-128-ctr\"")
      }
      suite = number
    }
    keySlots = try object.number("keySlots", 1...16) ?? keySlots
    integrity = try object.word("integrity") ?? integrity
    metadata = try object.word("metadata") ?? metadata
    try object.end()
  }

  private mutating func apply(formats object: consuming ProfileObject) throws(ProfileError) {
    for format in AudioFormat.allCases {
      guard var rules = try object.object(format.rawValue) else { continue }
      guard let pattern = try rules.word("pattern", PatternRule.self) ?? formats[format]?.pattern
      else { throw rules.error("pattern", "is missing") }
      let base = formats[format].map { ($0.stride, $0.phase) } ?? (stride, phase)
      let (stride, phase) = try rules.stride(over: base)
      try rules.end()
      formats[format] = FormatPattern(pattern: pattern, stride: stride, phase: phase)
    }
    try object.end()
  }
}

extension ProfileObject {
  fileprivate mutating func stride(
    over base: (stride: UInt16, phase: UInt16)
  ) throws(ProfileError) -> (stride: UInt16, phase: UInt16) {
    let stride = try number("stride", 1...UInt16.max) ?? base.stride
    let phase = try number("phase", 0...UInt16.max - 1) ?? base.phase
    guard phase < stride else { throw error("phase", "must be below the stride") }
    return (stride, phase)
  }
}
