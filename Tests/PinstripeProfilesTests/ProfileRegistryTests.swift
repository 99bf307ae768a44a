import PinstripeProfile
import TestTools
import Testing

@testable import PinstripeProfiles

/// The profiles that are compiled in, and which one a player gets.
struct ProfileRegistryTests {
  private static var folder: String { Repository.root + "/DeviceProfiles" }

  @Test func everyFileOfDeviceProfilesIsCompiledIn() {
    let names = TemporaryFolder.names(in: Self.folder)
    #expect(!names.isEmpty)
    #expect(ProfileRegistry.files.map(\.name).sorted() == names)
    for (name, bytes) in ProfileRegistry.files {
      #expect(bytes == TestFile.read("\(Self.folder)/\(name)"), "\(name) differs from the file")
    }
  }

  @Test func everyFileParsesAndMatchesSomething() throws {
    let registry = try ProfileRegistry.builtIn()
    #expect(registry.profiles.count == ProfileRegistry.files.count)
    #expect(Set(registry.profiles.map(\.id)).count == registry.profiles.count)
    for profile in registry.profiles {
      #expect(!profile.matches.isEmpty, "\(profile.id) matches nothing")
      #expect(profile.id != DeviceProfile.careful.id)
      #expect(registry.profile(id: profile.id) == profile)
      for match in profile.matches {
        let found = registry.match(
          vendorID: match.vendorID, productID: match.productID,
          manufacturer: match.manufacturer, product: match.product)
        #expect(found?.id == profile.id, "\(profile.id) is hidden by \(found?.id ?? "nothing")")
      }
    }
  }

  @Test func noTwoProfilesMatchTheSame() throws {
    var seen: [USBMatch] = []
    for profile in try ProfileRegistry.builtIn().profiles {
      for match in profile.matches {
        #expect(!seen.contains(match), "\(profile.id) matches what another does")
        seen.append(match)
      }
    }
  }

  @Test func everyQuirkHasAProfileThatNeedsIt() throws {
    let used = try ProfileRegistry.builtIn().profiles.reduce(into: Set<Quirk>()) {
      $0.formUnion($1.quirks)
    }
    #expect(used == Quirk.known)
  }

  /// Its bulk IN endpoint never wakes, and it takes buffers of 512 KiB from whole transfers.
  @Test func qemuIsNotAskedBeforeItHasAnAnswer() throws {
    let profile = try #require(try ProfileRegistry.builtIn().profile(id: "qemu-usb-mtp"))
    #expect(!profile.transfer.postsReceivesEarly)
    #expect(524_288 % profile.transfer.chunkSize == 0)
    #expect(profile.quirks == [.noRename, .exactDataPhase])
  }

  private func profile(_ id: String, _ matches: [USBMatch]) -> DeviceProfile {
    var profile = DeviceProfile(id: id, name: id)
    profile.matches = matches
    return profile
  }

  @Test func theMoreSpecificMatchWinsWhateverTheOrder() {
    let profiles = [
      profile("ids", [USBMatch(vendorID: 1, productID: 2)]),
      profile("maker", [USBMatch(vendorID: 1, productID: 2, manufacturer: "M")]),
      profile("both", [USBMatch(vendorID: 1, productID: 2, manufacturer: "M", product: "P")]),
      profile("other", [USBMatch(vendorID: 1, productID: 3)]),
    ]
    let cases: [(manufacturer: String?, product: String?, id: String)] = [
      ("M", "P", "both"), ("M", "Q", "maker"), ("M", nil, "maker"), ("N", "P", "ids"),
      (nil, nil, "ids"), (nil, "P", "ids"),
    ]
    for order in [profiles, profiles.reversed()] {
      let registry = ProfileRegistry(order)
      for (manufacturer, product, id) in cases {
        let found = registry.match(
          vendorID: 1, productID: 2, manufacturer: manufacturer, product: product)
        #expect(found?.id == id, "\(manufacturer ?? "-") \(product ?? "-")")
      }
    }
  }

  @Test func theFirstOfTwoEqualMatchesWins() {
    let match = USBMatch(vendorID: 1, productID: 2)
    let registry = ProfileRegistry([profile("first", [match]), profile("second", [match])])
    let found = registry.match(vendorID: 1, productID: 2, manufacturer: nil, product: nil)
    #expect(found?.id == "first")
  }

  @Test func whatNoFileDescribesHasNoProfile() throws {
    let registry = try ProfileRegistry.builtIn()
    #expect(
      registry.match(vendorID: 0xFFFF, productID: 1, manufacturer: "M", product: nil) == nil)
    #expect(registry.profile(id: "no-such-profile") == nil)
  }

  /// What works with every player that keeps to the standard.
  @Test func theCarefulDefaults() {
    let careful = DeviceProfile.careful
    #expect(careful.matches.isEmpty)
    #expect(careful.decoder == .none)
    #expect(careful.protection == ProtectionRules())
    #expect([careful.protection.stride, careful.protection.phase] == [10, 0])
    #expect(careful.protection.suite == 1)
    #expect(careful.storage.musicFolder == "Music")
    #expect(careful.storage.maximumObjectSize == 0xFFFF_FFFF)
    #expect(careful.storage.trackFormat == 0x3000)
    #expect(careful.transfer.chunkSize % 1024 == 0)
    #expect(careful.quirks.isEmpty)
  }
}
