import Glibc
import PinstripeProfile
import TestTools
import Testing

@testable import PinstripeProfiles

/// Profiles of the administrator and of the person, over the built-in ones.
struct ProfileOverrideTests {
  private let system = TemporaryFolder()
  private let person = TemporaryFolder()

  private func write(_ id: String, _ members: String, to folder: TemporaryFolder) {
    let text = """
      {
        "schema": 1, "id": "\(id)", "name": "Mine",
        \(members)
        "evidence": [{ "source": "a test", "facts": ["modes"] }]
      }
      """
    TestFile.write(text.utf8, to: folder("\(id).json"))
  }

  private func registry() -> ProfileRegistry {
    .standard(folders: [system.path, person.path, system.path + "/absent"])
  }

  private let clip = "\"modes\": [{ \"protocol\": \"mtp\", \"usb\": \"0781:74d0\" }],"

  @Test func thePersonsFilesWinOverTheSystemsAndThoseOverTheBuiltIn() throws {
    let count = try ProfileRegistry.builtIn().profiles.count
    #expect(registry().profiles.count == count, "empty folders change nothing")
    write("sandisk-sansa-clip-plus", clip + "\"storage\": { \"maximumDepth\": 3 },", to: system)
    #expect(registry().profiles.count == count)
    let entry = try #require(registry().entry(id: "sandisk-sansa-clip-plus"))
    #expect(entry.profile.storage.maximumDepth == 3)
    #expect(entry.origin == system("sandisk-sansa-clip-plus.json"))
    #expect(entry.profile.quirks.isEmpty, "it replaces the file, and adds nothing to it")
    write("sandisk-sansa-clip-plus", clip + "\"storage\": { \"maximumDepth\": 4 },", to: person)
    #expect(registry().profile(id: "sandisk-sansa-clip-plus")?.storage.maximumDepth == 4)
    #expect(registry().problems.isEmpty)
  }

  @Test func aNewPlayerIsFoundAndMayAddToABuiltInFamily() throws {
    let mode = "\"modes\": [{ \"protocol\": \"mtp\", \"usb\": \"0781:7aaa\" }],"
    write("sandisk-sansa-new", "\"base\": \"sandisk-sansa\"," + mode, to: person)
    let registry = registry()
    #expect(registry.problems.isEmpty)
    let match = try #require(registry.match(PlayerIdentity(vendorID: 0x0781, productID: 0x7AAA)))
    #expect(match.profile.id == "sandisk-sansa-new")
    #expect(match.profile.storage.musicFolder == "MUSIC")
  }

  /// With one that asks just as much, the person's profile is taken.
  @Test func thePersonsProfileWinsWhereTwoMatchAlike() throws {
    write("mine", clip, to: person)
    let match = registry().match(PlayerIdentity(vendorID: 0x0781, productID: 0x74D0))
    #expect(match?.profile.id == "mine")
  }

  @Test func aFamilyOfThePersonsIsTheModels() throws {
    let family = "\"family\": true, \"storage\": { \"musicFolder\": \"Songs\" },"
    write("sandisk-sansa", family, to: person)
    let registry = registry()
    #expect(registry.problems.isEmpty)
    #expect(registry.profile(id: "sandisk-sansa-clip-plus")?.storage.musicFolder == "Songs")
  }

  @Test func aBrokenFileIsToldAndHidesNothing() throws {
    let count = try ProfileRegistry.builtIn().profiles.count
    TestFile.write("{\n  \"schema\": 1,\n}".utf8, to: person("sandisk-sansa-clip.json"))
    write("mine", "\"colour\": 1," + clip, to: person)
    write("lost", "\"base\": \"no-such-family\"," + clip, to: person)
    write("whole", clip, to: person)
    TestFile.write("not a profile".utf8, to: person("notes.txt"))
    let registry = registry()
    #expect(registry.profiles.count == count + 1, "the built-in Clip is there, and 'whole'")
    #expect(registry.profile(id: "whole") != nil)
    #expect(registry.entry(id: "sandisk-sansa-clip")?.origin == "sandisk-sansa-clip.json")
    let problems = registry.problems.map { "\($0)" }.sorted()
    #expect(problems.count == 3)
    for (problem, expected) in zip(
      problems,
      [
        person("lost.json") + ":3:11: \"base\"", person("mine.json") + ":3:3: \"colour\"",
        person("sandisk-sansa-clip.json") + ":2:14: ",
      ])
    {
      #expect(problem.hasPrefix(expected), "\(problem)")
    }
  }

  @Test func aFileThatCannotBeReadIsTold() {
    TestFile.write([UInt8](repeating: 0x20, count: 1 << 20) + [0x20], to: person("large.json"))
    _ = system
    let registry = ProfileRegistry.standard(folders: [person.path, person("large.json")])
    #expect(registry.problems.count == 2)
    #expect(registry.problems.contains { $0.reason.contains("too large") })
    #expect(registry.problems.contains { $0.reason.contains("cannot be listed") })
  }

  /// In one sentence, which names it once.
  @Test func whatIsNoFileIsToldAndNotWaitedFor() throws {
    _ = system
    try #require(mkfifo(person("pipe.json"), 0o600) == 0)
    try #require(mkdir(person("folder.json"), 0o700) == 0)
    let paths = ["/dev/zero", person("pipe.json"), person("folder.json"), person("absent.json")]
    #expect(
      ProfileRegistry.builtIn(with: paths).problems.map { "\($0)" } == [
        "/dev/zero: is a pipe or a device, and no file",
        "\(person("pipe.json")): is a pipe or a device, and no file",
        "\(person("folder.json")): is a folder, and no file",
        "\(person("absent.json")): cannot be read: No such file or directory",
      ])
  }

  /// Its head is right, so that it could take the other's place; its facts are not.
  @Test func anOverrideThatCannotBeUsedLeavesTheProfileBelow() throws {
    write("sandisk-sansa-clip-plus", clip + "\"storage\": { \"maximumDepth\": 3 },", to: system)
    write("sandisk-sansa-clip-plus", clip + "\"storage\": { \"maximumDepth\": 0 },", to: person)
    write("creative-zen", clip + "\"colour\": 1,", to: person)
    let registry = registry()
    #expect(registry.problems.map(\.key).sorted() == ["colour", "storage.maximumDepth"])
    let entry = try #require(registry.entry(id: "sandisk-sansa-clip-plus"))
    #expect(entry.origin == system("sandisk-sansa-clip-plus.json"))
    #expect(registry.entry(id: "creative-zen")?.origin == "creative-zen.json")
  }

  @Test func aFamilyThatCannotBeUsedIsToldOnceAndLeavesTheOneBelow() throws {
    write("sony-nwz", "\"family\": true, \"storage\": { \"maximumDepth\": 0 },", to: person)
    let registry = registry()
    #expect(registry.problems.map(\.key) == ["storage.maximumDepth"])
    let walkman = PlayerIdentity(vendorID: 0x054C, productID: 0x0325)
    #expect(registry.match(walkman)?.profile.id == "sony-nwz-a810")
    #expect(registry.profile(id: "sony-nwz-a810")?.storage.musicFolder == "MUSIC", "its family's")
    #expect(ProfileLint.findings(in: registry).map(\.key) == ["storage.maximumDepth"])
  }

  /// A budget that the member only adds to; without it, the member says nothing whole.
  @Test func aFamilyThatDoesNotSuitAMemberLeavesItTheOneBelow() throws {
    let budget = "\"family\": true, \"cpu\": { \"decryptionBudget\": 40 },"
    write("maker", budget, to: system)
    let member = "\"base\": \"maker\", \"cpu\": { \"hasAES\": true }," + clip
    write("maker-model", member, to: system)
    write("maker", "\"family\": true, \"storage\": { \"maximumDepth\": 3 },", to: person)
    let registry = registry()
    #expect(registry.profile(id: "maker-model")?.cpu?.decryptionBudget == 40)
    let problem = try #require(registry.problems.first)
    #expect(registry.problems.count == 1 && problem.file == person("maker.json"))
    #expect(problem.reason.contains("\"cpu.decryptionBudget\" is missing"), "\(problem)")
  }

  @Test func aModelDoesNotTakeAFamilysPlaceNorAFamilyAModels() throws {
    let builtIn = try ProfileRegistry.builtIn().profiles
    write("sony-nwz", clip, to: person)
    write("creative-zen-series", clip, to: person)
    write("sandisk-sansa-clip", "\"family\": true,", to: person)
    let registry = registry()
    #expect(registry.profiles == builtIn)
    #expect(registry.problems.count == 3 && registry.problems.allSatisfy { $0.key == "id" })
    #expect(registry.problems.allSatisfy { $0.line == 2 && $0.reason.contains("is that of a ") })
  }

  @Test func foldersFollowTheEnvironment() {
    func folders(_ variables: [String: String]) -> [String] {
      ProfileFolders.find { variables[$0] }
    }
    let etc = "/etc/pinstripe/profiles"
    #expect(folders([:]) == [etc])
    #expect(folders(["HOME": "/h"]) == [etc, "/h/.config/pinstripe/profiles"])
    #expect(
      folders(["HOME": "/h", "XDG_CONFIG_HOME": "/c"]) == [etc, "/c/pinstripe/profiles"])
    #expect(
      folders(["HOME": "/h", "XDG_CONFIG_HOME": "c"]) == [etc, "/h/.config/pinstripe/profiles"])
    #expect(folders(["HOME": "", "XDG_CONFIG_HOME": ""]) == [etc])
  }
}
