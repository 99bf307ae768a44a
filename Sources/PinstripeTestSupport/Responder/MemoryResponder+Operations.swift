import PinstripeMTP
import PinstripeProfile

/// The operations on storages and objects.
extension MemoryResponder {
  func query(_ operation: OperationCode, _ command: Message, _ state: inout State) -> Outcome {
    switch operation {
    case .getStorageIDs:
      return .data(CodeArray.encode(state.store.storages.map(\.id.rawValue)))
    case .getStorageInfo:
      guard let info = state.store.info(StorageID(rawValue: command.parameter(0))) else {
        return .response(.invalidStorageID)
      }
      return .data(info.encoded)
    case .getNumObjects, .getObjectHandles: return handles(operation, command, state)
    case .getObjectPropsSupported:
      return .data(CodeArray.encode(properties(of: command).map(\.rawValue).sorted()))
    case .getObjectPropDesc: return describe(command)
    case .getObjectPropList: return listProperties(command, state)
    default: break
    }
    let handle = ObjectHandle(rawValue: command.parameter(0))
    guard let object = state.store[handle] else { return .response(.invalidObjectHandle) }
    return query(operation, command, object, &state)
  }

  private func query(
    _ operation: OperationCode, _ command: Message, _ object: StoredObject, _ state: inout State
  ) -> Outcome {
    let size = object.content.count
    switch operation {
    case .getObjectInfo: return .data(info(object).encoded)
    case .getObject:
      guard object.format != .association else { return .response(.invalidObjectHandle) }
      return .object(object.content, from: 0, count: size)
    case .getPartialObject, .getPartialObject64:
      let is64 = operation == .getPartialObject64
      let high = is64 ? UInt64(command.parameter(2)) << 32 : 0
      let offset = UInt64(command.parameter(1)) | high
      let wanted = UInt64(command.parameter(is64 ? 3 : 2))
      let count = offset < size ? min(wanted, size - offset) : 0
      return .object(object.content, from: offset, count: count, [UInt32(count)])
    case .deleteObject:
      state.store.remove(object.handle)
      if state.announced == object.handle { state.announced = nil }
      return .response(.ok)
    case .moveObject: return move(command, object, &state)
    case .getObjectReferences:
      let known = object.references.filter { state.store[$0] != nil }
      return .data(CodeArray.encode(known.map(\.rawValue)))
    case .getObjectPropValue:
      let code = UInt16(truncatingIfNeeded: command.parameter(1))
      guard let value = property(ObjectPropertyCode(rawValue: code), of: object) else {
        return .response(.invalidObjectPropCode)
      }
      return .data(value.encoded)
    default: return .response(.operationNotSupported)
    }
  }

  private func handles(
    _ operation: OperationCode, _ command: Message, _ state: State
  ) -> Outcome {
    let storage = StorageID(rawValue: command.parameter(0))
    guard storage == .all || state.store.info(storage) != nil else {
      return .response(.invalidStorageID)
    }
    let format = ObjectFormat(rawValue: UInt16(truncatingIfNeeded: command.parameter(1)))
    let parent = ObjectHandle(rawValue: command.parameter(2))
    var found: [StoredObject]
    switch parent {
    case .none: found = state.store.all.filter { storage == .all || $0.storage == storage }
    case .root: found = state.store.children(of: .none, on: storage)
    default:
      guard state.store[parent] != nil else { return .response(.invalidObjectHandle) }
      guard state.store.isFolder(parent) else { return .response(.invalidParentObject) }
      found = state.store.children(of: parent, on: storage)
    }
    if format.rawValue != 0 { found.removeAll { $0.format != format } }
    if habits.contains(.listsFoldersLate), isNews(state) {
      let newest = state.store.all.map(\.handle.rawValue).max()
      found.removeAll { $0.handle.rawValue == newest && state.store.isFolder($0.handle) }
    }
    guard operation == .getObjectHandles else { return .response(.ok, [UInt32(found.count)]) }
    return .data(CodeArray.encode(found.map(\.handle.rawValue)))
  }

  /// Whether handles were asked for three times at most since something was announced.
  private func isNews(_ state: State) -> Bool {
    state.history.reversed().prefix { $0 != .sendObjectInfo }.count { $0 == .getObjectHandles } <= 3
  }

  private func info(_ object: StoredObject) -> ObjectInfo {
    var info = ObjectInfo(
      filename: object.name, format: object.format, size: object.content.count)
    if object.format == .association { info.associationType = 1 }
    if profile.quirks.contains(.wrappedSize) {
      info.compressedSize = UInt32(truncatingIfNeeded: object.content.count)
    }
    info.format = shownFormat(of: object)
    info.storage = object.storage
    info.parent = object.parent
    info.modificationDate = object.properties[.dateModified]?.text ?? ""
    return info
  }

  private func move(
    _ command: Message, _ object: StoredObject, _ state: inout State
  ) -> Outcome {
    let storage = StorageID(rawValue: command.parameter(1))
    guard state.store.info(storage) != nil else { return .response(.invalidStorageID) }
    let parent = ObjectHandle(rawValue: command.parameter(2))
    guard state.store.isFolder(parent), parent != object.handle else {
      return .response(.invalidParentObject)
    }
    state.store[object.handle]?.parent = parent
    state.store[object.handle]?.storage = storage
    return .response(.ok)
  }

  func refer(_ command: Message, _ dataset: [UInt8], _ state: inout State) -> Outcome {
    let handle = ObjectHandle(rawValue: command.parameter(0))
    guard state.store[handle] != nil else { return .response(.invalidObjectHandle) }
    guard let numbers = try? CodeArray.parse32(dataset) else { return .response(.invalidDataset) }
    let references = numbers.map(ObjectHandle.init)
    guard references.allSatisfy({ state.store[$0] != nil }) else {
      return .response(.invalidObjectReference)
    }
    state.store[handle]?.references = references
    return .response(.ok)
  }

  func announce(_ command: Message, _ dataset: [UInt8], _ state: inout State) -> Outcome {
    guard let info = try? ObjectInfo(parsing: dataset) else { return .response(.invalidDataset) }
    return announce(command, info, &state)
  }

  /// SendObjectPropList (MTP 1.1 E.2.8): with the name, and other properties of an object that has no
  /// handle yet.
  func announceList(_ command: Message, _ dataset: [UInt8], _ state: inout State) -> Outcome {
    guard let entries = try? ObjectPropertyList.parse(dataset),
      let name = entries.first(where: { $0.property == .objectFileName })?.value.text,
      entries.allSatisfy({ $0.object == .none })
    else { return .response(.invalidDataset) }
    // It promises everything, and remembers nothing.
    if profile.quirks.contains(.noSendPropertyList) {
      return .response(.ok, [command.parameter(0), command.parameter(1), 0x7FFF])
    }
    let format = ObjectFormat(rawValue: UInt16(truncatingIfNeeded: command.parameter(2)))
    let size = UInt64(command.parameter(3)) << 32 | UInt64(command.parameter(4))
    let outcome = announce(command, ObjectInfo(filename: name, format: format, size: size), &state)
    guard case .response(.ok, let parameters) = outcome, parameters.count == 3 else {
      return outcome
    }
    let handle = ObjectHandle(rawValue: parameters[2])
    for (index, entry) in entries.enumerated() where entry.property != .objectFileName {
      let code = set(entry.property, of: handle, to: entry.value, &state)
      guard code == .ok else {
        state.store.remove(handle)
        state.announced = nil
        return .response(code, [0, 0, 0, UInt32(index)])
      }
    }
    // android-file-transfer wants the fourth parameter, the number of the property that failed.
    return .response(.ok, parameters + [0])
  }

  private func announce(
    _ command: Message, _ info: ObjectInfo, _ state: inout State
  ) -> Outcome {
    let storage = StorageID(rawValue: command.parameter(0))
    guard let space = state.store.info(storage) else { return .response(.invalidStorageID) }
    guard space.isWritable else { return .response(.storeReadOnly) }
    let named = ObjectHandle(rawValue: command.parameter(1))
    let parent = named == .root ? ObjectHandle.none : named
    guard state.store.isFolder(parent) else { return .response(.invalidParentObject) }
    let home = home(of: info.format, in: parent)
    guard isAllowed(info.filename) else { return .response(.invalidDataset) }
    guard takes(info.format) else { return .response(.invalidObjectFormatCode) }
    guard info.format == .association || !isTaken(info.filename, nil, state) else {
      return .response(.accessDenied)
    }
    let old = state.store.children(of: parent, on: storage).first { $0.name == info.filename }
    guard old == nil || habits.contains(.keepsSameNames) || habits.contains(.overwritesSameNames)
    else { return .response(.accessDenied) }
    guard UInt64(info.compressedSize) <= profile.storage.maximumObjectSize else {
      return .response(.objectTooLarge)
    }
    guard info.compressedSize == .max || UInt64(info.compressedSize) <= space.freeSpace else {
      return .response(.storeFull)
    }
    let overwritten = habits.contains(.overwritesSameNames) ? old?.handle : nil
    let handle =
      overwritten
      ?? state.store.insert(
        info.filename, format: info.format, content: .bytes([]), in: home, on: storage)
    if !info.modificationDate.isEmpty {
      state.store[handle]?.properties[.dateModified] = .string(info.modificationDate)
    }
    if info.format != .association {
      state.store[handle]?.isComplete = false
      state.announced = handle
      state.announcedSize = info.compressedSize
    }
    return .response(.ok, [storage.rawValue, command.parameter(1), handle.rawValue])
  }

  func storeObject(_ receiver: DataReceiver, _ state: inout State) -> Outcome {
    guard let handle = state.announced, let object = state.store[handle] else {
      return .response(.noValidObjectInfo)
    }
    let size = state.announcedSize
    state.announced = nil
    let free = state.store.info(object.storage)?.freeSpace ?? 0
    guard receiver.count <= free else {
      state.store.remove(handle)
      return .response(.storeFull)
    }
    // Only an object that is written over has content already.
    var end: [UInt8] = []
    if case .bytes(let bytes) = object.content { end = Array(bytes.dropFirst(Int(receiver.count))) }
    state.store[handle]?.content =
      if habits.contains(.discardsContent) {
        .zeros(receiver.count)
      } else if habits.contains(.keepsSparsely) {
        .sparse(receiver.count, blocks: receiver.blocks)
      } else {
        .bytes(end.isEmpty ? receiver.payload : receiver.payload + end)
      }
    guard receiver.isExact, size == .max || UInt64(size) == receiver.count else {
      return .response(.incompleteTransfer)
    }
    state.store[handle]?.isComplete = true
    return .response(.ok)
  }

  func isAllowed(_ name: String) -> Bool {
    !name.isEmpty && name.utf16.count <= profile.storage.maximumNameLength
      && !name.contains { profile.storage.forbiddenCharacters.contains($0) }
  }
}
