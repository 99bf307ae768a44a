import Glibc
import PinstripeProfile
import PinstripeProfiles
import TestTools
import Testing

@testable import Pinstripe

/// A mounted player is known by the USB device under it.
struct PlayerIdentitySysfsTests {
  private let folder = TemporaryFolder()
  private let disk = "devices/pci0/usb1/1-4/1-4:1.0/host6/target6:0:0/6:0:0:0/block/sdb"

  /// A sysfs in which the block device 8:17 is a partition of a disk behind a USB device.
  private func sysfs(_ attributes: [String: String]) -> String {
    let root = folder("sys")
    for path in ["dev/block", "\(disk)/sdb1"] {
      var place = root
      mkdir(place, 0o755)
      for part in path.split(separator: "/") {
        place += "/\(part)"
        mkdir(place, 0o755)
      }
    }
    symlink("../../\(disk)/sdb1", "\(root)/dev/block/8:17")
    TestFile.write("08".utf8, to: "\(root)/devices/pci0/usb1/1-4/1-4:1.0/bInterfaceClass")
    for (name, text) in attributes {
      TestFile.write("\(text)\n".utf8, to: "\(root)/devices/pci0/usb1/1-4/\(name)")
    }
    return root
  }

  /// 8:17, as `makedev` of sys/sysmacros.h puts it together.
  private let partition: dev_t = 0x811

  @Test func theDeviceUnderAVolumeIsFound() throws {
    let root = sysfs([
      "idVendor": "0781", "idProduct": "7421", "bcdDevice": "0200", "serial": "A1 b",
      "manufacturer": "Rockbox.org", "product": "Rockbox media player",
    ])
    let identity = try #require(PlayerIdentity(blockDevice: partition, sysfs: root))
    #expect(identity.vendorID == 0x0781 && identity.productID == 0x7421)
    #expect(identity.release == 0x0200 && identity.serialNumber == "A1 b")
    let registry = try ProfileRegistry.builtIn()
    #expect(registry.match(identity)?.profile.id == "rockbox-sansa-e200")
  }

  /// Two products with one id are told apart there, too.
  @Test func withoutNamesTheIdsDecide() throws {
    let root = sysfs(["idVendor": "0781", "idProduct": "7421"])
    let identity = try #require(PlayerIdentity(blockDevice: partition, sysfs: root))
    #expect(try ProfileRegistry.builtIn().match(identity)?.profile.id == "sandisk-sansa-e200")
  }

  @Test func whatIsNoUSBDeviceIsNone() throws {
    #expect(PlayerIdentity(blockDevice: partition, sysfs: sysfs([:])) == nil)
    #expect(PlayerIdentity(blockDevice: partition, sysfs: sysfs(["idVendor": "0781"])) == nil)
    let root = sysfs(["idVendor": "zzzz", "idProduct": "123456"])
    #expect(PlayerIdentity(blockDevice: partition, sysfs: root) == nil)
    #expect(PlayerIdentity(blockDevice: 40, sysfs: root) == nil)
    #expect(PlayerIdentity(volume: folder("absent")) == nil)
    // A disk of the system's own is no player.
    if let identity = PlayerIdentity(volume: folder.path) {
      #expect(try ProfileRegistry.builtIn().match(identity) == nil)
    }
  }
}
