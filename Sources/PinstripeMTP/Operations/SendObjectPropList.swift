/// SendObjectPropList (MTP 1.1 E.2.8).
///
/// ```
/// parameters: storage, folder (0xFFFF_FFFF: the root), format, upper and lower 32 bits of the size
/// data to the player: ObjectPropList, in which every object is 0
/// response: storage, folder, the handle that the object will have
/// ```
extension Session {
  /// Announces an object with its properties, in the place of SendObjectInfo.
  func sendObjectPropertyList(
    _ info: ObjectInfo, _ length: UInt64, _ properties: [ObjectPropertyList.Entry],
    to storage: StorageID, in parent: ObjectHandle, turn: Turn?
  ) async throws(MTPError) -> Announcement {
    try checkName(info.filename, .sendObjectPropList)
    try require(.sendObjectPropList)
    let name = ObjectPropertyList.Entry(
      object: .none, property: .objectFileName, value: .string(info.filename))
    let entries = properties.filter { $0.property != .objectFileName }.map { entry in
      ObjectPropertyList.Entry(object: .none, property: entry.property, value: entry.value)
    }
    let reply = try await put(
      Request(
        operation: .sendObjectPropList,
        parameters: [
          storage.rawValue, parent.rawValue, UInt32(info.format.rawValue),
          UInt32(truncatingIfNeeded: length >> 32), UInt32(truncatingIfNeeded: length),
        ]),
      dataset: ObjectPropertyList.encode([name] + entries), turn: turn)
    return Announcement(reply)
  }
}
