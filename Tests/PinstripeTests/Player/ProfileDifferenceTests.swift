import Pinstripe
import PinstripeMTP
import PinstripeProfile
import PinstripeProfiles
import PinstripeTestSupport
import Testing

/// How a player and a profile differ, in both directions.
struct ProfileDifferenceTests {
  private static func profile(_ change: (inout DeviceProfile) -> Void = { _ in }) -> DeviceProfile {
    var profile = DeviceProfile(id: "test", name: "Player 1")
    profile.modes = [USBMode(vendorID: 0xFFFF, productID: 0x0001)]
    profile.mtp.lacks = [.sendObjectPropList]
    profile.formats = [.mp3: FormatLimits(), .ogg: FormatLimits()]
    profile.formats?[.mp3]?.sampleRates = .values([44_100, 48_000])
    profile.art.delivery = .sample
    profile.art.formats = [.jpeg]
    profile.art.maximumWidth = 200
    profile.playlists[.mtp] = PlaylistRules(kind: .mtpReferences)
    profile.storage.musicFolder = "MUSIC"
    change(&profile)
    return profile
  }

  private func differences(
    player: (inout DeviceProfile) -> Void = { _ in }, profile: DeviceProfile
  ) async throws -> [String] {
    let simulated = try #require(SimulatedPlayer(Self.profile(player)))
    simulated.responder.add("MUSIC", format: .association)
    return try await simulated.survey().differences(from: profile)
      .map { "\($0.kind) \($0.key): \($0.reason)" }
  }

  @Test func aPlayerThatIsAsItsProfileSaysHasNone() async throws {
    #expect(try await differences(profile: Self.profile()) == [])
  }

  /// What the profile claims and the player denies.
  @Test func whatIsDenied() async throws {
    let cases: [((inout DeviceProfile) -> Void, String)] = [
      ({ $0.modes[0].productID = 2 }, "modes: none is the player's, whose ids are ffff:0001"),
      ({ $0.mtp.lacks.insert(.moveObject) }, "mtp.lacks: the player has move-object"),
      ({ $0.formats?[.flac] = FormatLimits() }, "formats.flac: the player does not name it"),
      (
        { $0.formats?[.mp3]?.sampleRates = .range(8000...48_000) },
        "formats.mp3.sampleRates: the player says 44100, 48000 Hz, the profile 8000 to 48000 Hz"
      ),
      (
        { $0.art.maximumWidth = 100 },
        "art.maximumWidth: the player says 200 pixels, the profile 100 pixels"
      ),
      (
        { $0.storage.musicFolder = "Music" },
        "storage.musicFolder: the player's is called MUSIC"
      ),
    ]
    for (change, difference) in cases {
      #expect(
        try await differences(profile: Self.profile(change)) == ["denied \(difference)"])
    }
    #expect(
      try await differences(player: { $0.art = ArtRules() }, profile: Self.profile())
        == ["denied art.delivery: the player's albums have no picture"])
    #expect(
      try await differences(
        player: { $0.playlists[.mtp] = PlaylistRules(kind: .m3u) }, profile: Self.profile())
        == ["denied playlists.mtp: the player has no objects that refer to tracks"])
  }

  /// What the player says and the profile does not speak of.
  @Test func whatIsUnsaid() async throws {
    let cases: [((inout DeviceProfile) -> Void, String)] = [
      ({ $0.mtp.lacks = [] }, "mtp.lacks: the player has no send-object-prop-list"),
      ({ $0.formats = nil }, "formats: the player names mp3, ogg"),
      ({ $0.formats?[.ogg] = nil }, "formats.ogg: the player names it"),
      (
        { $0.formats?[.mp3]?.sampleRates = nil },
        "formats.mp3.sampleRates: the player says 44100, 48000 Hz"
      ),
      ({ $0.art = ArtRules() }, "art.delivery: the player's albums have a picture"),
      ({ $0.art.formats = nil }, "art.formats: the player says jpeg pictures"),
      ({ $0.playlists = [:] }, "playlists.mtp: the player has objects that refer to tracks"),
    ]
    for (change, difference) in cases {
      #expect(
        try await differences(profile: Self.profile(change)) == ["unsaid \(difference)"])
    }
    #expect(
      try await differences(player: { $0.quirks = [.noRename] }, profile: Self.profile())
        == ["unsaid quirks.no-rename: the player says that names cannot be changed"])
  }

  /// What only a manual tells, and what a quirk says does not work, is no difference.
  @Test func aProfileMayKnowBetter() async throws {
    let known = Self.profile { profile in
      profile.formats?[.opus] = FormatLimits()
      profile.formats?[.flac] = FormatLimits()
      profile.formats?[.ogg]?.bitRates = .range(1...500_000)
      profile.art.maximumHeight = 200
      profile.quirks = [.sendFLACAsUndefined, .noRename, .noPropertyList]
    }
    #expect(try await differences(profile: known) == [])
  }

  /// The player that a profile drives is as the profile says; what the profile leaves open, the player
  /// does as most do.
  @Test func everySimulatedPlayerIsAsItsProfileSays() async throws {
    for player in try SimulatedPlayer.all() {
      let profile = player.profile
      var expected: [String] = []
      if !profile.mtp.lacks.contains(.sendObjectPropList),
        !MemoryResponder.implemented.contains(.sendObjectPropList)
      {
        expected.append("mtp.lacks")
      }
      if profile.formats == nil { expected.append("formats") }
      if profile.playlists[.mtp] == nil, !profile.mtp.lacks.contains(.setObjectReferences) {
        expected.append("playlists.mtp")
      }
      let differences = try await player.survey().differences(from: profile)
      #expect(differences.filter { $0.kind == .denied }.isEmpty, "\(profile.id): \(differences)")
      #expect(differences.map(\.key) == expected, "\(profile.id): \(differences)")
    }
  }

  /// Each simulated player gets the profile that it was made from.
  @Test func everySimulatedPlayerIsRecognised() throws {
    let registry = try ProfileRegistry.builtIn()
    var count = 0
    for profile in registry.profiles {
      for usbProtocol in USBProtocol.allCases {
        guard let identity = PlayerIdentity(simulating: profile, in: usbProtocol) else { continue }
        count += 1
        let match = registry.match(identity)
        #expect(match?.profile.id == profile.id, "\(profile.id) \(usbProtocol)")
        #expect(match?.usbProtocol == usbProtocol, "\(profile.id)")
      }
    }
    #expect(count >= 60)
  }
}
