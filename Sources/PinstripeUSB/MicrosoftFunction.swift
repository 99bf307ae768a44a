/// A function section of the Microsoft OS extended compat ID descriptor, by which Windows, and so
/// many a player, recognises MTP on a vendor-specific interface ("Extended Compat ID OS Feature
/// Descriptor Specification", 1.0).
///
/// ```
/// little-endian
///  0  dwLength    4   of all          each function, 24 bytes:
///  4  bcdVersion  2                    0  bFirstInterfaceNumber  1
///  6  wIndex      2   4                1  reserved               1
///  8  bCount      1   functions        2  compatibleID           8   "MTP" and zeros
///  9  reserved    7                   10  subCompatibleID        8
///                                     18  reserved               6
/// ```
struct MicrosoftFunction: Sendable, Equatable {
  var interface: UInt8
  /// The compatible ID without its padding.
  var compatibleID: String

  private static let headerSize = 16
  private static let sectionSize = 24
  /// As many functions as a device may have interfaces (USB_MAXINTERFACES).
  private static let functionLimit = 32

  /// Asks for the OS string descriptor, which stands at index 0xEE.
  static let stringRequest = ControlRequest.descriptor(
    DescriptorReader.Kind.string, index: 0xEE, limit: 18)

  /// Asks for the extended compat ID descriptor, index 4.
  static func request(_ vendorCode: UInt8) -> ControlRequest {
    ControlRequest(
      type: ControlRequest.RequestType.vendorDeviceIn, number: vendorCode, value: 0, index: 4,
      replyLimit: headerSize + functionLimit * sectionSize)
  }

  /// Asks for the extended properties descriptor, index 5, as libmtp does, of the device.
  static func propertiesRequest(_ vendorCode: UInt8) -> ControlRequest {
    ControlRequest(
      type: ControlRequest.RequestType.vendorDeviceIn, number: vendorCode, value: 0, index: 5,
      replyLimit: ControlRequest.dataLimit)
  }

  /// The request number from the OS string descriptor: "MSFT100" in UTF-16, then the number; nil
  /// when it is something else.
  static func vendorCode(_ bytes: [UInt8]) -> UInt8? {
    let signature = "MSFT100".utf16.flatMap { [UInt8($0 & 0xFF), 0] }
    guard bytes.count >= 18, bytes[0] >= 18, bytes[1] == DescriptorReader.Kind.string,
      Array(bytes[2..<16]) == signature
    else { return nil }
    return bytes[16]
  }

  /// Reads all functions.
  ///
  /// - Throws: ``DescriptorError``.
  static func all(parsing bytes: [UInt8]) throws(DescriptorError) -> [MicrosoftFunction] {
    guard bytes.count >= headerSize, bytes[6] == 4, bytes[7] == 0 else {
      throw .malformedSystemDescriptor
    }
    let count = Int(bytes[8])
    guard count <= functionLimit else { throw .tooMany("functions", limit: functionLimit) }
    guard bytes.count >= headerSize + count * sectionSize else {
      throw .malformedSystemDescriptor
    }
    return (0..<count).map { index in
      let section = bytes.dropFirst(headerSize + index * sectionSize)
      let id = section.dropFirst(2).prefix(8).prefix { $0 != 0 }
      return MicrosoftFunction(
        interface: section[section.startIndex], compatibleID: String(decoding: id, as: UTF8.self))
    }
  }
}
