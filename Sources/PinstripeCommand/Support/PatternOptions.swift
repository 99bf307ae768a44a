import ArgumentParser
import Pinstripe
import PinstripeCore
import PinstripeKeys
import PinstripeProfile
import PinstripeProfiles

/// Which bytes of a track are encrypted.
struct PatternOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Encrypt every n-th byte, 1 (all) to 65535. (default: what suits the format and the player)",
      valueName: "n"))
  var every: Int?

  @Option(
    help: ArgumentHelp(
      "Encrypt the first h bytes of each frame, and every n-th behind them. (default of known "
        + "formats: 32/64)",
      valueName: "h/n"))
  var framed: String?

  @Flag(help: "Use a pattern that is known to be unsafe for the file's format.")
  var forceUnsafe = false

  @Option(
    help: ArgumentHelp(
      "The first encrypted byte, from 0 to n - 1. (default: 0)", valueName: "p"))
  var phase: Int?

  @Option(help: "chacha20 (default), or aes-128-ctr for players with AES hardware.")
  var suite: String?

  /// Whether the person said anything of how to encrypt.
  var isStated: Bool { every != nil || framed != nil || phase != nil || suite != nil }

  /// The recipe that a profile asks for, with what the person said instead.
  func recipe(
    following profile: DeviceProfile, for recipients: [WrappingKey]
  ) throws -> TrackRecipe {
    var profile = profile
    if let suite {
      guard let number = ProtectionRules.suiteNames[suite] else {
        throw PinstripeError(.usage, "--suite takes chacha20 or aes-128-ctr, not \"\(suite)\".")
      }
      profile.protection.suite = number
    }
    var recipe = try TrackRecipe(following: profile, for: recipients)
    recipe.pattern = try statedPattern(profile.protection)
    recipe.allowsUnsafe = forceUnsafe
    return recipe
  }

  /// The pattern that the person asked for, with the profile's stride under a phase alone.
  private func statedPattern(_ rules: ProtectionRules) throws -> StripePattern? {
    guard every != nil || phase != nil else { return try framed.map(Self.framedPattern) }
    guard framed == nil else {
      throw PinstripeError(.usage, "--framed goes without --every and --phase; leave them out.")
    }
    guard let stride = UInt16(exactly: every ?? Int(rules.stride)), stride > 0 else {
      throw PinstripeError(.usage, "--every takes a number from 1 to 65535, not \(every ?? 0).")
    }
    guard let first = UInt16(exactly: phase ?? 0), first < stride else {
      throw PinstripeError(
        .usage, "--phase takes a number from 0 to \(stride - 1), which is below --every.")
    }
    return try StripePattern(every: stride, phase: first)
  }

  /// Reads "32/64".
  private static func framedPattern(_ text: String) throws -> StripePattern {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { UInt16($0) }
    guard numbers.count == 2, let head = numbers[0], let stride = numbers[1], stride > 0 else {
      throw PinstripeError(
        .usage, "--framed takes a head of 0 to 65535 and a stride of 1 to 65535, as in 32/64.")
    }
    return try StripePattern(framedHead: head, every: stride)
  }
}
