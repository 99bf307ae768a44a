/// What a player answers to the class request Get Device Status (PIMA 15740 USB §5.2.4).
///
/// ```
/// UINT16 length   UINT16 code   UINT32 halted endpoint, any number of times
/// ```
public struct DeviceStatus: Hashable, Sendable {
  /// OK when the player is ready, Device_Busy while it still cancels,
  /// Transaction_Cancelled when it cancelled by itself and waits for its endpoints to be cleared.
  public var code: ResponseCode
  /// The addresses of the endpoints that are halted.
  public var haltedEndpoints: [UInt8]

  /// Creates a status.
  public init(code: ResponseCode, haltedEndpoints: [UInt8] = []) {
    self.code = code
    self.haltedEndpoints = haltedEndpoints
  }

  /// Reads a status; nil when there are fewer than four bytes.
  public init?(_ bytes: [UInt8]) {
    var reader = DatasetReader(bytes)
    do throws(DatasetError) {
      let length = Int(try reader.number("wLength", as: UInt16.self))
      code = ResponseCode(rawValue: try reader.number("Code"))
      haltedEndpoints = []
      // The most endpoints that an MTP interface has is three.
      for _ in 0..<3 where reader.remaining >= 4 && reader.offset + 4 <= length {
        haltedEndpoints.append(UInt8(truncatingIfNeeded: try reader.number("Parameter") as UInt32))
      }
    } catch {
      return nil
    }
  }

  /// The status as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.number(UInt16(4 + haltedEndpoints.count * 4))
    writer.number(code.rawValue)
    for endpoint in haltedEndpoints { writer.number(UInt32(endpoint)) }
    return writer.bytes
  }
}
