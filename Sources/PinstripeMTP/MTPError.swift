public import PinstripePipe

/// What went wrong between us and a player that speaks MTP.
///
/// Equality is on what a caller can act upon: the code, the player's response and the pipe's error.
/// The description is one full sentence for a person; the properties are for programs and logs.
public struct MTPError: Error, Sendable {
  /// What kind of failure it is.
  ///
  /// Open, so that a later version can add kinds.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The kind's name.
    public let rawValue: String

    /// Creates a kind from its name.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }

    /// The player answered with another response than OK; see ``MTPError/response``.
    public static let refused = Code(rawValue: "refused")
    /// The pipe failed; see ``MTPError/transfer``.
    public static let transfer = Code(rawValue: "transfer")
    /// The task was cancelled, or the pipe was.
    ///
    /// The session stays usable.
    public static let cancelled = Code(rawValue: "cancelled")
    /// The player sent something that is no container, or the wrong kind of one.
    public static let malformedContainer = Code(rawValue: "malformed-container")
    /// The player sent a dataset that contradicts itself or ends too early.
    public static let malformedDataset = Code(rawValue: "malformed-dataset")
    /// The player answered another transaction than the one under way.
    public static let unexpectedTransaction = Code(rawValue: "unexpected-transaction")
    /// The data phase ended before the length that was announced or asked for.
    public static let dataPhaseTooShort = Code(rawValue: "data-phase-too-short")
    /// The player sent more than it announced, or than was asked for.
    public static let dataPhaseTooLong = Code(rawValue: "data-phase-too-long")
    /// The player does not offer the operation; nothing was sent.
    public static let notSupported = Code(rawValue: "not-supported")
    /// An argument cannot be expressed in MTP; nothing was sent.
    public static let invalidArgument = Code(rawValue: "invalid-argument")
    /// The caller's source gave fewer bytes than it announced, or more than there was room for.
    public static let sourceMismatch = Code(rawValue: "source-mismatch")
    /// The session is closed.
    public static let sessionClosed = Code(rawValue: "session-closed")
    /// The player is gone, or could not be brought back into step; open a new session.
    public static let sessionLost = Code(rawValue: "session-lost")
  }

  /// What kind of failure it is.
  public var code: Code
  /// The operation that failed.
  public var operation: OperationCode?
  /// The transaction that failed.
  public var transaction: TransactionID?
  /// How the player answered, when it did.
  public var response: ResponseCode?
  /// How the pipe failed, when it did.
  public var transfer: TransferError?
  /// What exactly was wrong, in words that continue a sentence; empty when the codes say it all.
  public var reason: String

  /// Creates an error.
  public init(
    _ code: Code, operation: OperationCode? = nil, transaction: TransactionID? = nil,
    response: ResponseCode? = nil, transfer: TransferError? = nil, reason: String = ""
  ) {
    self.code = code
    self.operation = operation
    self.transaction = transaction
    self.response = response
    self.transfer = transfer
    self.reason = reason
  }
}

extension MTPError: Equatable {
  /// Whether a caller would act the same way upon both.
  public static func == (a: MTPError, b: MTPError) -> Bool {
    a.code == b.code && a.response == b.response && a.transfer == b.transfer
  }
}

extension MTPError: CustomStringConvertible {
  /// One full sentence.
  public var description: String {
    var sentence = sentenceStart
    if !reason.isEmpty { sentence += ": " + reason }
    let place = [operation.map(\.description), transaction.map { "transaction \($0)" }]
      .compactMap(\.self).joined(separator: ", ")
    if !place.isEmpty { sentence += " (\(place))" }
    return sentence + "."
  }

  private var sentenceStart: String {
    switch code {
    case .refused: "The player refused with \(response ?? .undefined)"
    case .transfer: "The USB transfer failed, \(transfer.map(\.description) ?? "nobody knows why")"
    case .cancelled: "The transfer was cancelled"
    case .malformedContainer: "The player sent something that is not valid MTP"
    case .malformedDataset: "The player sent a description that is not valid MTP"
    case .unexpectedTransaction: "The player answered another transaction than the one under way"
    case .dataPhaseTooShort: "The data ended too early"
    case .dataPhaseTooLong: "The player sent more data than it may"
    case .notSupported: "The player does not offer the operation"
    case .invalidArgument: "This cannot be asked of a player"
    case .sourceMismatch: "The source does not hold as many bytes as it announced"
    case .sessionClosed: "The session with the player is closed"
    case .sessionLost: "The session with the player is lost"
    default: code.rawValue
    }
  }
}
