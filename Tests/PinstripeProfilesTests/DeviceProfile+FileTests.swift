import PinstripeProfile
import PinstripeProfiles
import Testing

/// The strict reader of profile files.
struct DeviceProfileFileTests {
  /// A file with some members instead of, or beside, the necessary ones; nil leaves one out.
  private func file(_ changes: [String: String?] = [:]) -> String {
    var members: [String: String?] = [
      "schema": "1", "id": "\"test-1\"", "name": "\"Test\"",
      "evidence": "[{\"source\": \"a test\", \"facts\": [\"modes\"]}]",
    ]
    for (key, value) in changes { members[key] = .some(value) }
    let lines = members.sorted { $0.key < $1.key }.compactMap { key, value in
      value.map { "  \"\(key)\": \($0)" }
    }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }

  private func read(_ text: String, as name: String = "test-1.json") throws(ProfileError)
    -> DeviceProfile
  {
    try DeviceProfile(reading: Array(text.utf8), file: name)
  }

  /// What is refused has to say where.
  private func refusal(
    of text: String, as name: String = "test-1.json", _ location: SourceLocation = #_sourceLocation
  ) -> ProfileError? {
    do throws(ProfileError) {
      _ = try read(text, as: name)
      Issue.record("accepted: \(text)", sourceLocation: location)
      return nil
    } catch {
      #expect(error.file == name, sourceLocation: location)
      #expect("\(error)".hasPrefix(name + ":"), sourceLocation: location)
      #expect(!error.reason.isEmpty, sourceLocation: location)
      return error
    }
  }

  @Test func theLeastIsTheCarefulDefaults() throws {
    var expected = DeviceProfile(id: "test-1", name: "Test")
    expected.evidence = [Evidence(source: "a test", facts: ["modes"])]
    #expect(try read(file()) == expected)
  }

  /// Line, column and sentence, where the file is no JSON: ours, of where it begins.
  @Test(arguments: [
    (
      "{\n  \"schema\": 1,\n  \"schema\": 1\n}", 3, 3,
      "has a key twice in one object: leave one out"
    ),
    (
      "{\n  \"schema\": 1,\n}", 2, 14, "has a comma behind the last of its list: leave it out"
    ),
    (
      "{\"ä\": [\"é\" , ]}", 1, 12, "has a comma behind the last of its list: leave it out"
    ),
    ("{\"schema\": 1} {}", 1, 15, "has something behind its end: a file is one object"),
    ("", 1, 1, "ends too early: something that was opened is not closed"),
    ("{\n\"name", 2, 6, "ends too early: something that was opened is not closed"),
    ("{\"name\": \"\u{1}\"}", 1, 10, Self.noJSON), ("{\"name\": \"a\\q\"}", 1, 10, Self.noJSON),
    ("{\"schema\": 01}", 1, 12, Self.noJSON), ("{'schema': 1}", 1, 2, Self.noJSON),
    ("{\"schema\" 1}", 1, 11, Self.noJSON), ("// comment\n{}", 1, 1, Self.noJSON),
    (",}", 1, 1, Self.noJSON),
    ("{\"a\": 1 \"b\": 2}", 1, 9, Self.noJSON), ("\u{FEFF}{}", 1, 1, Self.noJSON),
    (
      "{ \"name\": \"a\\u0000\" }", 1, 11, "has a zero character (\\u0000) in a text: leave it out"
    ),
    (
      "{ \"a\\u0000\": 1 }", 1, 3, "has a zero character (\\u0000) in a text: leave it out"
    ),
    ("{\"schema\": 18446744073709551616}", 1, 12, "has a number that is too large"),
    (
      String(repeating: "[", count: 100_000), 1, 2049,
      "has too many lists and objects within each other"
    ),
  ])
  func syntaxErrorsNameThePlace(_ text: String, _ line: Int, _ column: Int, _ reason: String) {
    let error = refusal(of: text)
    #expect([error?.line, error?.column] == [line, column], "\(text.prefix(40))")
    #expect(error?.reason == reason, "\(text.prefix(40))")
    #expect(error?.key == "")
  }

  private static let noJSON =
    "is no JSON here: look for a wrong comma, colon, quotation mark or value"

  @Test func invalidUTF8IsRefused() {
    do throws(ProfileError) {
      let bytes = Array("{\"name\": \"".utf8) + [0xFF, 0x22, 0x7D]
      _ = try DeviceProfile(reading: bytes, file: "a.json")
      Issue.record("accepted")
    } catch {
      #expect("\(error)" == "a.json:1:11: is no UTF-8 here: save it in that encoding")
    }
  }

  /// The key, with those around it, where the JSON is no profile; and where the value stands.
  @Test(arguments: Self.wrongContents)
  func wrongContentsNameTheKey(_ key: String, _ value: String?, _ place: String?) {
    let text = file([key: value])
    let error = refusal(of: text)
    // What libjansson cannot hold is its error, with a line instead of a key.
    #expect(error?.key == place ?? "", "\(key): \(value ?? "left out")")
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let error, 1...lines.count ~= error.line else {
      Issue.record("\(key): line \(error?.line ?? -1)")
      return
    }
    #expect(error.column <= lines[error.line - 1].count + 1)
    if place != nil, value != nil {
      #expect(lines[error.line - 1].contains("\"\(key)\":"), "\(key): \(value ?? "")")
    }
  }

  /// Line and column of the value, or of a key that is too many.
  @Test(arguments: [
    ("{\n  \"schema\": 2}", 2, 13, "schema"),
    ("{ \"schema\": 1,\n\t\"id\": \"ä\", \"name\": 5 }", 2, 8, "id"),
    ("{ \"schema\": 1, \"id\": \"test-1\", \"name\": [] }", 1, 40, "name"),
    ("{ \"schema\": 1 }", 1, 1, "id"),
    (
      "{\"schema\":1,\"id\":\"test-1\",\"name\":\"\\\"{,[\",\n \"ö\": {\"a\": [1, {}, \"]\"]},\n"
        + "\"evidence\":[{\"source\":\"s\",\"facts\":[\"modes\"]}],\n  \"storage\":{\"maximumDepth\":0}}",
      4, 29, "storage.maximumDepth"
    ),
    (
      "{\"schema\":1,\"id\":\"test-1\",\"name\":\"N\",\n \"ö\":1,\n"
        + "\"evidence\":[{\"source\":\"s\",\"facts\":[\"modes\"]}]}",
      2, 2, "ö"
    ),
    (
      "{\"schema\":1,\"id\":\"test-1\",\"name\":\"N\",\"evidence\":[{\"source\":\"s\",\"facts\":[\"a\"]}],\n"
        + "\"modes\":[ {\"protocol\":\"mtp\",\"usb\":\"1d6b:0100\"},\n  {\"protocol\":\"x\"}]}",
      3, 15, "modes[1].protocol"
    ),
    (
      "{\"schema\":1,\"id\":\"test-1\",\"name\":\"N\",\"evidence\":[\n{\"source\":\"s\",\"facts\":[\"a\",\n \"a\"]}]}",
      3, 2, "evidence[0].facts"
    ),
  ])
  func theErrorIsWhereTheValueStands(
    _ text: String, _ line: Int, _ column: Int, _ key: String
  ) {
    let error = refusal(of: text)
    #expect(error?.key == key)
    #expect([error?.line, error?.column] == [line, column], "\(text)")
  }

  private static let mode = "\"protocol\": \"mtp\", \"usb\": \"1d6b:0100\""

  private static let wrongContents: [(String, String?, String?)] = [
    ("$schema", "\"other.json\"", "$schema"), ("schema", nil, "schema"), ("schema", "2", "schema"),
    ("schema", "\"1\"", "schema"), ("schema", "1.0", "schema"), ("schema", "-1", "schema"),
    ("id", nil, "id"), ("name", nil, "name"), ("name", "7", "name"), ("name", "null", "name"),
    ("name", "\"\"", "name"), ("name", "\" x\"", "name"), ("name", "\"a\\u0007\"", "name"),
    ("name", "\"a\\u009b31m\"", "name"),
    ("family", "1", "family"), ("base", "\"none\"", "base"), ("base", "[]", "base"),
    ("evidence", nil, "evidence"), ("evidence", "[]", "evidence"),
    ("evidence", "\"x\"", "evidence"), ("evidence", "[1]", "evidence[0]"),
    ("evidence", "[{\"facts\": [\"x\"]}]", "evidence[0].source"),
    ("evidence", "[{\"source\": \"x\"}]", "evidence[0].facts"),
    ("evidence", "[{\"source\": \"x\", \"facts\": []}]", "evidence[0].facts"),
    ("Name", "\"x\"", "Name"), ("colour", "1", "colour"),
    ("decoder", "\"maybe\"", "decoder"), ("decoder", "true", "decoder"),
    ("quirks", "[\"no-such-quirk\"]", "quirks"), ("quirks", "{}", "quirks"),
    ("quirks", "[\"no-rename\", \"no-rename\"]", "quirks"),
    ("modes", "{}", "modes"), ("modes", "[1]", "modes[0]"), ("modes", "[{}]", "modes[0].protocol"),
    ("modes", "[{\"protocol\": \"msc\", \"usb\": \"1d6b:0100\"}]", "modes[0].protocol"),
    ("modes", "[{\"protocol\": \"mtp\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"1D6B:0100\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"1d6b\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"+d6b:0100\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"1d6b:0100:1\"}]", "modes[0].usb"),
    ("modes", "[{\(mode), \"x\": 1}]", "modes[0].x"),
    ("modes", "[{\(mode), \"product\": \"\"}]", "modes[0].product"),
    ("modes", "[{\(mode), \"serialPattern\": \"**\"}]", "modes[0].serialPattern"),
    (
      "modes", "[{\(mode), \"serialPattern\": \"\(String(repeating: "x", count: 127))\"}]",
      "modes[0].serialPattern"
    ),
    ("modes", "[\(Array(repeating: "{\(mode)}", count: 65).joined(separator: ", "))]", "modes"),
    ("modes", "[{\(mode), \"bcdDevice\": {}}]", "modes[0].bcdDevice.minimum"),
    ("modes", "[{\(mode), \"bcdDevice\": {\"minimum\": \"1\"}}]", "modes[0].bcdDevice.minimum"),
    ("modes", "[{\(mode), \"bcdDevice\": {\"maximum\": \"0G00\"}}]", "modes[0].bcdDevice.maximum"),
    (
      "modes", "[{\(mode), \"bcdDevice\": {\"minimum\": \"0200\", \"maximum\": \"0100\"}}]",
      "modes[0].bcdDevice.maximum"
    ),
    ("modes", "[{\(mode), \"deviceInfo\": {}}]", "modes[0].deviceInfo.model"),
    (
      "modes", "[{\(mode), \"deviceInfo\": {\"oldestFirmware\": \"x\"}}]",
      "modes[0].deviceInfo.oldestFirmware"
    ),
    (
      "modes",
      "[{\(mode), \"deviceInfo\": {\"oldestFirmware\": \"2\", \"newestFirmware\": \"1.9\"}}]",
      "modes[0].deviceInfo.newestFirmware"
    ),
    (
      "modes",
      "[{\"protocol\": \"mass-storage\", \"usb\": \"1d6b:0100\", \"deviceInfo\": {\"model\": \"M\"}}]",
      "modes[0].deviceInfo"
    ),
    ("switching", "{\"mtp\": \"Do this.\"}", "switching.mtp"),
    ("switching", "{\"msc\": \"do this\"}", "switching.msc"),
    ("mtp", "{\"lacks\": [\"everything\"]}", "mtp.lacks"),
    ("mtp", "{\"maximumStringLength\": 255}", "mtp.maximumStringLength"),
    ("formats", "{}", "formats.mp3"), ("formats", "{\"MP3\": {}}", "formats.mp3"),
    ("formats", "{\"mp3\": {}, \"vorbis\": {}}", "formats.vorbis"),
    ("formats", "{\"mp3\": {\"sampleRates\": {}}}", "formats.mp3.sampleRates.maximum"),
    (
      "formats", "{\"mp3\": {\"sampleRates\": {\"values\": [48000, 8000]}}}",
      "formats.mp3.sampleRates.values"
    ),
    (
      "formats", "{\"mp3\": {\"bitRates\": {\"values\": [1], \"maximum\": 1}}}",
      "formats.mp3.bitRates.maximum"
    ),
    (
      "formats", "{\"mp3\": {\"bitRates\": {\"minimum\": 2, \"maximum\": 1}}}",
      "formats.mp3.bitRates.maximum"
    ),
    ("protection", "[]", "protection"), ("protection", "{\"n\": 1}", "protection.n"),
    ("protection", "{\"pattern\": \"some\"}", "protection.pattern"),
    ("protection", "{\"stride\": 0}", "protection.stride"),
    ("protection", "{\"stride\": 65536}", "protection.stride"),
    ("protection", "{\"stride\": 10.0}", "protection.stride"),
    ("protection", "{\"phase\": 10}", "protection.phase"),
    ("protection", "{\"stride\": 3, \"phase\": 3}", "protection.phase"),
    ("protection", "{\"phase\": -1}", "protection.phase"),
    ("protection", "{\"suite\": \"AES\"}", "protection.suite"),
    ("protection", "{\"keySlots\": 17}", "protection.keySlots"),
    ("protection", "{\"integrity\": \"none\"}", "protection.integrity"),
    ("protection", "{\"metadata\": true}", "protection.metadata"),
    ("protection", "{\"formats\": {\"mp3\": {}}}", "protection.formats.mp3.pattern"),
    (
      "protection",
      "{\"formats\": {\"mp3\": {\"pattern\": \"every\", \"stride\": 1, \"phase\": 1}}}",
      "protection.formats.mp3.phase"
    ),
    ("storage", "{\"maximumNameLength\": 47}", "storage.maximumNameLength"),
    ("storage", "{\"maximumNameLength\": 255}", "storage.maximumNameLength"),
    ("storage", "{\"characters\": \"utf-8\"}", "storage.characters"),
    ("storage", "{\"maximumDepth\": 33}", "storage.maximumDepth"),
    ("storage", "{\"maximumObjects\": 0}", "storage.maximumObjects"),
    ("storage", "{\"maximumObjectSize\": 0}", "storage.maximumObjectSize"),
    ("storage", "{\"trackFormat\": 12287}", "storage.trackFormat"),
    ("storage", "{\"trackFormat\": 65536}", "storage.trackFormat"),
    ("storage", "{\"musicFolder\": \"a/b\"}", "storage.musicFolder"),
    ("storage", "{\"musicFolder\": \"..\"}", "storage.musicFolder"),
    ("storage", "{\"musicFolder\": \"a\\u0085b\"}", "storage.musicFolder"),
    ("storage", "{\"musicFolder\": \"a\\u0000b\"}", nil),
    ("transfer", "{\"chunkSize\": 16383}", "transfer.chunkSize"),
    ("transfer", "{\"chunkSize\": 16385}", "transfer.chunkSize"),
    ("transfer", "{\"chunkSize\": 1049600}", "transfer.chunkSize"),
    ("transfer", "{\"queueDepth\": 0}", "transfer.queueDepth"),
    ("transfer", "{\"queueDepth\": 17}", "transfer.queueDepth"),
    ("transfer", "{\"queueDepth\": 18446744073709551616}", nil),
    ("transfer", "{\"postsReceivesEarly\": 1}", "transfer.postsReceivesEarly"),
    ("transfer", "{\"smallFiles\": \"fast\"}", "transfer.smallFiles"),
    ("transfer", "{\"dataTimeoutMilliseconds\": 99}", "transfer.dataTimeoutMilliseconds"),
    (
      "transfer", "{\"responseTimeoutMilliseconds\": 600001}",
      "transfer.responseTimeoutMilliseconds"
    ),
    ("art", "{\"delivery\": \"mail\"}", "art.delivery"),
    ("art", "{\"formats\": [\"webp\"]}", "art.formats"),
    ("art", "{\"maximumWidth\": 4097}", "art.maximumWidth"),
    ("art", "{\"fileName\": \"\"}", "art.fileName"),
    ("playlists", "{\"mtp\": {}}", "playlists.mtp.kind"),
    ("playlists", "{\"usb\": {\"kind\": \"m3u\"}}", "playlists.usb"),
    (
      "playlists", "{\"mass-storage\": {\"kind\": \"mtp-references\"}}",
      "playlists.mass-storage.kind"
    ),
    (
      "playlists", "{\"mtp\": {\"kind\": \"m3u\", \"separator\": \":\"}}", "playlists.mtp.separator"
    ),
    ("cpu", "{}", "cpu.decryptionBudget"),
    ("cpu", "{\"decryptionBudget\": 0}", "cpu.decryptionBudget"),
    ("cpu", "{\"decryptionBudget\": 1, \"hasAES\": 1}", "cpu.hasAES"),
  ]

  @Test(arguments: [
    "Test-1", "test_1", "test--1", "-test", "test-", "", "test 1", "tést", "test.1", "test/1",
  ])
  func idsThatAreNotCanonicalAreRefused(_ id: String) {
    let error = refusal(of: file(["id": "\"\(id)\""]), as: "\(id).json")
    #expect(error?.key == "id")
  }

  /// Inheritance ends there.
  @Test func aFamilyHasNoBaseAndNoModes() {
    let based = refusal(of: file(["family": "true", "base": "\"other\""]))
    #expect(based?.key == "base" && based?.reason.contains("families have none") == true)
    let matched = refusal(of: file(["family": "true", "modes": "[{\(Self.mode)}]"]))
    #expect(matched?.key == "modes" && matched?.reason.contains("no place in a family") == true)
  }

  @Test func theIdIsTheFilesName() {
    #expect(refusal(of: file(), as: "other.json")?.key == "id")
    #expect(refusal(of: file(), as: "test-1")?.key == "id")
    #expect(refusal(of: file(), as: "atest-1.json")?.key == "id")
    #expect(throws: Never.self) { try read(file(), as: "/etc/pinstripe/profiles/test-1.json") }
  }

  /// Once each of its facts was looked for in the text from the beginning on: a file of 1 MiB took minutes.
  @Test func aFileOfManyFactsIsRefusedInTimeProportionalToIt() {
    let growth = growth(from: 500) { count in
      let quirks = (0..<count).map { "\"q\($0)\"" }.joined(separator: ",")
      #expect(refusal(of: file(["quirks": "[\(quirks)]"]))?.key == "quirks")
    }
    #expect(growth < 9, "\(growth)")
  }

  @Test(arguments: ["[]", "1", "\"x\"", "null", "true"])
  func whatIsNoObjectIsRefused(_ text: String) {
    _ = refusal(of: text)
  }
}
