import Glibc
import PinstripeFiles
public import PinstripeProfiles

extension PlayerIdentity {
  /// What the USB device under a mounted folder says of itself, as Linux remembers it.
  ///
  /// The folder's block device stands in `/sys/dev/block`, below the USB device that it is a part of
  /// (sysfs(5)). Nil for a folder that lies on no USB device, and where the kernel does not tell: on
  /// Btrfs, behind encryption, without sysfs.
  ///
  /// - Parameter root: Any path on the volume.
  public init?(volume root: String) {
    var status = stat()
    guard stat(root, &status) == 0 else { return nil }
    self.init(blockDevice: status.st_dev, sysfs: "/sys")
  }

  /// No USB device is deeper: hubs, interface, host, target, unit, disk, partition.
  private static let maximumDepth = 32

  init?(blockDevice number: dev_t, sysfs: String) {
    // `gnu_dev_major` and `gnu_dev_minor` of sys/sysmacros.h, which Swift does not see.
    let major = number >> 8 & 0xFFF | number >> 32 & 0xFFFF_F000
    let minor = number & 0xFF | number >> 12 & 0xFFFF_FF00
    let name = "\(major):\(minor)"
    guard var folder = try? SystemFile.resolve("\(sysfs)/dev/block/\(name)") else { return nil }
    for _ in 0..<Self.maximumDepth {
      if let identity = PlayerIdentity(usbDevice: folder) {
        self = identity
        return
      }
      folder = AtomicFile.folder(of: folder)
    }
    return nil
  }

  /// Reads the attributes of a USB device; nil when the folder is none's.
  private init?(usbDevice folder: String) {
    func text(_ name: String) -> String? {
      // A USB string has at most 126 UTF-16 units, 378 bytes in UTF-8.
      guard var bytes = try? SystemFile.contents(of: "\(folder)/\(name)", atMost: 4096) else {
        return nil
      }
      if bytes.last == 0x0A { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    }
    func number(_ name: String) -> UInt16? { text(name).flatMap { UInt16($0, radix: 16) } }
    guard let vendor = number("idVendor"), let product = number("idProduct") else { return nil }
    self.init(vendorID: vendor, productID: product)
    release = number("bcdDevice")
    manufacturer = text("manufacturer")
    self.product = text("product")
    serialNumber = text("serial")
  }
}
