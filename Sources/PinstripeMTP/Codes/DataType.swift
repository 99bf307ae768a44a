/// The type of a property's value (MTP 1.1 §3.2, table 3).
public struct DataType: RawRepresentable, Hashable, Sendable {
  /// The code as it stands on the wire.
  public let rawValue: UInt16

  /// Wraps a code; every value is allowed, so that codes unknown to us survive.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// Signed, 1 byte. `PTP_DTC_INT8`
  public static let int8 = DataType(rawValue: 0x0001)
  /// Unsigned, 1 byte. `PTP_DTC_UINT8`
  public static let uint8 = DataType(rawValue: 0x0002)
  /// Signed, 2 bytes. `PTP_DTC_INT16`
  public static let int16 = DataType(rawValue: 0x0003)
  /// Unsigned, 2 bytes. `PTP_DTC_UINT16`
  public static let uint16 = DataType(rawValue: 0x0004)
  /// Signed, 4 bytes. `PTP_DTC_INT32`
  public static let int32 = DataType(rawValue: 0x0005)
  /// Unsigned, 4 bytes. `PTP_DTC_UINT32`
  public static let uint32 = DataType(rawValue: 0x0006)
  /// Signed, 8 bytes. `PTP_DTC_INT64`
  public static let int64 = DataType(rawValue: 0x0007)
  /// Unsigned, 8 bytes. `PTP_DTC_UINT64`
  public static let uint64 = DataType(rawValue: 0x0008)
  /// Signed, 16 bytes. `PTP_DTC_INT128`
  public static let int128 = DataType(rawValue: 0x0009)
  /// Unsigned, 16 bytes. `PTP_DTC_UINT128`
  public static let uint128 = DataType(rawValue: 0x000A)
  /// A string of at most 254 UTF-16 units. `PTP_DTC_STR`
  public static let string = DataType(rawValue: 0xFFFF)

  /// An array whose elements have the given type: `PTP_DTC_ARRAY_MASK` is set.
  public static func array(of element: DataType) -> DataType {
    DataType(rawValue: element.rawValue | arrayMask)
  }

  /// The elements' type when this is an array of numbers.
  public var element: DataType? {
    guard self != .string, rawValue & Self.arrayMask != 0 else { return nil }
    let element = DataType(rawValue: rawValue & ~Self.arrayMask)
    return element.size == nil ? nil : element
  }

  /// How many bytes a number of this type has; nil for arrays, strings and unknown types.
  public var size: Int? {
    // The codes come in pairs, signed and unsigned: 1, 2 → 1 byte; 3, 4 → 2; … 9, 10 → 16.
    (1...10).contains(rawValue) ? 1 << ((Int(rawValue) - 1) / 2) : nil
  }

  private static let arrayMask: UInt16 = 0x4000
}
