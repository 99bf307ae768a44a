internal import Glibc

/// What Linux remembers of a device, read without opening it and so without permission for it and
/// without waking it: `/sys/bus/usb/devices/1-4/descriptors`, `product`, and so on.
protocol DeviceAttributes: Sendable {
  /// The bytes of an attribute, at most `limit`; nil when there is none.
  func read(_ name: String, of location: USBLocation, limit: Int) -> [UInt8]?
}

/// The attributes that sysfs holds.
struct SystemAttributes: DeviceAttributes {
  func read(_ name: String, of location: USBLocation, limit: Int) -> [UInt8]? {
    let path = "/sys/bus/usb/devices/\(location.kernelName)/\(name)"
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while bytes.count < limit {
      let count = unsafe Glibc.read(file, &block, min(block.count, limit - bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      bytes += block.prefix(count)
    }
    return bytes
  }
}

extension DeviceAttributes {
  /// A text attribute without the line feed at its end; nil when there is none.
  func text(_ name: String, of location: USBLocation) -> String? {
    // A USB string has at most 126 UTF-16 units, 378 bytes in UTF-8.
    guard var bytes = read(name, of: location, limit: 512) else { return nil }
    if bytes.last == 0x0A { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
