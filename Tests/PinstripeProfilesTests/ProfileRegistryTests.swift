import PinstripeProfile
import TestTools
import Testing

@testable import PinstripeProfiles

/// The profiles that are compiled in, and those that override them.
struct ProfileRegistryTests {
  static var folder: String { Repository.root + "/DeviceProfiles" }

  /// The profile files of the folder: all JSON but the schema and the documentation.
  static var names: [String] {
    TemporaryFolder.names(in: folder).filter {
      $0.hasSuffix(".json") && !["example.json", "profile.schema.json"].contains($0)
    }
  }

  @Test func everyFileOfDeviceProfilesIsCompiledIn() {
    let files = Self.names.map { TestFile.read("\(Self.folder)/\($0)") ?? [] }
    #expect(files.count >= 51, "44 players, 7 families, our own")
    #expect(ProfileRegistry.builtInTexts == files, "Sources/CDeviceProfiles lists all, in order")
  }

  @Test func everyFileHasItsIdForAName() throws {
    for name in Self.names {
      let bytes = try #require(TestFile.read("\(Self.folder)/\(name)"))
      #expect(throws: Never.self, "\(name)") { try ProfileFile(parsing: bytes, name: name) }
    }
  }

  @Test func atLeast44PlayersAndOurOwnAreThere() throws {
    let registry = try ProfileRegistry.builtIn()
    #expect(registry.profiles.count { $0.decoder == .none } >= 44)
    for id in ["pinstripe-board", "umtp-responder", "qemu-usb-mtp"] {
      #expect(registry.profile(id: id)?.decoder == .pinstripe, "\(id)")
    }
    #expect(Set(registry.profiles.map(\.id)).count == registry.profiles.count)
    #expect(registry.profiles.allSatisfy { $0.id != DeviceProfile.careful.id })
  }

  @Test func everyQuirkHasAProfileThatNeedsIt() throws {
    let used = try ProfileRegistry.builtIn().profiles.reduce(into: Set<Quirk>()) {
      $0.formUnion($1.quirks)
    }
    #expect(used == Quirk.known)
  }

  /// What is written is read again as it was: the writer knows every key.
  @Test func everyProfileReadsAsItWasWritten() throws {
    for profile in try ProfileRegistry.builtIn().profiles {
      let text = Array(profile.fileText.utf8)
      #expect(try DeviceProfile(reading: text, file: "\(profile.id).json") == profile)
    }
  }

  /// Its bulk IN endpoint never wakes, it takes buffers of 512 KiB from whole transfers, and a name
  /// beyond ASCII crashes it.
  @Test func qemuIsTreatedWithCare() throws {
    let profile = try #require(try ProfileRegistry.builtIn().profile(id: "qemu-usb-mtp"))
    #expect(!profile.transfer.postsReceivesEarly)
    #expect(524_288 % profile.transfer.chunkSize == 0)
    #expect(profile.quirks == [.noRename, .exactDataPhase])
    #expect(profile.storage.characters == .ascii)
  }

  /// A family's facts and a model's own.
  @Test func aModelAddsToItsFamily() throws {
    let clip = try #require(try ProfileRegistry.builtIn().profile(id: "sandisk-sansa-clip-plus"))
    #expect(clip.name == "SanDisk Sansa Clip+")
    #expect(clip.storage.musicFolder == "MUSIC", "the family's")
    #expect(clip.playlists[.massStorage]?.separator == .backslash, "the family's")
    #expect(clip.playlists[.mtp]?.kind == .mtpReferences, "its own, beside the family's")
    #expect(clip.quirks.contains(.noArtDimensions), "its own list, instead of the family's")
    #expect(clip.formats?[.flac]?.sampleRates == .range(8000...48_000))
    #expect(clip.mtp.lacks == [.moveObject, .sendObjectPropList])
    #expect(clip.evidence.contains { $0.source.contains("src/music-players.h") })
    #expect(clip.evidence.contains { $0.source.contains("forum") }, "the family's too")
  }

  /// Art limits beyond 4,096 are placeholders of the players, and say nothing.
  @Test func whatIsNotKnownIsLeftOut() throws {
    for profile in try ProfileRegistry.builtIn().profiles {
      for limit in [profile.art.maximumWidth, profile.art.maximumHeight].compactMap(\.self) {
        #expect(1...4096 ~= limit, "\(profile.id)")
      }
      #expect(profile.formats?.isEmpty != true, "\(profile.id)")
    }
  }

  /// What works with every player that keeps to the standard.
  @Test func theCarefulDefaults() {
    let careful = DeviceProfile.careful
    #expect(careful.modes.isEmpty)
    #expect(careful.decoder == .none)
    #expect(careful.protection == ProtectionRules())
    #expect([careful.protection.stride, careful.protection.phase] == [10, 0])
    #expect(careful.protection.suite == 1)
    #expect(careful.storage.musicFolder == "Music")
    #expect(careful.storage.maximumObjectSize == 0xFFFF_FFFF)
    #expect(careful.storage.trackFormat == 0x3000)
    #expect(careful.transfer.chunkSize % 1024 == 0)
    #expect(careful.transfer.smallFiles == .separate)
    #expect(careful.art.delivery == .embedded)
    #expect(careful.formats == nil && careful.cpu == nil && careful.playlists.isEmpty)
    #expect(careful.quirks == [.detachKernelDriver])
  }
}
