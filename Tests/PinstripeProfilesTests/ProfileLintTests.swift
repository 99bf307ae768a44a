import PinstripeProfile
import TestTools
import Testing

@testable import PinstripeProfiles

/// What is wrong with profiles beside each other, or within themselves.
struct ProfileLintTests {
  @Test func everyBuiltInProfileLints() throws {
    let findings = ProfileLint.findings(in: try ProfileRegistry.builtIn())
    #expect(findings.map { "\($0)" } == [])
  }

  /// Small profiles by their members; "evidence" covers everything unless it is given.
  private func findings(_ files: [(id: String, members: String)]) -> [String] {
    let layer = files.map { id, members in
      Result { () throws(ProfileError) in
        let value = try JSONValue(parsing: Array("{\(members)}".utf8), file: id)
        let formal = ["family", "base", "evidence"]
        let facts = (value.members ?? []).map(\.key).filter { !formal.contains($0) }
          .map { "\"\($0)\"" }
        let evidence =
          members.contains("evidence")
          ? ""
          : "\n\"evidence\": [{\"source\": \"s\", \"facts\": [\(facts.joined(separator: ","))]}],"
        let text = "{\"schema\": 1, \"id\": \"\(id)\",\(evidence)\n\(members), \"name\": \"N\"}"
        return try ProfileFile(parsing: Array(text.utf8), name: "\(id).json")
      }
    }
    return ProfileLint.findings(in: ProfileRegistry(layers: [layer])).map { "\($0)" }
  }

  private func mode(_ more: String = "", usb: String = "0001:0002") -> String {
    "{\"protocol\": \"mtp\", \"usb\": \"\(usb)\"\(more.isEmpty ? "" : ", " + more)}"
  }

  private func modes(_ more: String...) -> String {
    "\"modes\": [\(more.map { mode($0) }.joined(separator: ", "))]"
  }

  @Test func aWholeProfileHasNoFindings() {
    #expect(findings([("a", modes(""))]) == [])
    #expect(findings([("a", modes("", "\"product\": \"P\"", "\"serialPattern\": \"S*\""))]) == [])
  }

  @Test func twoProfilesMayNotClaimTheSame() {
    let claims = [
      ("", ""), ("\"product\": \"P\"", "\"manufacturer\": \"M\""),
      ("\"serialPattern\": \"A*\"", "\"serialPattern\": \"*9\""),
      ("\"bcdDevice\": {\"maximum\": \"0200\"}", "\"bcdDevice\": {\"minimum\": \"0200\"}"),
      (
        "\"deviceInfo\": {\"oldestFirmware\": \"1.2\"}",
        "\"deviceInfo\": {\"newestFirmware\": \"v1.02\"}"
      ),
    ]
    for (one, two) in claims {
      let found = findings([("a", modes(one)), ("b", modes(two))])
      #expect(found.count == 1, "\(one) \(two): \(found)")
      #expect(found.first?.contains("\"modes\" claims 0001:0002 as a does (a.json)") == true)
      #expect(found.first?.hasPrefix("b.json:3:10: ") == true, "\(found)")
      #expect(findings([("a", modes(one, two))]).count == 1, "nor one profile twice")
    }
  }

  @Test func whatCanBeToldApartIsNoClaim() {
    let pairs = [
      ("\"product\": \"P\"", "\"product\": \"Q\""), ("", "\"product\": \"P\""),
      ("\"serialPattern\": \"A*\"", "\"serialPattern\": \"B*\""),
      ("\"bcdDevice\": {\"maximum\": \"01ff\"}", "\"bcdDevice\": {\"minimum\": \"0200\"}"),
      (
        "\"deviceInfo\": {\"oldestFirmware\": \"1.3\"}",
        "\"deviceInfo\": {\"newestFirmware\": \"1.2.9\"}"
      ),
      ("\"deviceInfo\": {\"model\": \"A\"}", "\"deviceInfo\": {\"model\": \"B\"}"),
      ("\"product\": \"P\"", "\"bcdDevice\": {\"maximum\": \"01ff\"}"),
    ]
    for (one, two) in pairs {
      #expect(findings([("a", modes(one)), ("b", modes(two))]) == [], "\(one) \(two)")
    }
  }

  /// Each in a file of its own, whose third line is the members'.
  @Test(arguments: [
    ("\"storage\": {\"maximumDepth\": 3}", "modes", "is missing"),
    ("\"switching\": {\"mass-storage\": \"do it\"}", "switching.mass-storage", "mode"),
    ("\"playlists\": {\"mass-storage\": {\"kind\": \"m3u\"}}", "playlists.mass-storage", "mode"),
    (
      "\"formats\": {\"mp3\": {}}, \"quirks\": [\"send-ogg-as-undefined\"]",
      "quirks.send-ogg-as-undefined", "ogg"
    ),
    (
      "\"formats\": {\"ogg\": {}}, \"quirks\": [\"send-flac-as-undefined\"]",
      "quirks.send-flac-as-undefined", "flac"
    ),
    ("\"protection\": {\"pattern\": \"full\"}", "protection", "decoder"),
    ("\"cpu\": {\"decryptionBudget\": 9}", "cpu", "decoder"),
    (
      "\"mtp\": {\"lacks\": [\"set-object-references\"]}, "
        + "\"playlists\": {\"mtp\": {\"kind\": \"mtp-references\"}}",
      "playlists.mtp", "mtp.lacks"
    ),
    (
      "\"quirks\": [\"reset-on-close\", \"keep-interface-on-close\"]", "quirks.reset-on-close",
      "contrary"
    ),
    ("\"art\": {\"delivery\": \"none\", \"formats\": [\"jpeg\"]}", "art.formats", "never"),
    ("\"art\": {\"maximumWidth\": 200}", "art.maximumWidth", "never"),
    (
      "\"art\": {\"delivery\": \"none\", \"maximumBytes\": 9}", "art.maximumBytes", "never"
    ),
    ("\"art\": {\"fileName\": \"folder.jpg\"}", "art.fileName", "delivery \"folder\""),
    (
      "\"art\": {\"delivery\": \"folder\", \"fileName\": \"a:b.jpg\"}", "art.fileName", "no \":\""
    ),
    ("\"storage\": {\"musicFolder\": \"M*\"}", "storage.musicFolder", "no \"*\""),
    ("\"storage\": {\"musicFolder\": \"Nul\"}", "storage.musicFolder", "DOS"),
    (
      "\"storage\": {\"musicFolder\": \"Müsic\", \"characters\": \"ascii\"}",
      "storage.musicFolder", "no \"ü\""
    ),
    (
      "\"playlists\": {\"mtp\": {\"kind\": \"m3u\", \"folder\": \"Lists.\"}}",
      "playlists.mtp.folder", "FAT"
    ),
    (
      "\"playlists\": {\"mtp\": {\"kind\": \"samsung-spl-1\", \"separator\": \"\\\\\"}}",
      "playlists.mtp", "\"m3u\" and \"pls\""
    ),
    (
      "\"playlists\": {\"mtp\": {\"kind\": \"mtp-references\", \"encoding\": \"utf-16\"}}",
      "playlists.mtp", "\"m3u\" and \"pls\""
    ),
    (
      "\"mtp\": {\"lacks\": [\"send-object-prop-list\"]}, \"quirks\": [\"no-send-proplist\"]",
      "quirks.no-send-proplist", "mtp.lacks"
    ),
    (
      "\"mtp\": {\"lacks\": [\"get-object-prop-list\"]}, \"quirks\": [\"no-proplist-all\"]",
      "quirks.no-proplist-all", "mtp.lacks"
    ),
    (
      Self.hidden + "\"storage\": {\"maximumNameLength\": 54}",
      "protection.metadata", "maximumNameLength"
    ),
    (
      Self.hidden + "\"storage\": {\"maximumNameBytes\": 48}",
      "protection.metadata", "55"
    ),
    (
      Self.decoder + "\"cpu\": {\"decryptionBudget\": 10, \"hasAES\": true}", "cpu.hasAES",
      "aes-128-ctr"
    ),
  ])
  func contradictionsAreFound(_ members: String, _ key: String, _ words: String) throws {
    let all = key == "modes" ? members : modes("") + ", " + members
    let found = findings([("a", all)])
    #expect(found.count == 1, "\(found)")
    let finding = try #require(found.first)
    #expect(finding.contains(" \"\(key)\" ") && finding.contains(words), "\(finding)")
    #expect(finding.hasPrefix("a.json:"), "\(finding)")
  }

  private static let decoder = "\"decoder\": \"pinstripe\", "
  private static let hidden = decoder + "\"protection\": {\"metadata\": \"hidden\"}, "

  /// The same keys where they can be obeyed.
  @Test func whatIsObeyedIsNoContradiction() {
    for members in [
      Self.hidden + "\"storage\": {\"maximumNameLength\": 55}",
      Self.decoder + "\"cpu\": {\"decryptionBudget\": 2, \"hasAES\": true}, "
        + "\"protection\": {\"suite\": \"aes-128-ctr\"}",
      "\"art\": {\"delivery\": \"sample\", \"maximumWidth\": 200}",
      "\"art\": {\"delivery\": \"folder\", \"fileName\": \"folder.jpg\"}",
      "\"storage\": {\"musicFolder\": \"\"}",
      "\"playlists\": {\"mtp\": {\"kind\": \"samsung-spl-2\", \"folder\": \"Lists\"}}",
      "\"quirks\": [\"no-send-proplist\", \"no-proplist\"]",
    ] {
      #expect(findings([("a", modes("") + ", " + members)]) == [], "\(members)")
    }
  }

  /// A person's file stands before the built-in ones, and is the one that they can mend.
  @Test func aClaimIsTheFaultOfTheFileThatIsNotBuiltIn() {
    let folder = TemporaryFolder()
    let text = """
      {
        "schema": 1, "id": "mine", "name": "Mine",
        "modes": [{ "protocol": "mtp", "usb": "0781:74d0" }],
        "evidence": [{ "source": "a test", "facts": ["modes"] }]
      }
      """
    TestFile.write(text.utf8, to: folder("mine.json"))
    let claim =
      "\(folder("mine.json")):3:12: \"modes\" claims 0781:74d0 as sandisk-sansa-clip-plus does "
      + "(sandisk-sansa-clip-plus.json)"
    let registries = [
      ProfileRegistry.standard(folders: [folder.path]), .builtIn(with: [folder("mine.json")]),
    ]
    for registry in registries {
      #expect(ProfileLint.findings(in: registry).map { "\($0)" } == [claim])
    }
  }

  @Test func oneIdOfTwoFilesIsFound() throws {
    let folders = [TemporaryFolder(), TemporaryFolder()]
    for (folder, id) in zip(folders, ["0001:0002", "0001:0003"]) {
      let text = """
        {
          "schema": 1, "id": "mine", "name": "Mine", "modes": [\(mode(usb: id))],
          "evidence": [{ "source": "a test", "facts": ["modes"] }]
        }
        """
      TestFile.write(text.utf8, to: folder("mine.json"))
    }
    let registry = ProfileRegistry.builtIn(with: folders.map { $0("mine.json") })
    #expect(
      ProfileLint.findings(in: registry).map { "\($0)" } == [
        "\(folders[1]("mine.json")):2:22: \"id\" is that of \(folders[0]("mine.json")), too, and only "
          + "one can be used"
      ])
    #expect(registry.profile(id: "mine")?.modes.first?.productID == 2)
  }

  @Test func anUnusedFamilyIsFound() {
    let family = "\"family\": true, \"storage\": {\"maximumDepth\": 3}"
    let found = findings([("f", family), ("a", modes(""))])
    #expect(found.count == 1 && found.first?.contains("no profile adds to") == true, "\(found)")
    #expect(findings([("f", family), ("a", "\"base\": \"f\", " + modes(""))]) == [])
  }

  @Test func aModelIsNoBase() {
    let models = [
      ("a", modes("")), ("b", "\"base\": \"a\", " + modes("\"product\": \"P\"")),
      ("c", "\"base\": \"b\", " + modes("\"product\": \"Q\"")),
    ]
    let found = findings(models)
    #expect(found.count == 2, "\(found)")
    for (finding, id) in zip(found, ["b", "c"]) {
      #expect(finding.hasPrefix("\(id).json:") && finding.contains("\"base\" names no family"))
    }
  }

  @Test func everyFactNeedsEvidenceAndEveryEvidenceAFact() {
    let evidence =
      "\"evidence\": [{\"source\": \"s\", \"facts\": [\"modes\", \"storage.musicFolder\"]}]"
    let storage = "\"storage\": {\"musicFolder\": \"M\", \"maximumDepth\": 3}"
    let found = findings([("a", evidence + ", " + modes("") + ", " + storage)])
    #expect(found.count == 1 && found.first?.contains("\"storage.maximumDepth\" has no") == true)
    let nothing = "\"evidence\": [{\"source\": \"s\", \"facts\": [\"modes\", \"art\"]}]"
    let other = findings([("a", nothing + ", " + modes(""))])
    #expect(other.count == 1 && other.first?.contains("\"art\"") == true, "\(other)")
  }

  /// As a hostile file has; their one place is looked for once.
  @Test func manyFactsThatAreNotThereAreFoundInTimeProportionalToThem() {
    let growth = growth(from: 250) { count in
      let facts = (0..<count).map { "\"a.f\($0)\"" }.joined(separator: ",")
      let evidence =
        "\"evidence\": [{\"source\": \"s\", \"facts\": [\"modes\", \"switching\", \(facts)]}]"
      // Something long before it.
      let text = String(repeating: "x", count: 20 * count)
      let switching = "\"switching\": {\"mtp\": \"\(text)\"}"
      #expect(findings([("a", "\(modes("")), \(switching), \(evidence)")]).count == count)
    }
    #expect(growth < 9, "\(growth)")
  }

  @Test func filesThatCannotBeUsedAreFindings() {
    let found = findings([("a", modes("") + ", \"colour\": 1"), ("b", modes(""))])
    #expect(found.count == 1 && found.first?.contains("\"colour\"") == true, "\(found)")
  }
}
