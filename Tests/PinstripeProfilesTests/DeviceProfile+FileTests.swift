import PinstripeProfile
import PinstripeProfiles
import Testing

/// The strict reader of profile files.
struct DeviceProfileFileTests {
  /// A file with some members instead of, or beside, the necessary ones; nil leaves one out.
  private func file(_ changes: [String: String?] = [:]) -> String {
    var members: [String: String?] = [
      "schema": "1", "id": "\"test-1\"", "name": "\"Test\"", "evidence": "[\"a test\"]",
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
    let profile = try read(file())
    #expect(profile == DeviceProfile(id: "test-1", name: "Test"))
  }

  @Test func everyKeyIsRead() throws {
    let profile = try read(
      file([
        "modes":
          "[{\"protocol\": \"mtp\", \"usb\": \"0a1b:ffff\", \"manufacturer\": \"M\", \"product\": \"P\"}]",
        "decoder": "\"pinstripe\"",
        "protection": "{\"stride\": 65535, \"phase\": 65534, \"suite\": \"aes-128-ctr\"}",
        "storage":
          """
        {"musicFolder": "", "maximumNameLength": 254, "forbiddenCharacters": "x",
         "maximumObjectSize": 9223372036854775807, "trackFormat": 45571}
        """,
        "transfer":
          """
        {"chunkSize": 16384, "queueDepth": 16, "postsReceivesEarly": false,
         "responseTimeoutMilliseconds": 100, "dataTimeoutMilliseconds": 600000}
        """,
        "quirks": "[\"no-rename\"]",
      ]))
    #expect(
      profile.matches
        == [USBMatch(vendorID: 0x0A1B, productID: 0xFFFF, manufacturer: "M", product: "P")])
    #expect(profile.decoder == .pinstripe)
    #expect([profile.protection.stride, profile.protection.phase] == [65535, 65534])
    #expect(profile.protection.suite == 2)
    #expect(profile.storage.musicFolder == "")
    #expect(profile.storage.maximumNameLength == 254)
    #expect(profile.storage.forbiddenCharacters == "x")
    #expect(profile.storage.maximumObjectSize == UInt64(Int64.max))
    #expect(profile.storage.trackFormat == 45571)
    #expect(profile.transfer.chunkSize == 16384)
    #expect(profile.transfer.queueDepth == 16)
    #expect(!profile.transfer.postsReceivesEarly)
    #expect(profile.transfer.responseTimeout == .milliseconds(100))
    #expect(profile.transfer.dataTimeout == .seconds(600))
    #expect(profile.quirks == [.noRename])
  }

  /// Line and column, where the file is no JSON.
  @Test(arguments: [
    ("{\n  \"schema\": 1,\n  \"schema\": 1\n}", 3),
    ("{\n  \"schema\": 1,\n}", 3),
    ("{\"schema\": 1} {}", 1),
    ("", 1),
    ("{\"name\": \"\u{1}\"}", 1),
    ("{\"schema\": 01}", 1),
    ("{'schema': 1}", 1),
    ("// comment\n{}", 1),
    (String(repeating: "[", count: 100_000), 1),
  ])
  func syntaxErrorsNameThePlace(_ text: String, _ line: Int) {
    let error = refusal(of: text)
    #expect(error?.line == line)
    #expect((error?.column ?? 0) > 0)
    #expect(error?.key == "")
  }

  @Test func invalidUTF8IsRefused() {
    #expect(throws: ProfileError.self) {
      try DeviceProfile(reading: Array("{\"name\": \"".utf8) + [0xFF, 0x22, 0x7D], file: "a.json")
    }
  }

  /// The key, with those around it, where the JSON is no profile.
  @Test(arguments: Self.wrongContents)
  func wrongContentsNameTheKey(_ key: String, _ value: String?, _ place: String?) {
    let error = refusal(of: file([key: value]))
    // What libjansson cannot hold is its error, with a line instead of a key.
    #expect(error?.key == place ?? "", "\(key): \(value ?? "left out")")
  }

  private static let wrongContents: [(String, String?, String?)] = [
    ("schema", nil, "schema"), ("schema", "2", "schema"), ("schema", "\"1\"", "schema"),
    ("schema", "1.0", "schema"), ("schema", "-1", "schema"),
    ("id", nil, "id"), ("name", nil, "name"), ("name", "7", "name"), ("name", "null", "name"),
    ("evidence", nil, "evidence"), ("evidence", "[]", "evidence"),
    ("evidence", "\"x\"", "evidence"),
    ("evidence", "[1]", "evidence"), ("Name", "\"x\"", "Name"), ("colour", "1", "colour"),
    ("decoder", "\"maybe\"", "decoder"), ("decoder", "true", "decoder"),
    ("quirks", "[\"no-such-quirk\"]", "quirks"), ("quirks", "{}", "quirks"),
    ("modes", "{}", "modes"), ("modes", "[1]", "modes[0]"), ("modes", "[{}]", "modes[0].protocol"),
    ("modes", "[{\"protocol\": \"msc\", \"usb\": \"1d6b:0100\"}]", "modes[0].protocol"),
    ("modes", "[{\"protocol\": \"mtp\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"1D6B:0100\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"1d6b\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"+d6b:0100\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"1d6b:0100:1\"}]", "modes[0].usb"),
    ("modes", "[{\"protocol\": \"mtp\", \"usb\": \"1d6b:0100\", \"x\": 1}]", "modes[0].x"),
    ("protection", "[]", "protection"), ("protection", "{\"n\": 1}", "protection.n"),
    ("protection", "{\"stride\": 0}", "protection.stride"),
    ("protection", "{\"stride\": 65536}", "protection.stride"),
    ("protection", "{\"stride\": 10.0}", "protection.stride"),
    ("protection", "{\"phase\": 10}", "protection.phase"),
    ("protection", "{\"stride\": 3, \"phase\": 3}", "protection.phase"),
    ("protection", "{\"phase\": -1}", "protection.phase"),
    ("protection", "{\"suite\": \"AES\"}", "protection.suite"),
    ("storage", "{\"maximumNameLength\": 47}", "storage.maximumNameLength"),
    ("storage", "{\"maximumNameLength\": 255}", "storage.maximumNameLength"),
    ("storage", "{\"maximumObjectSize\": 0}", "storage.maximumObjectSize"),
    ("storage", "{\"trackFormat\": 12287}", "storage.trackFormat"),
    ("storage", "{\"trackFormat\": 65536}", "storage.trackFormat"),
    ("storage", "{\"musicFolder\": \"a/b\"}", "storage.musicFolder"),
    ("storage", "{\"musicFolder\": \"..\"}", "storage.musicFolder"),
    ("storage", "{\"musicFolder\": \"a\\u0000b\"}", nil),
    ("transfer", "{\"chunkSize\": 16383}", "transfer.chunkSize"),
    ("transfer", "{\"chunkSize\": 16385}", "transfer.chunkSize"),
    ("transfer", "{\"chunkSize\": 1049600}", "transfer.chunkSize"),
    ("transfer", "{\"queueDepth\": 0}", "transfer.queueDepth"),
    ("transfer", "{\"queueDepth\": 17}", "transfer.queueDepth"),
    ("transfer", "{\"queueDepth\": 18446744073709551616}", nil),
    ("transfer", "{\"postsReceivesEarly\": 1}", "transfer.postsReceivesEarly"),
    ("transfer", "{\"dataTimeoutMilliseconds\": 99}", "transfer.dataTimeoutMilliseconds"),
    (
      "transfer", "{\"responseTimeoutMilliseconds\": 600001}",
      "transfer.responseTimeoutMilliseconds"
    ),
  ]

  @Test(arguments: [
    "Test-1", "test_1", "test--1", "-test", "test-", "", "test 1", "tést", "test.1", "test/1",
  ])
  func idsThatAreNotCanonicalAreRefused(_ id: String) {
    let error = refusal(of: file(["id": "\"\(id)\""]), as: "\(id).json")
    #expect(error?.key == "id")
  }

  @Test func theIdIsTheFilesName() {
    #expect(refusal(of: file(), as: "other.json")?.key == "id")
    #expect(refusal(of: file(), as: "test-1")?.key == "id")
  }

  @Test(arguments: ["[]", "1", "\"x\"", "null", "true"])
  func whatIsNoObjectIsRefused(_ text: String) {
    _ = refusal(of: text)
  }
}
