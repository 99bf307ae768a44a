/// The value of a property (MTP 1.1 §3.2).
public enum PropertyValue: Hashable, Sendable {
  /// INT8.
  case int8(Int8)
  /// UINT8.
  case uint8(UInt8)
  /// INT16.
  case int16(Int16)
  /// UINT16.
  case uint16(UInt16)
  /// INT32.
  case int32(Int32)
  /// UINT32.
  case uint32(UInt32)
  /// INT64.
  case int64(Int64)
  /// UINT64.
  case uint64(UInt64)
  /// INT128.
  case int128(Int128)
  /// UINT128.
  case uint128(UInt128)
  /// A string of at most 254 UTF-16 units.
  case string(String)
  /// An array of numbers, its elements as they stand on the wire, so that it takes no more memory
  /// than it had there.
  case array(element: DataType, bytes: [UInt8])

  /// The value's type.
  public var type: DataType {
    switch self {
    case .int8: .int8
    case .uint8: .uint8
    case .int16: .int16
    case .uint16: .uint16
    case .int32: .int32
    case .uint32: .uint32
    case .int64: .int64
    case .uint64: .uint64
    case .int128: .int128
    case .uint128: .uint128
    case .string: .string
    case .array(let element, _): .array(of: element)
    }
  }

  /// The number when it is one that is not negative and has at most 64 bits.
  public var unsigned: UInt64? {
    switch self {
    case .int8(let number): UInt64(exactly: number)
    case .uint8(let number): UInt64(number)
    case .int16(let number): UInt64(exactly: number)
    case .uint16(let number): UInt64(number)
    case .int32(let number): UInt64(exactly: number)
    case .uint32(let number): UInt64(number)
    case .int64(let number): UInt64(exactly: number)
    case .uint64(let number): number
    case .int128(let number): UInt64(exactly: number)
    case .uint128(let number): UInt64(exactly: number)
    case .string, .array: nil
    }
  }

  /// The text when it is one.
  public var text: String? {
    if case .string(let text) = self { text } else { nil }
  }

  /// Reads the value of a property whose type is known.
  ///
  /// - Parameter dataset: The payload of a data container, from the player. Bytes behind the value
  ///   are ignored.
  public init(parsing dataset: [UInt8], as type: DataType) throws(DatasetError) {
    var reader = DatasetReader(dataset)
    self = try reader.value("value", as: type)
  }

  /// The dataset as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.value(self)
    return writer.bytes
  }
}

extension DatasetReader {
  mutating func value(_ field: String, as type: DataType) throws(DatasetError) -> PropertyValue {
    if let element = type.element, let size = element.size {
      return .array(element: element, bytes: Array(try arrayBytes(elementSize: size, field)))
    }
    switch type {
    case .int8: return .int8(try number(field))
    case .uint8: return .uint8(try number(field))
    case .int16: return .int16(try number(field))
    case .uint16: return .uint16(try number(field))
    case .int32: return .int32(try number(field))
    case .uint32: return .uint32(try number(field))
    case .int64: return .int64(try number(field))
    case .uint64: return .uint64(try number(field))
    case .int128: return .int128(try number(field))
    case .uint128: return .uint128(try number(field))
    case .string: return .string(try string(field))
    default: throw DatasetError(.unknownType, field: field, offset: offset)
    }
  }
}

extension DatasetWriter {
  mutating func value(_ value: PropertyValue) {
    switch value {
    case .int8(let value): number(value)
    case .uint8(let value): number(value)
    case .int16(let value): number(value)
    case .uint16(let value): number(value)
    case .int32(let value): number(value)
    case .uint32(let value): number(value)
    case .int64(let value): number(value)
    case .uint64(let value): number(value)
    case .int128(let value): number(value)
    case .uint128(let value): number(value)
    case .string(let value): string(value)
    case .array(let element, let bytes):
      let size = element.size ?? 1
      number(UInt32(truncatingIfNeeded: bytes.count / size))
      raw(bytes.prefix(bytes.count / size * size))
    }
  }
}
