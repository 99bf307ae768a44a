import PinstripeCore
import PinstripeFrames
import PinstripeProfile

/// The patterns that a player's profile asks for: one for each format, or one for all.
struct ProfilePatterns: Sendable {
  private var general: StripePattern?
  private var formats: [AudioFormat: StripePattern?] = [:]

  /// Asks for nothing.
  init() {}

  /// Takes over a profile's rules.
  ///
  /// - Parameter cpu: What the player's processor has to spare: where it covers full encryption, all
  ///   bytes are encrypted of what the rules leave open.
  /// - Throws: ``TrackError/pattern`` for an impossible stride or phase.
  init(_ rules: ProtectionRules, cpu: CPUBudget? = nil) throws(TrackError) {
    let open = cpu?.covers(suite: rules.suite) == true ? PatternRule.full : .automatic
    func pattern(
      _ rule: PatternRule, _ stride: UInt16, _ phase: UInt16
    ) throws(TrackError) -> StripePattern? {
      try Self.pattern(rule == .automatic ? open : rule, stride, phase)
    }
    general = try pattern(rules.pattern, rules.stride, rules.phase)
    for (format, asked) in rules.formats {
      formats[format] = .some(try pattern(asked.pattern, asked.stride, asked.phase))
    }
  }

  /// The pattern for a format; nil when the profile leaves it open.
  ///
  /// A profile is data that comes from elsewhere and cannot weaken protection: where what it asks for
  /// is unsafe for the format, all bytes are encrypted.
  func pattern(for format: ContentFormat) throws(TrackError) -> StripePattern? {
    var asked = general
    if let audio = format.asAudio, let own = formats[audio] { asked = own }
    guard let asked else { return nil }
    let isUnsafe = PatternSafety.objection(to: asked, for: format) != nil
    return isUnsafe ? try StripePattern(every: 1) : asked
  }

  /// What is asked for, in a form of our own, so that a change of it is noticed.
  var summary: String {
    func word(_ pattern: StripePattern?) -> String { pattern.map { "\($0)" } ?? "automatic" }
    let own = formats.map { "\($0.rawValue) \(word($1))" }.sorted()
    return ([word(general)] + own).joined(separator: ", ")
  }

  private static func pattern(
    _ rule: PatternRule, _ stride: UInt16, _ phase: UInt16
  ) throws(TrackError) -> StripePattern? {
    switch rule {
    case .automatic: nil
    case .every: try StripePattern(every: stride, phase: phase)
    case .full: try StripePattern(every: 1)
    }
  }
}
