/// A container that consists of a header and up to five numbers: a command, a response or an event
/// (PIMA 15740 USB §7.1.1, §7.1.3, §7.3.1).
///
/// ```
/// header (12 bytes)   UINT32 parameter, 0 to 5 times
/// ```
public struct Message: Hashable, Sendable {
  /// Parameters that a message can have.
  public static let maximumParameters = 5
  /// Bytes that the longest message has.
  static let maximumSize = ContainerHeader.size + maximumParameters * 4

  /// The header.
  public var header: ContainerHeader
  /// The parameters; those that are missing count as 0 (MTP 1.1 §4.3.1).
  public var parameters: [UInt32]

  /// Creates a message; parameters beyond the fifth are dropped.
  public init(
    _ kind: ContainerHeader.Kind, code: UInt16, transaction: TransactionID, parameters: [UInt32]
  ) {
    self.parameters = Array(parameters.prefix(Self.maximumParameters))
    header = ContainerHeader(
      kind: kind, code: code, transaction: transaction, payload: UInt64(self.parameters.count * 4))
  }

  /// Reads a message; nil when there is no whole header or its length does not count it.
  ///
  /// Players err in the length of responses, so the parameters are those that both the length and
  /// the bytes hold, and half ones are dropped.
  public init?(_ bytes: [UInt8]) {
    guard let header = ContainerHeader(bytes), let payload = header.payload else { return nil }
    self.header = header
    var reader = DatasetReader(bytes.dropFirst(ContainerHeader.size))
    var parameters: [UInt32] = []
    let count = min(payload / 4, UInt64(reader.remaining / 4), UInt64(Self.maximumParameters))
    for _ in 0..<count {
      guard let parameter = try? reader.number("Parameter", as: UInt32.self) else { break }
      parameters.append(parameter)
    }
    self.parameters = parameters
  }

  /// The parameter at a place, 0 to 4; 0 when the message has none there.
  public func parameter(_ index: Int) -> UInt32 {
    parameters.indices.contains(index) ? parameters[index] : 0
  }

  /// The message as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.raw(header.encoded)
    for parameter in parameters { writer.number(parameter) }
    return writer.bytes
  }
}
