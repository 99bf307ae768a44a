import PinstripeProfile
import Synchronization

/// GetObjectPropList (MTP 1.1 E.2.5).
///
/// ```
/// parameter 1: object; 0: the root, with a depth
/// parameter 2: format, or 0 for all of them
/// parameter 3: property, or 0xFFFF_FFFF for all of them
/// parameter 4: group of properties, where parameter 3 is 0
/// parameter 5: depth; 0: that object, 1: what is in it
/// data: ObjectPropList
/// ```
extension Session {
  /// Whether an object can be described by the list of its properties.
  var listsProperties: Bool {
    offers(.getObjectPropList) && !profile.quirks.contains(.noPropertyList)
      && state.withLock { $0.listsProperties }
  }

  /// Whether a folder can be listed by the properties of all that is in it: until a player has shown
  /// that it cannot, as umtp-responder, which ignores the depth.
  var listsFolders: Bool {
    listsProperties && !profile.quirks.contains(.noPropertyListOfAll)
      && state.withLock { $0.listsFolders }
  }

  /// Describes an object by its properties, its size in full, in one transaction.
  ///
  /// - Returns: Nil when its name, format or size is not among them, or the list is refused or
  ///   malformed: then it is not asked for again.
  func describeByProperties(_ object: ObjectHandle) async throws(MTPError) -> ListedObject? {
    do throws(MTPError) {
      let found = try await properties(of: object, depth: 0, expecting: [object])
      if let listed = found[object]?.listed(object) { return recognised(listed) }
    } catch {
      guard error.isAboutTheList else { throw error }
    }
    state.withLock { $0.listsProperties = false }
    return nil
  }

  /// What can be told by one transaction of the objects in a folder.
  ///
  /// A list that is refused, malformed or of something else is no error: it is not asked for again.
  ///
  /// - Parameter objects: Those in it; of others nothing is kept.
  func listedObjects(
    in parent: ObjectHandle, _ objects: [ObjectHandle]
  ) async throws(MTPError) -> [ObjectHandle: ListedObject] {
    var listed: [ObjectHandle: ListedObject] = [:]
    do throws(MTPError) {
      let root = parent == .root ? ObjectHandle.none : parent
      let found = try await properties(of: root, depth: 1, expecting: Set(objects))
      for (object, properties) in found {
        listed[object] = properties.listed(object).map(recognised)
      }
    } catch {
      guard error.isAboutTheList else { throw error }
    }
    if listed.isEmpty { state.withLock { $0.listsFolders = false } }
    return listed
  }

  private func properties(
    of object: ObjectHandle, depth: UInt32, expecting objects: Set<ObjectHandle>
  ) async throws(MTPError) -> [ObjectHandle: ListedProperties] {
    let request = Request(
      operation: .getObjectPropList, parameters: [object.rawValue, 0, 0xFFFF_FFFF, 0, depth])
    let limit = UInt64(objects.count + 1) * SessionLimits.propertiesOfObject
    return try await typed(request) {
      try await exchange(request) { exchange in
        var reader = ObjectPropertyList.Reader()
        var found: [ObjectHandle: ListedProperties] = [:]
        try await sendCommand(&exchange)
        _ = try await receiveReply(&exchange, limit: limit) { part in
          try reader.feed(part) { entry in
            guard objects.contains(entry.object) else { return }
            found[entry.object, default: ListedProperties()].take(entry)
          }
        }
        try reader.end()
        return found
      }
    }
  }
}

extension MTPError {
  /// Whether a list of properties failed, and not the player or the object.
  fileprivate var isAboutTheList: Bool {
    switch code {
    case .refused: response != .invalidObjectHandle
    case .malformedDataset, .dataPhaseTooLong, .dataPhaseTooShort: true
    default: false
    }
  }
}

/// What of an object's properties a listing needs.
private struct ListedProperties {
  private var info = ObjectInfo()
  private var size: UInt64?
  private var hasFormat = false

  mutating func take(_ entry: ObjectPropertyList.Entry) {
    let number = entry.value.unsigned
    switch entry.property {
    case .objectFileName: info.filename = entry.value.text ?? ""
    case .objectSize: size = number
    case .objectFormat:
      hasFormat = number != nil
      info.format = ObjectFormat(rawValue: UInt16(truncatingIfNeeded: number ?? 0))
    case .storageID: info.storage = StorageID(rawValue: UInt32(truncatingIfNeeded: number ?? 0))
    case .parentObject:
      info.parent = ObjectHandle(rawValue: UInt32(truncatingIfNeeded: number ?? 0))
    case .protectionStatus: info.protectionStatus = UInt16(truncatingIfNeeded: number ?? 0)
    case .dateCreated: info.captureDate = entry.value.text ?? ""
    case .dateModified: info.modificationDate = entry.value.text ?? ""
    default: break
    }
  }

  /// The object, when all that a listing tells is known: a folder's size is nobody's concern.
  func listed(_ object: ObjectHandle) -> ListedObject? {
    guard hasFormat, !info.filename.isEmpty, size != nil || info.isFolder else { return nil }
    var info = info
    info.compressedSize = UInt32(clamping: size ?? 0)
    if info.isFolder { info.associationType = 1 }
    return ListedObject(handle: object, info: info, size: size ?? 0)
  }
}
