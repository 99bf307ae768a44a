import Pinstripe
import PinstripeMTP
import PinstripeProfile
import PinstripeProfiles
import PinstripeTestSupport
import TestTools
import Testing

/// What a draft takes from a player, and what it leaves to people.
struct ProfileDraftTests {
  private func player(
    _ change: (inout DeviceProfile) -> Void = { _ in }
  ) throws -> SimulatedPlayer {
    var profile = DeviceProfile(id: "test", name: "Player 1")
    profile.modes = [USBMode(vendorID: 0xFFFF, productID: 0x0001)]
    change(&profile)
    return try #require(SimulatedPlayer(profile))
  }

  private func keys(_ draft: ProfileDraft) -> [String] { draft.openFacts.map(\.key) }

  /// Each profile's player gives a draft that reads, lints, and says what the profile says.
  @Test func everyPlayerCanBeDrafted() async throws {
    let registry = try ProfileRegistry.builtIn()
    let players = try SimulatedPlayer.all()
    #expect(players.count >= 45)
    for var player in players {
      let profile = player.profile
      // Its ids are taken, so that only its names tell it apart.
      player.identity.manufacturer = "A maker"
      player.identity.product = "A model"
      let draft = try ProfileDraft(try await player.survey(), beside: registry)
      let text = Array(draft.fileText.utf8)
      let read = try DeviceProfile(reading: text, file: draft.profile.id + ".json")
      #expect(read == draft.profile, "\(profile.id)")
      #expect(draft.findings.map { "\($0)" } == [], "\(profile.id)")
      #expect(read.mtp.lacks.isSuperset(of: profile.mtp.lacks), "\(profile.id)")
      if let formats = profile.formats {
        let known = formats.filter { ![.opus, .alac, .ape].contains($0.key) }
        #expect(read.formats == known, "\(profile.id)")
      }
      if profile.art.delivery == .sample { #expect(read.art == profile.art, "\(profile.id)") }
      #expect(read.quirks.contains(.noRename) == profile.quirks.contains(.noRename))
      #expect(read.evidence.first?.facts == draft.learnt)
    }
  }

  @Test func whatIsToldIsTakenAndTheRestIsNamed() async throws {
    let player = try player { profile in
      profile.formats = [.mp3: FormatLimits(), .flac: FormatLimits()]
      profile.formats?[.mp3]?.sampleRates = .values([44_100, 48_000])
      profile.formats?[.mp3]?.bitRates = .range(8000...320_000)
      profile.mtp.lacks = [.moveObject, .setObjectReferences, .sendObjectPropList]
      profile.art.delivery = .sample
      profile.art.formats = [.jpeg]
      profile.art.maximumWidth = 200
      profile.quirks = [.noRename]
      profile.storage.musicFolder = "MUSIC"
    }
    player.responder.add("MUSIC", format: .association)
    player.responder.add("notes.txt")
    let draft = try ProfileDraft(try await player.survey(), beside: ProfileRegistry([]))
    var expected = player.profile
    expected.id = "pinstripe-player-1"
    expected.name = "Pinstripe Player 1"
    expected.evidence = draft.profile.evidence
    #expect(draft.profile == expected)
    #expect(
      draft.profile.evidence.map(\.source) == [
        "what the player says of itself (pinstripe profiles new): Pinstripe Player 1, firmware 1"
      ])
    #expect(
      draft.learnt == [
        "modes", "mtp.lacks", "formats.flac", "formats.mp3", "storage.musicFolder", "art.delivery",
        "art.formats", "art.maximumWidth", "quirks.no-rename",
      ])
    #expect(
      keys(draft) == [
        "modes", "switching", "decoder", "formats", "formats", "storage", "transfer",
        "art.maximumHeight", "art.maximumBytes", "playlists.mtp", "quirks",
      ])
    #expect(draft.openFacts.contains { $0.advice == "the rates of flac" })
    #expect(!draft.fileText.contains("transfer") && !draft.fileText.contains("decoder"))
  }

  @Test func aPlayerThatTellsNothingGivesADraftThatSaysSo() async throws {
    let player = try player()
    for operation in [OperationCode.getObjectPropsSupported, .getObjectHandles] {
      player.responder.refuse(operation, with: .generalError)
    }
    player.responder.tamper { operation, bytes in
      if operation == .getDeviceInfo {
        var info = DeviceInfo()
        info.operations = [.getObjectHandles]
        bytes = info.encoded
      }
    }
    let draft = try ProfileDraft(try await player.survey(), beside: ProfileRegistry([]))
    #expect(draft.profile.id == "player" && draft.profile.name == "Player")
    #expect(draft.learnt == ["modes", "mtp.lacks", "quirks.no-rename"])
    #expect(keys(draft).contains("art") && keys(draft).contains("storage.musicFolder"))
    #expect(draft.findings.isEmpty)
  }

  /// A limit that is none is a placeholder, and stays out.
  @Test func placeholdersAreLeftOut() async throws {
    let player = try player { profile in
      profile.formats = [.mp3: FormatLimits(), .wma: FormatLimits()]
      profile.formats?[.mp3]?.bitRates = .range(0...UInt32.max)
      profile.formats?[.mp3]?.sampleRates = .range(0...48_000)
      profile.formats?[.wma]?.bitRates = .values([0, 64_000, 4_000_000_000])
      profile.formats?[.wma]?.sampleRates = .values(Array(1000..<1100))
      profile.art.delivery = .sample
      profile.art.maximumWidth = 2_147_483_647
      profile.art.maximumHeight = 0
    }
    let draft = try ProfileDraft(try await player.survey(), beside: ProfileRegistry([]))
    let formats = try #require(draft.profile.formats)
    #expect(formats[.mp3]?.bitRates == nil)
    #expect(formats[.mp3]?.sampleRates == .range(1000...48_000))
    #expect(formats[.wma]?.bitRates == .values([64_000]))
    #expect(formats[.wma]?.sampleRates == nil)
    #expect(draft.profile.art.maximumWidth == nil && draft.profile.art.maximumHeight == nil)
    #expect(draft.findings.isEmpty)
  }

  /// Names are the player's own, and may be anything.
  @Test func anyNameGivesAProfile() async throws {
    let long = String(repeating: "ab ", count: 80)
    let cases = [
      ("", "", "player"), ("Maker", "", "maker"), ("", "Model", "model"),
      ("Maker", "MAKER X-1", "maker-x-1"), ("Ü", "\u{1}\n \u{7F}", "player"),
      ("a\u{1}b\r\nc", "  d  ", "abc-d"), (long, "m", nil),
      ("careful", "default", "careful-default-2"),
      ("😀", "😀", "player"),
    ]
    for (maker, model, id) in cases {
      let player = try player()
      player.responder.tamper { operation, bytes in
        guard operation == .getDeviceInfo, var info = try? DeviceInfo(parsing: bytes) else {
          return
        }
        (info.manufacturer, info.model, info.deviceVersion) = (maker, model, "\u{7}")
        bytes = info.encoded
      }
      let draft = try ProfileDraft(try await player.survey(), beside: ProfileRegistry([]))
      if let id { #expect(draft.profile.id == id, "\(maker) \(model)") }
      #expect(draft.findings.map { "\($0)" } == [], "\(maker) \(model)")
      let text = Array(draft.fileText.utf8)
      #expect(
        try DeviceProfile(reading: text, file: "\(draft.profile.id).json") == draft.profile)
    }
  }

  /// A draft whose ids another profile claims says what is still to be told apart.
  @Test func takenIdsAreFindings() async throws {
    let player = try player()
    let registry = ProfileRegistry([player.profile])
    let draft = try ProfileDraft(try await player.survey(), beside: registry)
    #expect(draft.findings.count == 1)
    #expect(draft.findings.first?.reason.contains("claims ffff:0001 as test does") == true)
    await #expect(throws: PinstripeError(.usage, "")) {
      _ = try ProfileDraft(try await player.survey(), id: "Not One", beside: registry)
    }
  }

  @Test func nothingIsWrittenOverAFile() async throws {
    let folder = TemporaryFolder()
    let draft = try ProfileDraft(
      try await player().survey(), id: "mine", beside: ProfileRegistry([]))
    let path = folder("mine.json")
    try draft.write(to: path)
    #expect(TestFile.read(path) == Array(draft.fileText.utf8))
    TestFile.write("kept".utf8, to: path)
    #expect(throws: PinstripeError(.noOutput, "")) { try draft.write(to: path) }
    #expect(TestFile.read(path) == Array("kept".utf8))
    #expect(throws: PinstripeError(.noOutput, "")) { try draft.write(to: folder("no/mine.json")) }
  }

  /// A survey ends, with an error or without, whatever the player answers.
  @Test(arguments: HostilePlayer.Malice.allCases)
  func aHostilePlayerEndsInASentence(_ malice: HostilePlayer.Malice) async throws {
    for command in 1...40 {
      let player = try player { $0.art.delivery = .sample }
      player.responder.add("Music", format: .association)
      let end = HostilePlayer(player.responder, malice, from: command)
      do {
        let survey = try await player.survey(end)
        let draft = try ProfileDraft(survey, beside: ProfileRegistry([]))
        _ = survey.differences(from: player.profile)
        let text = Array(draft.fileText.utf8)
        #expect(throws: Never.self, "\(malice) from command \(command)") {
          try DeviceProfile(reading: text, file: "\(draft.profile.id).json")
        }
      } catch {
        #expect(error is PinstripeError, "\(malice) from command \(command): \(error)")
      }
      #expect(end.commands < 500, "\(malice) from command \(command)")
      if end.commands < command { return }
    }
    Issue.record("40 commands were not enough")
  }
}
