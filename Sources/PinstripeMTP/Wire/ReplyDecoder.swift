public import PinstripeProfile

/// Finds the data phase and the response in what a player sends, however it cuts them into transfers.
///
/// It does no input itself: feed it the bytes of each reception with ``feed(_:payload:)``, tell it
/// where transfers end with ``endTransfer()``, and stop when ``response`` is there.
///
/// ```
/// usual            | header payload… |  | response |
/// header apart     | header |  | payload… |  | response |
/// coalesced        | header payload… response |        (the player omits a zero-length packet)
/// no data          | response |
/// short            | header payload |  | response |    (fewer bytes than the header says)
/// one more byte    | header payload x |  | response |  (Quirk.oneByteInsteadOfZeroLengthPacket)
/// ```
///
/// It holds at most 32 bytes, whatever the player sends.
public struct ReplyDecoder {
  /// What the player sent is not a reply.
  public enum Fault: Error, Hashable, Sendable {
    /// A transfer ended inside a container's header.
    case truncatedHeader
    /// A length that does not even count the header.
    case invalidLength(UInt32)
    /// A container that may not come here.
    case unexpectedKind(UInt16)
    /// Data of another operation than the one under way.
    case unexpectedOperation(UInt16)
    /// The response to another transaction.
    case unexpectedTransaction(UInt32)
    /// The data of another transaction.
    case unexpectedData(UInt32)
    /// More data than was announced or asked for; the number is the limit.
    case dataTooLong(UInt64)
    /// Transfer after transfer with nothing in it.
    case onlyEmptyTransfers
    /// Answer after answer of transactions given up before.
    case onlyStaleResponses

    /// Whether the player may still be in the middle of a data phase.
    var leavesData: Bool {
      switch self {
      case .unexpectedTransaction, .onlyEmptyTransfers, .onlyStaleResponses: false
      default: true
      }
    }
  }

  private enum State {
    /// Collecting the header of the next container.
    case header
    /// In the data phase; nil when only a short packet tells its end.
    case data(remaining: UInt64?)
    /// In the data phase of a transaction given up before.
    case stale(remaining: UInt64?, hasBegun: Bool)
    /// Collecting the parameters of a response.
    case response(ContainerHeader)
    case finished
  }

  /// The response, as soon as it is there.
  public private(set) var response: Message?
  /// How many bytes of payload the data phase had so far.
  public private(set) var received: UInt64 = 0
  /// Whether a data phase began.
  public private(set) var hasData = false
  /// Whether the data phase ended before the length its header states.
  public private(set) var isShort = false

  private let operation: OperationCode
  private let transaction: TransactionID
  private let expected: UInt64?
  private let limit: UInt64
  private let stale: [TransactionID]
  private let endsWithByte: Bool
  private let trustsHeaders: Bool
  private var state = State.header
  private var collected: [UInt8] = []
  private var atStart = true
  private var emptyTransfers = 0
  private var staleContainers = 0
  /// Bytes of the transfer under way, header and payload.
  private var transferred: UInt64 = 0
  /// Whether one byte that ends the transfer now is punctuation.
  private var mayEndWithByte = false

  /// Zero-length transfers in a row that are taken as mere punctuation.
  static let maximumEmptyTransfers = 4
  /// Data phases and responses of earlier transactions that are passed over.
  static let maximumStaleContainers = 16
  /// wMaxPacketSize behind a USB 1.1 hub, by which players with
  /// `Quirk.oneByteInsteadOfZeroLengthPacket` count at any speed.
  static let smallestPacket: UInt64 = 64

  /// Creates a decoder for one reply.
  ///
  /// - Parameters:
  ///   - limit: The most bytes of payload that may come.
  ///   - expected: How many will come if all is well; then a length that is this one modulo 2³² is
  ///     read as this one, because there are players that do not know 0xFFFF_FFFF.
  ///   - stale: Transactions given up, whose late data and responses are passed over.
  ///   - quirks: `Quirk.oneByteInsteadOfZeroLengthPacket` and `Quirk.tolerateBadResponseHeader` are
  ///     obeyed.
  public init(
    operation: OperationCode, transaction: TransactionID, limit: UInt64, expected: UInt64? = nil,
    stale: [TransactionID] = [], quirks: Set<Quirk> = []
  ) {
    self.operation = operation
    self.transaction = transaction
    self.limit = limit
    self.expected = expected
    self.stale = stale
    endsWithByte = quirks.contains(.oneByteInsteadOfZeroLengthPacket)
    trustsHeaders = !quirks.contains(.tolerateBadResponseHeader)
  }

  /// Whether the data phase has begun and is not over.
  public var isInData: Bool {
    if case .data = state { true } else { false }
  }

  /// Takes the next bytes of a transfer.
  ///
  /// - Parameter payload: Is given the payload, piece by piece and in order.
  /// - Throws: ``Fault``, or whatever `payload` threw.
  public mutating func feed(
    _ bytes: UnsafeRawBufferPointer, payload: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = bytes[...]
    if atStart, !rest.isEmpty, isResponseInsteadOfPayload(bytes) {
      isShort = true
      state = .header
    }
    // What came before the part of the transfer that is looked at below.
    let before = transferred
    transferred += UInt64(bytes.count)
    while !rest.isEmpty {
      atStart = false
      emptyTransfers = 0
      switch state {
      case .header: try collectHeader(&rest)
      case .data(let remaining):
        try pass(&rest, remaining: remaining, before + UInt64(bytes.count - rest.count), payload)
      case .stale(let remaining, _):
        passOver(&rest, remaining: remaining, before + UInt64(bytes.count - rest.count))
      case .response(let header): collectResponse(&rest, header)
      case .finished: return
      }
    }
  }

  /// Takes note that a short or zero-length packet ended the transfer.
  public mutating func endTransfer() throws(Fault) {
    defer {
      atStart = true
      transferred = 0
      mayEndWithByte = false
    }
    if atStart {
      emptyTransfers += 1
      guard emptyTransfers <= Self.maximumEmptyTransfers else { throw .onlyEmptyTransfers }
    }
    switch state {
    case .header:
      if mayEndWithByte, collected.count == 1 { collected = [] }
      guard collected.isEmpty else { throw .truncatedHeader }
    case .data(let remaining):
      // A header that came apart from its payload is not the end of it, nor is the zero-length
      // packet that some players put behind such a header.
      guard received > 0 else { return }
      isShort = remaining != nil
      state = .header
    case .stale(_, let hasBegun):
      if hasBegun { state = .header }
    case .response(let header):
      finish(header)
    case .finished: break
    }
  }

  /// Whether a transfer that should continue a header sent apart is the response: the player gave
  /// the data phase up.
  ///
  /// Such a transfer is too short to be the whole payload, so it is no guess.
  private func isResponseInsteadOfPayload(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard case .data(let remaining) = state, received == 0, bytes.count <= Message.maximumSize,
      UInt64(bytes.count) < remaining ?? .max, let message = Message(Array(bytes))
    else { return false }
    return message.header.kind == .response && isOurs(message.header)
      && message.header.length == UInt32(bytes.count)
  }

  private mutating func collectHeader(_ rest: inout Slice<UnsafeRawBufferPointer>) throws(Fault) {
    let part = rest.prefix(ContainerHeader.size - collected.count)
    collected.append(contentsOf: part)
    rest = rest.dropFirst(part.count)
    guard let header = ContainerHeader(collected) else { return }
    switch header.kind {
    case .response:
      guard header.payload != nil else { throw .invalidLength(header.length) }
      try checkTransaction(header)
      state = .response(header)
      // Its parameters may be missing, or the length may be all there is.
      if header.payload == 0 { finish(header) }
    case .data:
      try beginData(header)
    default:
      throw .unexpectedKind(header.kind.rawValue)
    }
  }

  /// Whether a response is to this transaction, as far as its player's headers can be trusted.
  private func isOurs(_ header: ContainerHeader) -> Bool {
    header.transaction == transaction || !trustsHeaders && !stale.contains(header.transaction)
  }

  private func checkTransaction(_ header: ContainerHeader) throws(Fault) {
    guard !isOurs(header) else { return }
    guard stale.contains(header.transaction) else {
      throw .unexpectedTransaction(header.transaction.rawValue)
    }
    guard staleContainers < Self.maximumStaleContainers else { throw .onlyStaleResponses }
  }

  private mutating func beginData(_ header: ContainerHeader) throws(Fault) {
    if header.transaction != transaction {
      guard !stale.contains(header.transaction) else { return try beginStaleData(header) }
      guard !trustsHeaders else { throw .unexpectedData(header.transaction.rawValue) }
    }
    guard !hasData else { throw .unexpectedKind(header.kind.rawValue) }
    guard !trustsHeaders || header.code == operation.rawValue else {
      throw .unexpectedOperation(header.code)
    }
    guard header.length >= UInt32(ContainerHeader.size) else {
      throw .invalidLength(header.length)
    }
    hasData = true
    collected = []
    var remaining = header.payload
    if let expected {
      let whole = ContainerHeader(
        kind: .data, code: header.code, transaction: transaction, payload: expected)
      let wrapped = UInt32(truncatingIfNeeded: expected &+ UInt64(ContainerHeader.size))
      if header.length == whole.length || header.length == wrapped { remaining = expected }
    }
    if let remaining, remaining > limit { throw .dataTooLong(limit) }
    state = remaining == 0 ? .header : .data(remaining: remaining)
  }

  /// A player that sleeps while its transaction is given up sends that data when it wakes.
  private mutating func beginStaleData(_ header: ContainerHeader) throws(Fault) {
    guard staleContainers < Self.maximumStaleContainers else { throw .onlyStaleResponses }
    guard header.length >= UInt32(ContainerHeader.size) else {
      throw .invalidLength(header.length)
    }
    staleContainers += 1
    collected = []
    state = header.payload == 0 ? .header : .stale(remaining: header.payload, hasBegun: false)
  }

  private mutating func passOver(
    _ rest: inout Slice<UnsafeRawBufferPointer>, remaining: UInt64?, _ offset: UInt64
  ) {
    let count = min(remaining ?? .max, UInt64(rest.count))
    rest = rest.dropFirst(Int(count))
    let left = remaining.map { $0 - count }
    state = left == 0 ? .header : .stale(remaining: left, hasBegun: true)
    if left == 0 { mayEndWithByte = isFullPacket(offset + count) }
  }

  /// Whether a data phase that ends so far into its transfer may be followed by one byte more.
  private func isFullPacket(_ end: UInt64) -> Bool {
    endsWithByte && end % Self.smallestPacket == 0
  }

  private mutating func pass(
    _ rest: inout Slice<UnsafeRawBufferPointer>, remaining: UInt64?, _ offset: UInt64,
    _ payload: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let count = Int(min(remaining ?? .max, UInt64(rest.count)))
    let (total, overflow) = received.addingReportingOverflow(UInt64(count))
    guard !overflow, total <= limit else { throw Fault.dataTooLong(limit) }
    received = total
    let part = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    rest = rest.dropFirst(count)
    if let remaining {
      state = remaining == UInt64(count) ? .header : .data(remaining: remaining - UInt64(count))
    }
    try payload(part)
    guard case .header = state else { return }
    mayEndWithByte = isFullPacket(offset + UInt64(count))
    // What follows the last byte of the data phase in the same transfer can only be the response, or
    // the byte that stands for a zero-length packet.
    if let next = rest.first, !couldBeResponse(next, rest), !(mayEndWithByte && rest.count == 1) {
      throw Fault.dataTooLong(received)
    }
  }

  private func couldBeResponse(_ first: UInt8, _ rest: Slice<UnsafeRawBufferPointer>) -> Bool {
    guard rest.count >= ContainerHeader.size else {
      return (UInt8(ContainerHeader.size)...UInt8(Message.maximumSize)).contains(first)
    }
    let header = ContainerHeader(Array(rest.prefix(ContainerHeader.size)))
    return header?.kind == .response
  }

  private mutating func collectResponse(
    _ rest: inout Slice<UnsafeRawBufferPointer>, _ header: ContainerHeader
  ) {
    let size = Int(min(UInt64(Message.maximumSize), UInt64(header.length)))
    let part = rest.prefix(size - collected.count)
    collected.append(contentsOf: part)
    rest = rest.dropFirst(part.count)
    // What a player puts behind the fifth parameter belongs to nobody.
    if collected.count == size {
      finish(header)
      rest = rest.dropFirst(rest.count)
    }
  }

  private mutating func finish(_ header: ContainerHeader) {
    let message = Message(collected)
    collected = []
    guard isOurs(header) else {
      staleContainers += 1
      state = .header
      return
    }
    response = message
    state = .finished
  }
}
