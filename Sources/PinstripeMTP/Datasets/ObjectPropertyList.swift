/// Many properties of many objects (MTP 1.1 E.2.5, ObjectPropList).
///
/// ```
/// UINT32 count, then count times:
///   UINT32 object    UINT16 property    UINT16 type    the value
/// ```
public enum ObjectPropertyList {
  /// One entry of the list.
  public struct Entry: Hashable, Sendable {
    /// The object.
    public var object: ObjectHandle
    /// Its property.
    public var property: ObjectPropertyCode
    /// The value.
    public var value: PropertyValue

    /// Creates an entry.
    public init(object: ObjectHandle, property: ObjectPropertyCode, value: PropertyValue) {
      self.object = object
      self.property = property
      self.value = value
    }
  }

  /// Reads a dataset.
  ///
  /// - Parameter dataset: The payload of a data container, from the player. Bytes behind the last
  ///   entry are ignored.
  public static func parse(_ dataset: [UInt8]) throws(DatasetError) -> [Entry] {
    var reader = DatasetReader(dataset)
    let count = try reader.number("NumberOfElements", as: UInt32.self)
    // An entry has at least 8 bytes and a value of one: what promises more is refused at once.
    guard UInt64(count) * 9 <= UInt64(reader.remaining) else {
      throw DatasetError(.countTooLarge, field: "NumberOfElements", offset: 0)
    }
    var entries: [Entry] = []
    for _ in 0..<count { entries.append(try reader.listEntry()) }
    return entries
  }

  /// The dataset as it goes over the wire.
  public static func encode(_ entries: [Entry]) -> [UInt8] {
    var writer = DatasetWriter()
    writer.number(UInt32(truncatingIfNeeded: entries.count))
    for entry in entries {
      writer.number(entry.object.rawValue)
      writer.number(entry.property.rawValue)
      writer.number(entry.value.type.rawValue)
      writer.value(entry.value)
    }
    return writer.bytes
  }
}

extension DatasetReader {
  mutating func listEntry() throws(DatasetError) -> ObjectPropertyList.Entry {
    let object = ObjectHandle(rawValue: try number("ObjectHandle"))
    let property = ObjectPropertyCode(rawValue: try number("PropertyCode"))
    let type = DataType(rawValue: try number("Datatype"))
    return .init(object: object, property: property, value: try value("Value", as: type))
  }
}
