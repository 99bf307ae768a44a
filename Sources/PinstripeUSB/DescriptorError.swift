/// What is wrong with the descriptors of a device.
///
/// Every length in them comes from the device and is hostile until checked.
public enum DescriptorError: Error, Sendable, Equatable {
  /// The bytes end before the descriptor does.
  case truncated(type: UInt8, needed: Int, available: Int)
  /// bLength is smaller than the fields of that type take, or than 2.
  case tooShort(type: UInt8, length: Int, minimum: Int)
  /// A descriptor of this type was expected.
  case unexpectedType(found: UInt8, expected: UInt8)
  /// An endpoint descriptor stands before the first interface descriptor.
  case strayEndpoint
  /// There are more interfaces, endpoints or functions than any device may have.
  case tooMany(String, limit: Int)
  /// The Microsoft OS descriptor does not have the form that it announces.
  case malformedSystemDescriptor
}

extension DescriptorError: CustomStringConvertible {
  /// The reason as part of a sentence.
  public var description: String {
    switch self {
    case .truncated(let type, let needed, let available):
      "descriptor of type \(type) needs \(needed) bytes, \(available) are there"
    case .tooShort(let type, let length, let minimum):
      "descriptor of type \(type) claims \(length) bytes, the least is \(minimum)"
    case .unexpectedType(let found, let expected):
      "descriptor of type \(found) where type \(expected) belongs"
    case .strayEndpoint: "an endpoint descriptor belongs to no interface"
    case .tooMany(let what, let limit): "more than \(limit) \(what)"
    case .malformedSystemDescriptor: "the Microsoft OS descriptor is malformed"
    }
  }
}
