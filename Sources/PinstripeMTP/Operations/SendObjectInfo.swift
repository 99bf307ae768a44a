/// SendObjectInfo (MTP 1.1 D.2.12).
///
/// ```
/// parameters: storage, folder (0xFFFF_FFFF: the root)   data to the player: ObjectInfo
/// response: storage, folder, the handle that the object will have
/// ```
extension Session {
  /// Where a player will put an object that was announced.
  public struct Announcement: Hashable, Sendable {
    /// The storage.
    public var storage: StorageID
    /// The folder.
    public var parent: ObjectHandle
    /// The handle it will have.
    ///
    /// QEMU's usb-mtp guesses: look the object up by its name there.
    public var object: ObjectHandle

    init(_ reply: Reply) {
      storage = StorageID(rawValue: reply.parameter(0))
      parent = ObjectHandle(rawValue: reply.parameter(1))
      object = ObjectHandle(rawValue: reply.parameter(2))
    }
  }

  /// Announces an object whose bytes follow with ``sendObject(length:progress:fill:)``, or makes a
  /// folder.
  ///
  /// A player remembers one announcement: where several tasks share a session, use
  /// ``upload(_:to:in:length:onFailure:announced:progress:fill:)``, which lets no other in between.
  ///
  /// - Throws: ``MTPError``; ``MTPError/Code/invalidArgument`` for names that MTP cannot carry.
  public func sendObjectInfo(
    _ info: ObjectInfo, to storage: StorageID, in parent: ObjectHandle = .root
  ) async throws(MTPError) -> Announcement {
    try await sendObjectInfo(info, to: storage, in: parent, turn: nil)
  }

  func sendObjectInfo(
    _ info: ObjectInfo, to storage: StorageID, in parent: ObjectHandle, turn: Turn?
  ) async throws(MTPError) -> Announcement {
    try checkName(info.filename, .sendObjectInfo)
    var info = info
    info.storage = storage
    info.parent = parent
    let reply = try await put(
      Request(
        operation: .sendObjectInfo, parameters: [storage.rawValue, parent.rawValue]),
      dataset: info.encoded, turn: turn)
    return Announcement(reply)
  }

  /// Makes a folder.
  ///
  /// - Returns: Its handle, as the player announced it.
  public func makeFolder(
    _ name: String, on storage: StorageID, in parent: ObjectHandle = .root
  ) async throws(MTPError) -> ObjectHandle {
    try await sendObjectInfo(ObjectInfo(folder: name), to: storage, in: parent).object
  }
}
