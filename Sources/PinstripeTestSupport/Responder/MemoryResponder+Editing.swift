import PinstripeMTP

/// Android's operations that change an object in place; as there, only between Begin and End.
extension MemoryResponder {
  func edit(_ operation: OperationCode, _ command: Message, _ state: inout State) -> Outcome {
    let handle = ObjectHandle(rawValue: command.parameter(0))
    guard let object = state.store[handle], object.format != .association else {
      return .response(.invalidObjectHandle)
    }
    if operation == .beginEditObject {
      // Android keeps an object open once only, and answers a second Begin with an error.
      guard state.edited != handle else { return .response(.generalError) }
      state.edited = handle
      return .response(.ok)
    }
    guard state.edited == handle else { return .response(.generalError) }
    let number = UInt64(command.parameter(1)) | UInt64(command.parameter(2)) << 32
    switch operation {
    case .truncateObject:
      guard number <= object.content.count else { return .response(.invalidParameter) }
      state.store[handle]?.content = object.content.prefix(number)
      state.store[handle]?.isComplete = false
      return .response(.ok)
    case .sendPartialObject:
      // Nothing is written behind an end that would leave a hole.
      guard number <= object.content.count else { return .response(.invalidParameter) }
      return .awaitsData
    default:
      state.edited = nil
      state.store[handle]?.isComplete = true
      return .response(.ok)
    }
  }

  /// Writes what came of a SendPartialObject, all of it or a part.
  func storePart(
    _ command: Message, _ receiver: DataReceiver, _ state: inout State
  ) -> Outcome {
    let handle = ObjectHandle(rawValue: command.parameter(0))
    let offset = UInt64(command.parameter(1)) | UInt64(command.parameter(2)) << 32
    guard let object = state.store[handle], offset <= object.content.count else {
      return .response(.invalidObjectHandle)
    }
    let end = offset + receiver.count
    let added = end - min(end, object.content.count)
    guard added <= state.store.info(object.storage)?.freeSpace ?? 0 else {
      return .response(.storeFull)
    }
    state.store[handle]?.content = object.content.replacing(
      from: offset, by: receiver.payload, count: receiver.count)
    guard receiver.isExact, receiver.count == UInt64(command.parameter(3)) else {
      return .response(.incompleteTransfer)
    }
    return .response(.ok, [UInt32(truncatingIfNeeded: receiver.count)])
  }
}

extension StoredObject.Content {
  fileprivate func prefix(_ length: UInt64) -> Self {
    switch self {
    case .bytes(let bytes): .bytes(Array(bytes.prefix(Int(clamping: length))))
    case .zeros(let count), .sparse(let count, _): .zeros(min(count, length))
    }
  }

  /// With other bytes from an offset on; of zeros only the count changes.
  fileprivate func replacing(from offset: UInt64, by bytes: [UInt8], count: UInt64) -> Self {
    guard case .bytes(var all) = self, bytes.count == count else {
      return .zeros(max(self.count, offset + count))
    }
    let end = min(Int(offset) + bytes.count, all.count)
    all.replaceSubrange(Int(offset)..<end, with: bytes)
    return .bytes(all)
  }
}
