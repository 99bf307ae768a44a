import PinstripeProfile
import Testing

@testable import PinstripeProfiles

/// Which profile a device gets, and why.
struct ProfileMatchTests {
  private func profile(_ id: String, _ change: (inout USBMode) -> Void = { _ in }) -> DeviceProfile
  {
    var profile = DeviceProfile(id: id, name: id)
    var mode = USBMode(vendorID: 1, productID: 2)
    change(&mode)
    profile.modes = [mode]
    return profile
  }

  private func device(_ change: (inout PlayerIdentity) -> Void = { _ in }) -> PlayerIdentity {
    var device = PlayerIdentity(vendorID: 1, productID: 2)
    change(&device)
    return device
  }

  /// Serial number before names before version before ids before class, whatever the order.
  @Test func theModeThatAsksMoreWins() throws {
    let profiles = [
      profile("ids"), profile("release") { $0.release = 0x0100...0x01FF },
      profile("name") { $0.product = "P" },
      profile("name-release") {
        $0.product = "P"
        $0.release = 0x0100...0x01FF
      },
      profile("names") {
        $0.manufacturer = "M"
        $0.product = "P"
      },
      profile("serial") { $0.serialPattern = "A*" },
    ]
    let all: [(inout PlayerIdentity) -> Void] = [
      { $0.release = 0x0123 }, { $0.product = "P" }, { $0.manufacturer = "M" },
      { $0.serialNumber = "A1" },
    ]
    let cases: [([Int], String)] = [
      ([], "ids"), ([0], "release"), ([1], "name"), ([0, 1], "name-release"), ([1, 2], "names"),
      ([0, 1, 2], "names"), ([3], "serial"), ([0, 1, 2, 3], "serial"), ([2], "ids"),
    ]
    for order in [profiles, profiles.reversed()] {
      for (known, id) in cases {
        let device = device { device in for index in known { all[index](&device) } }
        #expect(ProfileRegistry(order).match(device)?.profile.id == id, "\(known)")
      }
    }
  }

  @Test func whatIsAskedMustHold() {
    let modes: [(String, (inout USBMode) -> Void, [(inout PlayerIdentity) -> Void])] = [
      ("product", { $0.product = "P" }, [{ $0.product = "Q" }, { $0.product = "p" }, { _ in }]),
      ("manufacturer", { $0.manufacturer = "M" }, [{ $0.manufacturer = "" }, { _ in }]),
      (
        "release", { $0.release = 0x0100...0x0199 },
        [{ $0.release = 0x0099 }, { $0.release = 0x0200 }, { _ in }]
      ),
      ("serial", { $0.serialPattern = "A?C" }, [{ $0.serialNumber = "AC" }, { _ in }]),
      ("ids", { _ in }, [{ $0.productID = 3 }, { $0.vendorID = 2 }]),
    ]
    for (name, mode, devices) in modes {
      for change in devices {
        let registry = ProfileRegistry([profile("asks", mode)])
        #expect(registry.match(device(change)) == nil, "\(name)")
      }
    }
  }

  private func firmware(_ version: String) -> PlayerIdentity {
    device {
      $0.deviceInfo = DeviceInfoIdentity(manufacturer: "M", model: "X", version: version)
    }
  }

  /// Quirks depend on the firmware, which only an open player tells.
  @Test func firmwareRangesAreTakenFromDeviceInfo() {
    let registry = ProfileRegistry([
      profile("any"),
      profile("new") { $0.deviceInfo.oldestFirmware = FirmwareVersion("v01.01.15") },
      profile("model") { $0.deviceInfo.model = "Y" },
    ])
    #expect(registry.match(device())?.profile.id == "any", "not known yet")
    #expect(registry.asksDeviceInfo(of: device()))
    #expect(!registry.asksDeviceInfo(of: device { $0.productID = 9 }))
    for (version, id) in [
      ("V01.01.14P", "any"), ("V01.01.15A", "new"), ("1.2", "new"), ("1.1.9", "any"),
      ("none", "any"), ("", "any"), ("99999999999999999999999", "new"),
    ] {
      #expect(registry.match(firmware(version))?.profile.id == id, "\(version)")
    }
    let other = device {
      $0.deviceInfo = DeviceInfoIdentity(manufacturer: "M", model: "Y", version: "2")
    }
    #expect(registry.match(other)?.profile.id == "model", "a name before a version")
  }

  @Test func firmwareVersionsAreComparedByTheirNumbers() throws {
    let ascending = ["0", "0.9", "1.0.1", "v01.02.09P", "V1.2.10", "2", "10_0"]
    let versions = try ascending.map { try #require(FirmwareVersion($0)) }
    for (index, version) in versions.enumerated() {
      for (other, second) in versions.enumerated() {
        #expect((version < second) == (index < other), "\(version.text) \(second.text)")
      }
    }
    #expect(FirmwareVersion("1") == FirmwareVersion("v1.0"))
    #expect(FirmwareVersion("beta") == nil)
  }

  @Test func theReasonSaysWhatDecided() throws {
    let registry = ProfileRegistry([
      profile("ids"), profile("name") { $0.product = "P" },
      profile("serial") {
        $0.product = "P"
        $0.serialPattern = "A*"
      },
    ])
    func reason(_ device: PlayerIdentity) -> String? { registry.match(device)?.reason }
    #expect(reason(device()) == "its USB ids are those of the profile")
    #expect(
      reason(device { $0.product = "P" }) == "its USB ids with the name are those of the profile")
    let both = device {
      $0.product = "P"
      $0.serialNumber = "A"
    }
    #expect(
      reason(both) == "its USB ids with the serial number and the name are those of the profile")
  }

  @Test func anUnknownPlayerGetsTheCarefulDefault() throws {
    let registry = try ProfileRegistry.builtIn()
    var device = PlayerIdentity(vendorID: 0xFFFF, productID: 1)
    #expect(registry.match(device) == nil, "it may be no player")
    device.hasMTPInterface = true
    let match = try #require(registry.match(device))
    #expect(match.profile == .careful && match.mode == nil && match.usbProtocol == .mtp)
    #expect(match.reason == "no profile describes it, but it has an MTP interface")
    #expect(match.switchingAdvice == nil)
  }

  /// Rockbox keeps the ids of the mass-storage mode that it replaces; our board has umtp-responder's.
  @Test func twoProductsWithOneIdAreToldApart() throws {
    let registry = try ProfileRegistry.builtIn()
    var device = PlayerIdentity(vendorID: 0x0781, productID: 0x7421)
    #expect(registry.match(device)?.profile.id == "sandisk-sansa-e200")
    device.manufacturer = "Rockbox.org"
    device.product = "Rockbox media player"
    #expect(registry.match(device)?.profile.id == "rockbox-sansa-e200")
    var gadget = PlayerIdentity(vendorID: 0x1D6B, productID: 0x0100)
    #expect(registry.match(gadget)?.profile.id == "umtp-responder")
    gadget.manufacturer = "Pinstripe"
    gadget.product = "Reference board"
    #expect(registry.match(gadget)?.profile.id == "pinstripe-board")
    var fuze = PlayerIdentity(vendorID: 0x0781, productID: 0x74C0)
    #expect(registry.match(fuze)?.profile.formats?[.ogg] == nil)
    fuze.deviceInfo = DeviceInfoIdentity(
      manufacturer: "SanDisk", model: "Sansa Fuze 4GB", version: "V01.02.31A")
    #expect(registry.match(fuze)?.profile.formats?[.ogg] != nil)
  }

  @Test func theOtherModeIsRecognisedAndTheWayBackTold() throws {
    let registry = try ProfileRegistry.builtIn()
    let disk = PlayerIdentity(vendorID: 0x0781, productID: 0x74D1)
    let match = try #require(registry.match(disk))
    #expect(match.profile.id == "sandisk-sansa-clip-plus")
    #expect(match.usbProtocol == .massStorage)
    #expect(
      match.switchingAdvice
        == "SanDisk Sansa Clip+ is in its mass-storage mode; to reach it over MTP, "
        + "choose MTP on the player under Settings, USB Mode.")
    let player = PlayerIdentity(vendorID: 0x0781, productID: 0x74D0)
    #expect(registry.match(player)?.switchingAdvice == nil)
    // Where no file says how, a general word does.
    let cowon = PlayerIdentity(vendorID: 0x0E21, productID: 0x0920)
    #expect(registry.match(cowon)?.switchingAdvice?.contains("USB mode in its settings") == true)
    // Rockbox has no MTP to switch to.
    var rockbox = PlayerIdentity(vendorID: 0x0781, productID: 0x7421)
    (rockbox.manufacturer, rockbox.product) = ("Rockbox.org", "Rockbox media player")
    #expect(registry.match(rockbox)?.switchingAdvice == nil)
  }

  @Test func theFirstOfTwoEqualMatchesWins() {
    let registry = ProfileRegistry([profile("first"), profile("second")])
    #expect(registry.match(device())?.profile.id == "first")
  }

  @Test func patterns() {
    let matching = [
      ("*", ""), ("*", "abc"), ("a*", "a"), ("a*", "abc"), ("*c", "abc"), ("a*c", "ac"), ("?", "x"),
      ("a?c", "abc"), ("**", ""), ("a*b*c", "axxbxxc"), ("", ""), ("ä?", "äö"),
    ]
    for (pattern, text) in matching { #expect(Glob.matches(pattern, text), "\(pattern) \(text)") }
    let others = [
      ("", "a"), ("a", ""), ("?", ""), ("a*", "ba"), ("a?c", "ac"), ("a*c", "acb"), ("abc", "ABC"),
      ("a", "?"), ("a", "*"),
    ]
    for (pattern, text) in others { #expect(!Glob.matches(pattern, text), "\(pattern) \(text)") }
    for (one, two, meet) in [
      ("a*", "*b", true), ("a*", "b*", false), ("a?", "?b", true), ("a?", "abc", false),
      ("*", "?", true), ("a*c", "ab*d", false), ("*x*", "*y*", true),
    ] {
      #expect(Glob.overlap(one, two) == meet, "\(one) \(two)")
      #expect(Glob.overlap(two, one) == meet, "\(two) \(one)")
    }
  }
}
