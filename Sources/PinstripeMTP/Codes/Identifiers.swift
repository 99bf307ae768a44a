/// Names an object for the length of a session (MTP 1.1 §5.3.1, PTP ISO 15740 §5.5.1).
public struct ObjectHandle: RawRepresentable, Hashable, Sendable {
  /// The handle as it stands on the wire.
  public let rawValue: UInt32

  /// Wraps a handle.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The root of a storage, where an operation asks for a parent (MTP 1.1 D.2.7, D.2.12).
  public static let root = ObjectHandle(rawValue: 0xFFFF_FFFF)
  /// No object; as the parent in ``Session/objectHandles(storage:format:parent:)``, every object
  /// wherever it is.
  public static let none = ObjectHandle(rawValue: 0)
}

/// Names a storage of a player (MTP 1.1 §5.2.1): the upper half is the medium, the lower half the
/// partition on it.
public struct StorageID: RawRepresentable, Hashable, Sendable {
  /// The number as it stands on the wire.
  public let rawValue: UInt32

  /// Wraps a number.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Every storage, where an operation allows it (MTP 1.1 D.2.7).
  public static let all = StorageID(rawValue: 0xFFFF_FFFF)
}

/// Numbers the transactions of a session (MTP 1.1 §4.3.2): 1 to 0xFFFF_FFFE, then 1 again; 0 is for
/// what happens outside a session.
public struct TransactionID: RawRepresentable, Hashable, Sendable {
  /// The number as it stands on the wire.
  public let rawValue: UInt32

  /// Wraps a number.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The number of an operation outside a session.
  public static let outsideSession = TransactionID(rawValue: 0)

  /// The number after this one.
  package var next: TransactionID {
    rawValue >= 0xFFFF_FFFE ? TransactionID(rawValue: 1) : TransactionID(rawValue: rawValue + 1)
  }
}

extension ObjectHandle: CustomStringConvertible {
  /// The handle in hexadecimal.
  public var description: String { hexadecimal(rawValue) }
}

extension StorageID: CustomStringConvertible {
  /// The number in hexadecimal.
  public var description: String { hexadecimal(rawValue) }
}

extension TransactionID: CustomStringConvertible {
  /// The number in decimal.
  public var description: String { String(rawValue) }
}

/// A number as the standards print it: `0x2001`, `0x00010001`.
func hexadecimal<Number: FixedWidthInteger & UnsignedInteger>(_ number: Number) -> String {
  let digits = String(number, radix: 16, uppercase: true)
  return "0x" + String(repeating: "0", count: Number.bitWidth / 4 - digits.count) + digits
}
