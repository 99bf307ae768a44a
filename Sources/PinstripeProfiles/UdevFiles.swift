public import PinstripeProfile

/// What tells udev which devices are players, so that whoever sits at the machine may use them.
///
/// `ID_MEDIA_PLAYER` is enough for that: systemd's 70-uaccess.rules gives such devices to the seat. Ids
/// alone go into the hardware database. A mode that asks more goes into rules, which can ask; what only
/// an open player tells (DeviceInfo), and bcdDevice, udev is not asked, so it may say yes once too
/// often. Disks are left out: the system mounts them, and nobody needs to reach them past that.
public struct UdevFiles: Sendable {
  private let profiles: [DeviceProfile]

  /// Makes the files of some profiles.
  public init(_ profiles: [DeviceProfile]) {
    self.profiles = profiles
  }

  /// A file for /etc/udev/hwdb.d, before `systemd-hwdb update` (hwdb(7)).
  public var hwdb: String {
    var seen: Set<String> = []
    var text = "# USB players of Pinstripe's device profiles.\n"
    for (profile, mode) in modes where !asksMore(mode) {
      guard seen.insert(mode.ids).inserted else { continue }
      // usb:v<VENDOR>p<PRODUCT>…, in capitals.
      let ids = "v\(Self.capitals(mode.vendorID))p\(Self.capitals(mode.productID))"
      text += "\n# \(Self.comment(profile.name))\nusb:\(ids)*\n"
      text += " ID_MEDIA_PLAYER=1\n ID_MTP_DEVICE=1\n"
    }
    return text
  }

  /// A file for /etc/udev/rules.d, whose number must be below 70 (udev(7)).
  public var rules: String {
    var seen: Set<String> = []
    var text = "# USB players of Pinstripe's device profiles that ids do not tell.\n"
    for (profile, mode) in modes where asksMore(mode) {
      let rule = Self.rule(for: mode)
      guard seen.insert(rule).inserted else { continue }
      text += "\n# \(Self.comment(profile.name))\n\(rule)\n"
    }
    return text
  }

  /// Alphabetically, so that the files change little.
  private var modes: [(DeviceProfile, USBMode)] {
    profiles.sorted { $0.id < $1.id }.flatMap { profile in
      profile.modes.filter { $0.usbProtocol == .mtp }.map { (profile, $0) }
    }
  }

  private func asksMore(_ mode: USBMode) -> Bool {
    mode.manufacturer != nil || mode.product != nil || mode.serialPattern != nil
  }

  private static func rule(for mode: USBMode) -> String {
    var parts = [
      "SUBSYSTEM==\"usb\"", "ENV{DEVTYPE}==\"usb_device\"",
      "ATTR{idVendor}==\"\(USBMode.hexadecimal(mode.vendorID))\"",
      "ATTR{idProduct}==\"\(USBMode.hexadecimal(mode.productID))\"",
    ]
    if let name = mode.manufacturer { parts.append("ATTR{manufacturer}==\"\(literal(name))\"") }
    if let name = mode.product { parts.append("ATTR{product}==\"\(literal(name))\"") }
    if let pattern = mode.serialPattern {
      parts.append("ATTR{serial}==\"\(literal(pattern, isPattern: true))\"")
    }
    parts += ["ENV{ID_MEDIA_PLAYER}=\"1\"", "ENV{ID_MTP_DEVICE}=\"1\""]
    return parts.joined(separator: ", ")
  }

  /// A text as a udev pattern: what has a meaning there, or would end the text, becomes "?", which stands
  /// for any one sign.
  private static func literal(_ text: String, isPattern: Bool = false) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar {
          case "*" where isPattern: scalar
          case "*", "[", "]", "|", "\\", "\"", "$", "%": "?"
          default: scalar
          }
        }))
  }

  /// A name has no line's end, by the reader; one that did would add lines of its own.
  private static func comment(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 }))
  }

  private static func capitals(_ number: UInt16) -> String {
    USBMode.hexadecimal(number).uppercased()
  }
}
