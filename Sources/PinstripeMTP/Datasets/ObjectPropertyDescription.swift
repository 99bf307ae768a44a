/// What a player says about one of its object properties (MTP 1.1 §5.3.2.3).
///
/// ```
/// UINT16 property    UINT8 get (0) or get and set (1)    UINT32 group
/// UINT16 type        type  default value                 UINT8  form, then what the form needs
/// ```
/// (Column by column.)
public struct ObjectPropertyDescription: Hashable, Sendable {
  /// What values are allowed (MTP 1.1 §5.3.2.3.1).
  public enum Form: Hashable, Sendable {
    /// 0x00: any.
    case any
    /// 0x01: minimum, maximum, step.
    case range(minimum: PropertyValue, maximum: PropertyValue, step: PropertyValue)
    /// 0x02: one of these.
    case enumeration([PropertyValue])
    /// 0x03: a date.
    case date
    /// 0x04: an array of this many elements.
    case fixedLength(UInt16)
    /// 0x05: what matches an expression.
    case expression(String)
    /// 0x06: an array of at most this many bytes.
    case byteArray(UInt32)
    /// 0xFF: an array of UINT16 with at most this many units.
    case longString(UInt32)
    /// Another form; what follows it is not read.
    case unknown(UInt8)
  }

  /// The property.
  public var property: ObjectPropertyCode
  /// The type of its values.
  public var type: DataType
  /// Whether it can be set.
  public var isSettable: Bool
  /// Its value unless something else was set.
  public var defaultValue: PropertyValue
  /// Its group; 0 when there are none.
  public var group: UInt32
  /// What values are allowed.
  public var form: Form

  /// Creates a description.
  public init(
    property: ObjectPropertyCode, isSettable: Bool, defaultValue: PropertyValue, group: UInt32 = 0,
    form: Form = .any
  ) {
    self.property = property
    self.type = defaultValue.type
    self.isSettable = isSettable
    self.defaultValue = defaultValue
    self.group = group
    self.form = form
  }

  /// Reads a dataset.
  ///
  /// - Parameter dataset: The payload of a data container, from the player. Bytes behind the last
  ///   field are ignored.
  public init(parsing dataset: [UInt8]) throws(DatasetError) {
    var reader = DatasetReader(dataset)
    property = ObjectPropertyCode(rawValue: try reader.number("PropertyCode"))
    type = DataType(rawValue: try reader.number("Datatype"))
    isSettable = try reader.number("GetSet", as: UInt8.self) == 1
    defaultValue = try reader.value("DefaultValue", as: type)
    group = try reader.number("GroupCode")
    form = try reader.form(type)
  }

  /// The dataset as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.number(property.rawValue)
    writer.number(type.rawValue)
    writer.number(UInt8(isSettable ? 1 : 0))
    writer.value(defaultValue)
    writer.number(group)
    writer.form(form)
    return writer.bytes
  }
}

extension DatasetReader {
  fileprivate mutating func form(
    _ type: DataType
  ) throws(DatasetError) -> ObjectPropertyDescription.Form {
    switch try number("FormFlag", as: UInt8.self) {
    case 0x00: return .any
    case 0x01:
      let minimum = try value("MinimumValue", as: type)
      let maximum = try value("MaximumValue", as: type)
      return .range(minimum: minimum, maximum: maximum, step: try value("StepSize", as: type))
    case 0x02:
      let count = try number("NumberOfValues", as: UInt16.self)
      // Not reserved: the count is the player's word, and each value is checked as it is read.
      var values: [PropertyValue] = []
      for _ in 0..<count { values.append(try value("SupportedValue", as: type)) }
      return .enumeration(values)
    case 0x03: return .date
    case 0x04: return .fixedLength(try number("Length"))
    case 0x05: return .expression(try string("RegEx"))
    case 0x06: return .byteArray(try number("MaxLength"))
    case 0xFF: return .longString(try number("MaxLength"))
    case let flag: return .unknown(flag)
    }
  }
}

extension DatasetWriter {
  fileprivate mutating func form(_ form: ObjectPropertyDescription.Form) {
    switch form {
    case .any: number(UInt8(0x00))
    case .range(let minimum, let maximum, let step):
      number(UInt8(0x01))
      for bound in [minimum, maximum, step] { value(bound) }
    case .enumeration(let values):
      number(UInt8(0x02))
      number(UInt16(clamping: values.count))
      for allowed in values.prefix(Int(UInt16.max)) { value(allowed) }
    case .date: number(UInt8(0x03))
    case .fixedLength(let length):
      number(UInt8(0x04))
      number(length)
    case .expression(let expression):
      number(UInt8(0x05))
      string(expression)
    case .byteArray(let length):
      number(UInt8(0x06))
      number(length)
    case .longString(let length):
      number(UInt8(0xFF))
      number(length)
    case .unknown(let flag): number(flag)
    }
  }
}
