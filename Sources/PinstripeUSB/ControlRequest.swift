/// A control request (USB 2.0 §9.3).
///
/// ```
/// little-endian          2  wValue    2
/// 0  bmRequestType  1    4  wIndex    2
/// 1  bRequest       1    6  wLength   2   then the data stage
/// ```
struct ControlRequest: Sendable, Equatable {
  var type: UInt8
  var number: UInt8
  var value: UInt16
  var index: UInt16
  /// The data stage to the device.
  var payload: [UInt8] = []
  /// The most that the device may answer with, 0 to ``dataLimit``.
  var replyLimit = 0

  static let setupSize = 8
  /// Linux moves no more in one control request from user space (libusb's `MAX_CTRL_BUFFER_LENGTH`).
  static let dataLimit = 4096

  /// bmRequestType: direction in bit 7, kind in bits 5 and 6, recipient below.
  enum RequestType {
    static let standardDeviceIn: UInt8 = 0x80
    static let vendorDeviceIn: UInt8 = 0xC0
    static let classInterfaceIn: UInt8 = 0xA1
    static let classInterfaceOut: UInt8 = 0x21
  }

  /// GET_DESCRIPTOR (USB 2.0 §9.4.3).
  static func descriptor(
    _ kind: UInt8, index: UInt8, language: UInt16 = 0, limit: Int
  ) -> ControlRequest {
    ControlRequest(
      type: RequestType.standardDeviceIn, number: 6, value: UInt16(kind) << 8 | UInt16(index),
      index: language, replyLimit: limit)
  }

  /// The length of the data stage, or nil when it is too long.
  var dataLength: Int? {
    let length = max(payload.count, replyLimit)
    return (0...Self.dataLimit).contains(length) ? length : nil
  }

  /// The set-up packet and the data for the device.
  func encoded(dataLength: Int) -> [UInt8] {
    func wire(_ word: UInt16) -> [UInt8] { [UInt8(word & 0xFF), UInt8(word >> 8)] }
    return [type, number] + wire(value) + wire(index)
      + wire(UInt16(truncatingIfNeeded: dataLength)) + payload
  }
}
