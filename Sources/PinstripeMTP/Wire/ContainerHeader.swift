/// The first bytes of everything that goes over the bulk pipes (PIMA 15740 USB §7.1, MTP 1.1 H).
///
/// ```
/// little-endian
///  0               4       6       8              12
///  +---------------+-------+-------+---------------+----------------
///  | length        | kind  | code  | transaction   | payload
///  | UINT32        |UINT16 |UINT16 | UINT32        | length − 12
///  +---------------+-------+-------+---------------+----------------
/// ```
/// The length counts the header. 0xFFFF_FFFF stands for everything that 32 bits cannot count
/// (MTP 1.1 H): a short packet ends such a container.
public struct ContainerHeader: Hashable, Sendable {
  /// What kind of container it is.
  public struct Kind: RawRepresentable, Hashable, Sendable {
    /// The code as it stands on the wire.
    public let rawValue: UInt16

    /// Wraps a code.
    public init(rawValue: UInt16) {
      self.rawValue = rawValue
    }

    /// From us: an operation and its parameters. `PTP_USB_CONTAINER_COMMAND`
    public static let command = Kind(rawValue: 1)
    /// The data phase, in either direction. `PTP_USB_CONTAINER_DATA`
    public static let data = Kind(rawValue: 2)
    /// From the player: how the operation went. `PTP_USB_CONTAINER_RESPONSE`
    public static let response = Kind(rawValue: 3)
    /// From the player, on the interrupt endpoint. `PTP_USB_CONTAINER_EVENT`
    public static let event = Kind(rawValue: 4)
  }

  /// Bytes that a header has.
  public static let size = 12

  /// The length that stands for what 32 bits cannot count.
  public static let unknownLength: UInt32 = 0xFFFF_FFFF

  /// The container's length with the header, in bytes.
  public var length: UInt32
  /// What kind of container it is.
  public var kind: Kind
  /// The operation's, response's or event's code.
  public var code: UInt16
  /// The transaction it belongs to.
  public var transaction: TransactionID

  /// Creates a header for a payload of so many bytes; what 32 bits cannot count is announced as
  /// ``unknownLength``.
  public init(kind: Kind, code: UInt16, transaction: TransactionID, payload: UInt64) {
    // 0xFFFF_FFFF itself is taken, so the largest container that can be counted has 0xFFFF_FFFE.
    let isCountable = payload <= 0xFFFF_FFFE - UInt64(Self.size)
    length = isCountable ? UInt32(payload) + UInt32(Self.size) : Self.unknownLength
    self.kind = kind
    self.code = code
    self.transaction = transaction
  }

  /// Reads the header at the start of some bytes; nil when there are fewer than ``size``.
  public init?(_ bytes: [UInt8]) {
    var reader = DatasetReader(bytes)
    do throws(DatasetError) {
      length = try reader.number("ContainerLength")
      kind = Kind(rawValue: try reader.number("ContainerType"))
      code = try reader.number("Code")
      transaction = TransactionID(rawValue: try reader.number("TransactionID"))
    } catch {
      return nil
    }
  }

  /// How many bytes follow the header; nil when the length is ``unknownLength`` or when it does not
  /// even count the header.
  public var payload: UInt64? {
    guard length != Self.unknownLength, length >= UInt32(Self.size) else { return nil }
    return UInt64(length) - UInt64(Self.size)
  }

  /// The header as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.number(length)
    writer.number(kind.rawValue)
    writer.number(code)
    writer.number(transaction.rawValue)
    return writer.bytes
  }
}
