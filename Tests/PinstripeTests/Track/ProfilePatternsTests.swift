import PinstripeCore
import PinstripeFrames
import PinstripeProfile
import TestTools
import Testing

@testable import Pinstripe

/// What of a track is encrypted for a player's processor.
struct ProfilePatternsTests {
  private func pattern(
    _ format: ContentFormat, _ cpu: CPUBudget?,
    _ change: (inout ProtectionRules) -> Void = { _ in }
  ) throws -> [UInt16] {
    var profile = DeviceProfile(id: "test", name: "Test player")
    profile.cpu = cpu
    change(&profile.protection)
    let recipe = try TrackRecipe(following: profile, for: [])
    return Self.numbers(try recipe.pattern(for: format, named: "a"))
  }

  private static func numbers(_ pattern: StripePattern) -> [UInt16] {
    [UInt16(pattern.kind), pattern.head, pattern.stride, pattern.phase]
  }

  private func every(_ stride: UInt16) throws -> [UInt16] {
    Self.numbers(try StripePattern(every: stride))
  }

  @Test func aProcessorWithRoomGetsFullEncryption() throws {
    let full = try every(1)
    let framed = Self.numbers(try StripePattern(framedHead: 32, every: 64))
    for format in [ContentFormat.mp3, .flac, .unknown] {
      let narrow = format == .unknown ? try every(10) : framed
      #expect(try pattern(format, nil) == narrow)
      #expect(try pattern(format, CPUBudget(decryptionBudget: 32)) == narrow)
      #expect(try pattern(format, CPUBudget(decryptionBudget: 33)) == full)
      // AES without instructions for it costs more, with them next to nothing.
      #expect(try pattern(format, CPUBudget(decryptionBudget: 33)) { $0.suite = 2 } == narrow)
      #expect(
        try pattern(format, CPUBudget(decryptionBudget: 2, hasAES: true)) { $0.suite = 2 } == full)
    }
  }

  /// What a profile asks for in so many words stays, and nothing becomes weaker.
  @Test func onlyWhatIsLeftOpenIsFilled() throws {
    let room = CPUBudget(decryptionBudget: 10_000)
    let classic = try every(10)
    #expect(try pattern(.mp3, room) { $0.pattern = .every } == classic)
    #expect(
      try pattern(.mp3, room) { $0.formats[.mp3] = FormatPattern(pattern: .every, stride: 4) }
        == every(4))
    #expect(
      try pattern(.mp3, room) {
        $0.pattern = .every
        $0.formats[.mp3] = FormatPattern(pattern: .automatic)
      } == every(1))
    let tight = CPUBudget(decryptionBudget: 1)
    #expect(try pattern(.wav, tight) == every(1))
    #expect(try pattern(.mp3, tight) { $0.pattern = .full } == every(1))
  }

  /// A profile that asks for something else makes a sync send the tracks again.
  @Test func aSyncNoticesAnotherPattern() throws {
    func protection(_ change: (inout DeviceProfile) -> Void) throws -> String {
      var profile = DeviceProfile(id: "test", name: "Test player")
      change(&profile)
      return try SyncTracks(TrackRecipe(following: profile, for: [])).protection ?? ""
    }
    let plain = try protection { _ in }
    #expect(plain == "suite 1, automatic, keys ")
    #expect(try protection { $0.cpu = CPUBudget(decryptionBudget: 10) } == plain)
    let full = try protection { $0.cpu = CPUBudget(decryptionBudget: 100) }
    let mp3 = try protection { $0.protection.formats[.mp3] = FormatPattern(pattern: .full) }
    #expect(Set([plain, full, mp3]).count == 3)
  }
}
