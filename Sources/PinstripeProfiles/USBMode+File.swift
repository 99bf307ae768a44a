import PinstripeProfile

extension USBMode {
  init(_ mode: consuming ProfileObject) throws(ProfileError) {
    guard let usbProtocol = try mode.word("protocol", USBProtocol.self) else {
      throw mode.error("protocol", "is missing")
    }
    let ids = try mode.required("usb").split(separator: ":", omittingEmptySubsequences: false)
    guard ids.count == 2, let vendor = Self.number(ids[0]), let product = Self.number(ids[1])
    else { throw mode.error("usb", "must be vendor and product id, as in \"1d6b:0100\"") }
    self.init(usbProtocol, vendorID: vendor, productID: product)
    manufacturer = try mode.text("manufacturer")
    self.product = try mode.text("product")
    if let range = try mode.object("bcdDevice") { release = try Self.release(range) }
    serialPattern = try mode.text("serialPattern")
    guard serialPattern?.contains(where: { $0 != "*" }) != false else {
      throw mode.error("serialPattern", "must ask for something, or be left out")
    }
    // A string descriptor holds no more (USB 2.0 §9.6.7), and two patterns are compared sign by sign.
    guard serialPattern?.unicodeScalars.count ?? 0 <= 126 else {
      throw mode.error("serialPattern", "must have 126 characters at most")
    }
    if let info = try mode.object("deviceInfo") {
      guard usbProtocol == .mtp else {
        throw mode.error("deviceInfo", "can never match where there is no MTP")
      }
      deviceInfo = try DeviceInfoMatch(info)
    }
    try mode.end()
  }

  /// Four hexadecimal digits in small letters, the one way to write them.
  private static func number(_ digits: some StringProtocol) -> UInt16? {
    guard digits.utf8.count == 4,
      digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
    else { return nil }
    return UInt16(digits, radix: 16)
  }

  private static func release(
    _ object: consuming ProfileObject
  ) throws(ProfileError) -> ClosedRange<UInt16> {
    let texts = (try object.text("minimum"), try object.text("maximum"))
    guard let minimum = number(texts.0 ?? "0000") else {
      throw object.error("minimum", "must be four hexadecimal digits, as in \"0102\"")
    }
    guard let maximum = number(texts.1 ?? "ffff") else {
      throw object.error("maximum", "must be four hexadecimal digits, as in \"0102\"")
    }
    guard minimum <= maximum else {
      throw object.error("maximum", "is below the minimum, so that nothing can match")
    }
    guard (minimum, maximum) != (0, UInt16.max) else {
      throw object.error("minimum", "and \"maximum\" leave nothing out; leave bcdDevice out")
    }
    try object.end()
    return minimum...maximum
  }
}

extension DeviceInfoMatch {
  fileprivate init(_ object: consuming ProfileObject) throws(ProfileError) {
    self.init()
    manufacturer = try object.text("manufacturer")
    model = try object.text("model")
    oldestFirmware = try Self.firmware("oldestFirmware", &object)
    newestFirmware = try Self.firmware("newestFirmware", &object)
    if let oldestFirmware, let newestFirmware, newestFirmware < oldestFirmware {
      throw object.error("newestFirmware", "is before the oldest, so that nothing can match")
    }
    guard !isEmpty else { throw object.error("model", "or another key must be there") }
    try object.end()
  }

  private static func firmware(
    _ key: String, _ object: inout ProfileObject
  ) throws(ProfileError) -> FirmwareVersion? {
    guard let text = try object.text(key) else { return nil }
    guard let version = FirmwareVersion(text) else {
      throw object.error(key, "must have a number in it")
    }
    return version
  }
}
