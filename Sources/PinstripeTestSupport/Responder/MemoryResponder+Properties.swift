import PinstripeMTP
import PinstripeProfile

/// Object properties.
extension MemoryResponder {
  /// The properties that objects have.
  static let propertyTypes: [ObjectPropertyCode: DataType] = [
    .storageID: .uint32, .objectFormat: .uint16, .protectionStatus: .uint16,
    .objectSize: .uint64, .objectFileName: .string, .parentObject: .uint32,
    .persistentUniqueObjectIdentifier: .uint128, .name: .string, .artist: .string,
    .albumName: .string, .genre: .string, .duration: .uint32, .track: .uint16,
    .originalReleaseDate: .string, .dateModified: .string,
  ]

  /// The properties that follow from the object itself and cannot be set.
  private static let fixed: Set<ObjectPropertyCode> = [
    .storageID, .objectFormat, .objectSize, .parentObject, .persistentUniqueObjectIdentifier,
    .protectionStatus,
  ]

  func property(_ code: ObjectPropertyCode, of object: StoredObject) -> PropertyValue? {
    switch code {
    case .storageID: .uint32(object.storage.rawValue)
    case .objectFormat: .uint16(shownFormat(of: object).rawValue)
    case .protectionStatus: .uint16(0)
    case .objectSize: .uint64(object.content.count)
    case .objectFileName: .string(object.name)
    case .parentObject: .uint32(object.parent.rawValue)
    case .persistentUniqueObjectIdentifier: .uint128(UInt128(object.handle.rawValue))
    default:
      object.properties[code] ?? propertyTypes(of: object.format)[code].flatMap(Self.empty)
    }
  }

  private static func empty(_ type: DataType) -> PropertyValue? {
    switch type {
    case .string: .string("")
    case .uint16: .uint16(0)
    case .uint32: .uint32(0)
    case .uint64: .uint64(0)
    case .uint128: .uint128(0)
    case .array(of: .uint8): .array(element: .uint8, bytes: [])
    default: nil
    }
  }

  func describe(_ command: Message) -> Outcome {
    let code = ObjectPropertyCode(rawValue: UInt16(truncatingIfNeeded: command.parameter(0)))
    let format = format(in: command, at: 1)
    if let own = descriptions(of: format).first(where: { $0.property == code }) {
      return .data(own.encoded)
    }
    guard let value = propertyTypes(of: format)[code].flatMap(Self.empty) else {
      return .response(.invalidObjectPropCode)
    }
    let isFileName = code == .objectFileName && profile.quirks.contains(.noRename)
    return .data(
      ObjectPropertyDescription(
        property: code, isSettable: !Self.fixed.contains(code) && !isFileName, defaultValue: value,
        form: form(of: code)
      ).encoded)
  }

  /// GetObjectPropList (MTP 1.1 E.2.5), by property, of an object or of what is in it.
  func listProperties(_ command: Message, _ state: State) -> Outcome {
    let handle = ObjectHandle(rawValue: command.parameter(0))
    let code = command.parameter(2)
    guard command.parameter(3) == 0, code != 0 else {
      return .response(.specificationByGroupUnsupported)
    }
    guard command.parameter(4) <= 1, handle != .root else {
      return .response(.specificationByDepthUnsupported)
    }
    if neverLists(depth: command.parameter(4)) { return .silence }
    let isFolder = command.parameter(4) == 1 && !habits.contains(.ignoresDepth)
    let object = state.store[handle]
    guard object != nil || isFolder && handle == .none else {
      return .response(.invalidObjectHandle)
    }
    let objects =
      isFolder ? state.store.children(of: handle, on: .all) : [object].compactMap(\.self)
    let codes = Self.propertyTypes.keys.filter { code == .max || UInt32($0.rawValue) == code }
      .sorted { $0.rawValue < $1.rawValue }
    return .data(
      ObjectPropertyList.encode(
        objects.flatMap { object in
          codes.compactMap { code in
            property(code, of: object).map {
              .init(object: object.handle, property: code, value: $0)
            }
          }
        }))
  }

  func setProperty(_ command: Message, _ dataset: [UInt8], _ state: inout State) -> Outcome {
    let handle = ObjectHandle(rawValue: command.parameter(0))
    let code = ObjectPropertyCode(rawValue: UInt16(truncatingIfNeeded: command.parameter(1)))
    let format = state.store[handle]?.format ?? .undefined
    guard let type = propertyTypes(of: format)[code] else {
      return .response(.invalidObjectPropCode)
    }
    guard let value = try? PropertyValue(parsing: dataset, as: type) else {
      return .response(.invalidObjectPropFormat)
    }
    return .response(set(code, of: handle, to: value, &state))
  }

  func setProperties(_ dataset: [UInt8], _ state: inout State) -> Outcome {
    guard let entries = try? ObjectPropertyList.parse(dataset) else {
      return .response(.invalidDataset)
    }
    for (index, entry) in entries.enumerated() {
      let code = set(entry.property, of: entry.object, to: entry.value, &state)
      guard code == .ok else { return .response(code, [UInt32(index)]) }
    }
    return .response(.ok)
  }

  func set(
    _ code: ObjectPropertyCode, of handle: ObjectHandle, to value: PropertyValue,
    _ state: inout State
  ) -> ResponseCode {
    guard let object = state.store[handle] else { return .invalidObjectHandle }
    guard let type = propertyTypes(of: object.format)[code] else { return .invalidObjectPropCode }
    guard !Self.fixed.contains(code) else { return .objectPropNotSupported }
    guard value.type == type else { return .invalidObjectPropFormat }
    let answer = takes(code, value, &state)
    guard answer == .ok else { return answer }
    if let refusal = refusal(of: code, object, value) { return refusal }
    guard code == .objectFileName else {
      state.store[handle]?.properties[code] = value
      return .ok
    }
    let siblings = state.store.children(of: object.parent, on: object.storage)
    guard let name = value.text, isAllowed(name),
      !siblings.contains(where: { $0.name == name && $0.handle != handle }),
      !isTaken(name, handle, state)
    else { return .invalidObjectPropValue }
    state.store[handle]?.name = name
    return .ok
  }
}
