import PinstripePipe

/// An operation and its parameters.
struct Request {
  let operation: OperationCode
  var parameters: [UInt32] = []
}

/// How far a transaction has come; recovery depends on it.
struct Exchange {
  enum Phase {
    /// The command is being sent.
    case command
    /// Data is being sent, or its sending failed.
    case sending
    /// The response, or data and then the response, is awaited.
    case awaiting
    /// Data is being received.
    case receiving
    /// The response is there: the player waits for the next command.
    case finished
  }

  let request: Request
  let transaction: TransactionID
  var phase = Phase.command

  /// The command as it goes over the wire.
  var command: [UInt8] {
    Message(
      .command, code: request.operation.rawValue, transaction: transaction,
      parameters: request.parameters
    ).encoded
  }

  /// The header of the data phase to the player.
  func dataHeader(_ length: UInt64) -> ContainerHeader {
    ContainerHeader(
      kind: .data, code: request.operation.rawValue, transaction: transaction, payload: length)
  }

  /// Why the exchange failed, for the caller.
  func error(_ cause: any Error) -> any Error {
    switch cause {
    case let cause as MTPError: cause
    case let cause as TransferError: error(cause)
    case let cause as DatasetError:
      mtpError(.malformedDataset, reason: cause.description)
    case let cause as ReplyDecoder.Fault: error(cause)
    // The caller's own, from a closure: it comes back as it is.
    default: cause
    }
  }

  func mtpError(
    _ code: MTPError.Code, response: ResponseCode? = nil, transfer: TransferError? = nil,
    reason: String = ""
  ) -> MTPError {
    MTPError(
      code, operation: request.operation, transaction: transaction, response: response,
      transfer: transfer, reason: reason)
  }

  private func error(_ cause: TransferError) -> MTPError {
    switch cause {
    case .cancelled: mtpError(.cancelled, transfer: cause)
    case .disconnected: mtpError(.sessionLost, transfer: cause, reason: cause.description)
    default: mtpError(.transfer, transfer: cause)
    }
  }

  private func error(_ cause: ReplyDecoder.Fault) -> MTPError {
    switch cause {
    case .truncatedHeader:
      mtpError(.malformedContainer, reason: "a transfer ended inside a header")
    case .invalidLength(let length):
      mtpError(.malformedContainer, reason: "a container of \(length) bytes")
    case .unexpectedKind(let kind):
      mtpError(.malformedContainer, reason: "a container of kind \(kind)")
    case .unexpectedOperation(let code):
      mtpError(
        .malformedContainer, reason: "the data of \(OperationCode(rawValue: code)) came")
    case .unexpectedTransaction(let id):
      mtpError(.unexpectedTransaction, reason: "the response to number \(id)")
    case .unexpectedData(let id):
      mtpError(.unexpectedTransaction, reason: "the data of number \(id)")
    case .dataTooLong(let limit):
      mtpError(.dataPhaseTooLong, reason: "\(limit) bytes were expected at most")
    case .onlyEmptyTransfers:
      mtpError(.malformedContainer, reason: "empty transfers instead of an answer")
    case .onlyStaleResponses:
      mtpError(.malformedContainer, reason: "answers to earlier transactions only")
    }
  }
}
