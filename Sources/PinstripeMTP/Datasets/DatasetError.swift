/// Why the bytes of a dataset are not valid (MTP 1.1 §3.2).
public struct DatasetError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Fault: Hashable, Sendable {
    /// The dataset ends inside the field.
    case truncated
    /// A count or length promises more than the rest of the dataset holds.
    case countTooLarge
    /// A type whose length nobody knows, so that what follows it cannot be found.
    case unknownType
  }

  /// What is wrong.
  public var fault: Fault
  /// The field that could not be read, as the standard calls it.
  public var field: String
  /// Where the field begins, in bytes from the dataset's start.
  public var offset: Int

  /// Creates an error.
  public init(_ fault: Fault, field: String, offset: Int) {
    self.fault = fault
    self.field = field
    self.offset = offset
  }
}

extension DatasetError: CustomStringConvertible {
  /// The end of a sentence: what is wrong with which field.
  public var description: String {
    switch fault {
    case .truncated: "it ends inside \(field) at byte \(offset)"
    case .countTooLarge: "\(field) at byte \(offset) promises more than there is"
    case .unknownType: "\(field) at byte \(offset) has a type of unknown length"
    }
  }
}
