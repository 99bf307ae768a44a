import PinstripeProfile
import TestTools
import Testing

@testable import PinstripeProfiles

/// The JSON Schema, the example and the reader know the same keys.
struct ProfileDocumentationTests {
  private let keys = KeyLog()

  /// The example, over a family that states little.
  private func example() throws -> DeviceProfile {
    let text = try #require(TestFile.read("\(ProfileRegistryTests.folder)/example.json"))
    let file = try ProfileFile(parsing: text, name: "example.json", keys: keys)
    return try file.profile(family: DeviceProfile(id: "example-family", name: "Family"))
  }

  /// A key path as the schema says it: without numbers of elements, "*" for the name of a format.
  private static func plain(_ key: String) -> String {
    key.split(separator: ".").map { part in
      let name = part.prefix { $0 != "[" }
      return AudioFormat(rawValue: String(name)) == nil ? String(name) : "*"
    }.joined(separator: ".")
  }

  private static func members(_ value: JSONValue, _ path: String = "") -> Set<String> {
    if let elements = value.elements {
      return elements.reduce(into: []) { $0.formUnion(members($1, path)) }
    }
    return (value.members ?? []).reduce(into: []) { keys, member in
      let below = path.isEmpty ? member.key : "\(path).\(member.key)"
      keys.insert(plain(below))
      keys.formUnion(members(member.value, below))
    }
  }

  /// Each key of the example is one that the reader takes, and each that it asks for is there.
  @Test func theExampleHasEveryKeyAndNoOther() throws {
    _ = try example()
    let text = try #require(TestFile.read("\(ProfileRegistryTests.folder)/example.json"))
    let there = Self.members(try JSONValue(parsing: text, file: "example.json"))
    let asked = Set(keys.keys.map(Self.plain))
    #expect(asked.subtracting(there).sorted() == [], "the example lacks them")
    #expect(there.subtracting(asked).sorted() == [], "the reader does not know them")
    #expect(asked.count > 70)
  }

  /// A value that is the default would not show that the reader takes it.
  @Test func theExamplesValuesAreTaken() throws {
    let profile = try example()
    #expect(profile.decoder == .pinstripe)
    #expect(
      profile.mtp.lacks == Set(PlayerOperation.allCases) && profile.mtp.maximumStringLength == 128)
    let mode = try #require(profile.modes.first)
    #expect(mode.vendorID == 0x1D6B && mode.productID == 0x0100 && mode.usbProtocol == .mtp)
    #expect(mode.manufacturer == "Example" && mode.product == "Player")
    #expect(mode.release == 0x0100...0x01FF && mode.serialPattern == "EX??-*")
    #expect(mode.deviceInfo.manufacturer == "Example Ltd" && mode.deviceInfo.model == "Player 2")
    #expect(mode.deviceInfo.oldestFirmware?.text == "V01.01.15")
    #expect(mode.deviceInfo.newestFirmware?.text == "V01.99")
    #expect(profile.modes.last?.usbProtocol == .massStorage && profile.modes.count == 2)
    #expect(Set(profile.switching.keys) == Set(USBProtocol.allCases))
    let formats = try #require(profile.formats)
    #expect(Set(formats.keys) == Set(AudioFormat.allCases))
    #expect(formats[.mp3]?.sampleRates == .range(8000...48_000))
    #expect(formats[.mp3]?.bitRates == .range(8000...320_000))
    #expect(formats[.wma]?.bitRates == .values([64_000, 128_000, 192_000]))
    #expect(formats[.ogg]?.bitRates == .range(1...500_000))
    let protection = profile.protection
    #expect(protection.keySlots == 4 && protection.integrity == .chunks)
    #expect(protection.metadata == .hidden && protection.suite == 1)
    #expect(protection.formats[.mp3] == FormatPattern(pattern: .every, stride: 4, phase: 1))
    #expect(protection.formats[.wav] == FormatPattern(pattern: .full))
    #expect(profile.storage.characters == .bmp && profile.storage.maximumObjects == 4000)
    #expect(profile.transfer.smallFiles == .together)
    #expect(profile.art.delivery == .folder && profile.art.formats == ArtFormat.allCases)
    #expect(profile.art.maximumWidth == 200 && profile.art.maximumHeight == 200)
    #expect(profile.art.maximumBytes == 65_536 && profile.art.fileName == "cover.jpg")
    let playlist = try #require(profile.playlists[.mtp])
    #expect(playlist.kind == .pls && playlist.separator == .backslash)
    #expect(playlist.encoding == .utf16 && playlist.lineEnd == .crlf)
    #expect(profile.playlists[.massStorage]?.lineEnd == .lf)
    #expect(profile.playlists[.massStorage]?.paths == .absolute)
    #expect(profile.cpu == CPUBudget(decryptionBudget: 20))
    #expect(profile.quirks == [.noRename, .uniqueFileNames])
    #expect(profile.evidence.count == 2)
    let again = Array(profile.fileText.utf8)
    #expect(try DeviceProfile(reading: again, file: "example.json") == profile)
  }

  /// It is what people begin with.
  @Test func theExampleLints() throws {
    let text = try #require(TestFile.read("\(ProfileRegistryTests.folder)/example.json"))
    let family = """
      {"schema": 1, "id": "example-family", "name": "F", "family": true, "decoder": "pinstripe",
       "evidence": [{"source": "s", "facts": ["decoder"]}]}
      """
    let registry = ProfileRegistry(layers: [
      [
        .success(try ProfileFile(parsing: Array(family.utf8), name: "example-family.json")),
        .success(try ProfileFile(parsing: text, name: "example.json")),
      ]
    ])
    #expect(registry.profiles.count == 1)
    #expect(ProfileLint.findings(in: registry).map { "\($0)" } == [])
  }

  /// An independent program judges all files by the schema, and lists the schema's keys.
  @Test func theSchemaFitsAllFilesAndTheReader() async throws {
    guard let python = await Self.python() else {
      print("skipped: no python3 has the package jsonschema (python3-jsonschema)")
      return
    }
    _ = try example()
    let folder = ProfileRegistryTests.folder
    let files = (ProfileRegistryTests.names + ["example.json"]).map { "\(folder)/\($0)" }
    let script = Repository.root + "/Tests/Profiles/check_schema.py"
    let outcome = try await python.run([script, "\(folder)/profile.schema.json"] + files)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.text.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("invalid ") } == [])
    let keys = Set(lines.filter { $0.hasPrefix("key ") }.map { String($0.dropFirst(4)) })
    let asked = Set(self.keys.keys.map(Self.plain))
    #expect(asked.subtracting(keys).sorted() == [], "the schema lacks them")
    #expect(keys.subtracting(asked).sorted() == [], "the reader does not know them")
  }

  /// What the reader refuses for its words, the schema has to refuse too.
  @Test func theSchemaKnowsTheSameWords() throws {
    let text = try #require(
      TestFile.read("\(ProfileRegistryTests.folder)/profile.schema.json"))
    let schema = String(decoding: text, as: UTF8.self)
    let quirks = Quirk.known.map(\.rawValue).sorted()
    for word in quirks + AudioFormat.allCases.map(\.rawValue) {
      #expect(schema.contains("\"\(word)\""), "\(word)")
    }
    let all = try #require(schema.split(separator: "\"quirks\": {").last)
    let listed = all.split(separator: "]").first.map { $0.split(separator: "\"") } ?? []
    #expect(listed.count { $0.contains("-") && !$0.contains(" ") } == quirks.count)
  }

  private static func python() async -> Program? {
    for path in ["python3", "/usr/bin/python3"] {
      let python = Program(path)
      if let outcome = try? await python.run(["-c", "import jsonschema"]), outcome.status == 0 {
        return python
      }
    }
    return nil
  }
}
