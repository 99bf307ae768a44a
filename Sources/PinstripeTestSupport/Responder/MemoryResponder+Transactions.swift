public import PinstripeMTP
import PinstripeProfile

/// From commands to responses.
extension MemoryResponder {
  /// The operations that a responder can carry out.
  public static let implemented: [OperationCode] = [
    .getDeviceInfo, .openSession, .closeSession, .getStorageIDs, .getStorageInfo, .getNumObjects,
    .getObjectHandles, .getObjectInfo, .getObject, .deleteObject, .sendObjectInfo, .sendObject,
    .moveObject, .getPartialObject, .getPartialObject64, .getObjectPropsSupported,
    .getObjectPropDesc, .getObjectPropValue, .setObjectPropValue, .setObjectPropList,
    .getObjectReferences, .setObjectReferences, .getObjectPropList, .sendObjectPropList,
    .sendPartialObject, .truncateObject, .beginEditObject, .endEditObject,
  ]

  /// How an operation ended, without a data phase to the player.
  enum Outcome {
    case response(ResponseCode, [UInt32] = [])
    case data([UInt8], [UInt32] = [])
    case object(StoredObject.Content, from: UInt64, count: UInt64, [UInt32] = [])
    /// The data phase comes first.
    case awaitsData
    /// Nothing, ever.
    case silence
  }

  func begin(_ command: Message, _ state: inout State) {
    let operation = OperationCode(rawValue: command.header.code)
    state.history.append(operation)
    // What the host did not fetch belongs to a transaction it gave up.
    state.queue.removeAll()
    state.pause = state.pauses[operation] ?? .zero
    switch answer(operation, command, &state) {
    case .response(let code, let parameters): respond(command, code, parameters, &state)
    case .data(let payload, let parameters):
      var payload = payload
      state.tamper?(operation, &payload)
      send(command, .bytes(payload), from: 0, count: UInt64(payload.count), parameters, &state)
    case .object(let content, let offset, let count, let parameters):
      send(command, content, from: offset, count: count, parameters, &state)
    case .silence: break
    case .awaitsData:
      state.phase = .data(command, DataReceiver(keeps: kept(operation)))
    }
  }

  private func kept(_ operation: OperationCode) -> DataReceiver.Kept {
    guard [.sendObject, .sendPartialObject].contains(operation) else { return .all }
    if habits.contains(.discardsContent) { return .length }
    return operation == .sendObject && habits.contains(.keepsSparsely) ? .blocks : .all
  }

  private func answer(
    _ operation: OperationCode, _ command: Message, _ state: inout State
  ) -> Outcome {
    guard state.operations.contains(operation) else { return .response(.operationNotSupported) }
    if let refusal = state.refusals[operation] { return .response(refusal) }
    if !state.isSessionOpen, operation != .getDeviceInfo, operation != .openSession {
      return .response(.sessionNotOpen)
    }
    if let refusal = refusal(of: operation) { return .response(refusal) }
    switch operation {
    case .getDeviceInfo: return .data(deviceInfo(state).encoded)
    case .openSession:
      guard command.parameter(0) != 0 else { return .response(.invalidParameter) }
      guard !state.isSessionOpen else { return .response(.sessionAlreadyOpen, [1]) }
      state.isSessionOpen = true
      return .response(.ok)
    case .closeSession:
      state.isSessionOpen = false
      state.announced = nil
      state.edited = nil
      return .response(.ok)
    case .sendObjectInfo, .sendObjectPropList, .setObjectPropValue, .setObjectPropList,
      .setObjectReferences:
      return .awaitsData
    case .beginEditObject, .truncateObject, .endEditObject, .sendPartialObject:
      return edit(operation, command, &state)
    case .sendObject:
      return state.announced == nil ? .response(.noValidObjectInfo) : .awaitsData
    default: return query(operation, command, &state)
    }
  }

  private func deviceInfo(_ state: State) -> DeviceInfo {
    var info = Self.selfDescription(of: profile)
    info.operations = state.operations.sorted { $0.rawValue < $1.rawValue }
    info.events = [.objectAdded, .objectRemoved, .storeFull]
    info.playbackFormats = playbackFormats
    info.serialNumber = "0"
    return info
  }

  /// Takes a data phase that is over.
  func finish(_ command: Message, _ receiver: DataReceiver, _ state: inout State) {
    let isExact = receiver.isExact
    if !isExact, profile.quirks.contains(.exactDataPhase) {
      state.breakdown = "a data phase of \(receiver.count) bytes was announced otherwise"
      return
    }
    let operation = OperationCode(rawValue: command.header.code)
    let isFull = Self.wantsRoom.contains(operation) && !state.room.take()
    let outcome =
      switch operation {
      case .sendObject where isFull, .sendPartialObject where isFull:
        keepHalf(command, receiver, &state)
      case _ where isFull: Outcome.response(.storeFull)
      case .sendObject: storeObject(receiver, &state)
      case .sendPartialObject: storePart(command, receiver, &state)
      case .sendObjectInfo where isExact: announce(command, receiver.payload, &state)
      case .sendObjectPropList where isExact: announceList(command, receiver.payload, &state)
      case .setObjectPropValue where isExact: setProperty(command, receiver.payload, &state)
      case .setObjectReferences where isExact: refer(command, receiver.payload, &state)
      case .setObjectPropList where isExact: setProperties(receiver.payload, &state)
      default: Outcome.response(.incompleteTransfer)
      }
    if case .response(let code, let parameters) = outcome {
      respond(command, code, parameters, &state)
    }
  }

  /// What puts something on the storage.
  private static let wantsRoom: Set<OperationCode> = [
    .sendObjectInfo, .sendObjectPropList, .sendObject, .sendPartialObject,
  ]

  /// Takes the first half of what came: there is no room for the rest.
  private func keepHalf(
    _ command: Message, _ receiver: DataReceiver, _ state: inout State
  ) -> Outcome {
    store(command, receiver.firstHalf, &state)
    return .response(.storeFull)
  }

  /// Takes what there is of a data phase, if it is an object's.
  private func store(_ command: Message, _ receiver: DataReceiver, _ state: inout State) {
    switch OperationCode(rawValue: command.header.code) {
    case .sendObject: _ = storeObject(receiver, &state)
    case .sendPartialObject: _ = storePart(command, receiver, &state)
    default: break
    }
  }

  /// Gives up what is under way (PIMA 15740 USB §5.2.1): no response follows.
  func cancel(_ state: inout State) {
    state.queue.removeAll()
    state.pending = []
    if habits.contains(.cancelsSlowly) { state.busyPolls = 3 }
    guard case .data(let command, let receiver) = state.phase else { return }
    state.phase = .command
    guard !profile.quirks.contains(.exactDataPhase) else {
      state.breakdown = "a data phase was cancelled after \(receiver.count) bytes"
      return
    }
    store(command, receiver, &state)
  }

  private func respond(
    _ command: Message, _ code: ResponseCode, _ parameters: [UInt32], _ state: inout State
  ) {
    state.queue.append(response(to: command, code, parameters))
  }

  private func send(
    _ command: Message, _ content: StoredObject.Content, from offset: UInt64, count: UInt64,
    _ parameters: [UInt32], _ state: inout State
  ) {
    var header = ContainerHeader(
      kind: .data, code: command.header.code, transaction: command.header.transaction,
      payload: count)
    if habits.contains(.wrapsLongLengths) {
      header.length = UInt32(truncatingIfNeeded: count + UInt64(ContainerHeader.size))
    }
    junk(&header)
    let start = header.encoded
    let response = response(to: command, .ok, parameters)
    let endsExactly = !habits.contains(.omitsZeroLengthPackets)
    if habits.contains(.headerApart) {
      state.queue.append(start)
      if count > 0 {
        let end = endByte(of: count)
        state.queue.append(
          length: count + UInt64(end.count), endsExactly: endsExactly
        ) { position, buffer in
          Parts(start: [], content: content, offset: offset, count: count, end: end)
            .copy(from: position, into: buffer)
        }
      }
      state.queue.append(response)
      return
    }
    let joined = habits.contains(.joinsResponse) ? response : []
    let end = joined.isEmpty ? endByte(of: UInt64(start.count) + count) : joined
    let length = UInt64(start.count) + count + UInt64(end.count)
    state.queue.append(length: length, endsExactly: endsExactly) { position, buffer in
      Parts(start: start, content: content, offset: offset, count: count, end: end)
        .copy(from: position, into: buffer)
    }
    if joined.isEmpty { state.queue.append(response) }
  }
}

/// A transfer's bytes: a header, content, and perhaps a response.
private struct Parts {
  let start: [UInt8]
  let content: StoredObject.Content
  let offset: UInt64
  let count: UInt64
  let end: [UInt8]

  func copy(from position: UInt64, into buffer: UnsafeMutableRawBufferPointer) {
    var position = position
    var free = buffer[...]
    while !free.isEmpty {
      let room = UnsafeMutableRawBufferPointer(rebasing: free)
      let used: Int
      let inContent = position &- UInt64(start.count)
      if position < UInt64(start.count) {
        let part = start[Int(position)...].prefix(room.count)
        room.copyBytes(from: part)
        used = part.count
      } else if inContent < count {
        used = Int(min(UInt64(room.count), count - inContent))
        content.copy(
          from: offset + inContent, into: UnsafeMutableRawBufferPointer(rebasing: room[..<used]))
      } else {
        let part = end[Int(inContent - count)...].prefix(room.count)
        room.copyBytes(from: part)
        used = part.count
      }
      position += UInt64(used)
      free = free.dropFirst(used)
    }
  }
}

extension StoredObject.Content {
  /// Fills a buffer with the bytes from an offset on; what lies behind the end is zero.
  func copy(from offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) {
    switch self {
    case .bytes(let bytes) where offset < UInt64(bytes.count):
      buffer.copyBytes(from: bytes[Int(offset)...].prefix(buffer.count))
    case .sparse(_, let blocks):
      Self.clear(buffer)
      let size = UInt64(Self.blockSize)
      let end = offset + UInt64(buffer.count)
      for start in stride(from: offset / size * size, to: end, by: Self.blockSize) {
        guard let block = blocks[start] else { continue }
        let first = max(start, offset)
        let part = block.dropFirst(Int(first - start)).prefix(Int(end - first))
        UnsafeMutableRawBufferPointer(rebasing: buffer[Int(first - offset)...])
          .copyBytes(from: part)
      }
    default: Self.clear(buffer)
    }
  }

  /// Copied rather than set byte by byte: objects of zeros have gigabytes.
  private static func clear(_ buffer: UnsafeMutableRawBufferPointer) {
    var rest = buffer[...]
    zeros.withUnsafeBytes { zeros in
      while !rest.isEmpty {
        let count = min(rest.count, zeros.count)
        UnsafeMutableRawBufferPointer(rebasing: rest.prefix(count))
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: zeros.prefix(count)))
        rest = rest.dropFirst(count)
      }
    }
  }

  private static let zeros = [UInt8](repeating: 0, count: 65_536)
}
