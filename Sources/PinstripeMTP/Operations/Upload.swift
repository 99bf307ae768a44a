/// SendObjectInfo or SendObjectPropList, and SendObject, as one step.
extension Session {
  /// What becomes of an object that was sent in part.
  public enum PartialObject: Sendable {
    /// It is deleted, as well as that can be done.
    case delete
    /// It stays, for a caller that will go on where it ended.
    case keep
  }

  /// Sends an object; no other transaction comes between its announcement and its bytes.
  ///
  /// ```swift
  /// let info = ObjectInfo(filename: "01 Idle Tune.mp3", format: .mp3, size: length)
  /// let object = try await session.upload(info, to: storage, in: music, length: length) { buffer in
  ///   try encryptor.read(into: buffer)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - info: Its name and format.
  ///   - length: Bytes in all; the 32 bits in `info` are set from it.
  ///   - properties: What the player is told of the object with its announcement, beyond its name; of
  ///     whatever object the entries are. Where there are any, it is announced by SendObjectPropList,
  ///     which the player must offer, and of `info` name and format count.
  ///   - onFailure: What becomes of the object when its bytes could not be sent.
  ///   - announced: Is told the handle before the first byte goes out: for a journal.
  ///   - progress: Is told how many bytes were handed to the pipe so far.
  ///   - fill: As for ``sendObject(length:progress:fill:)``.
  /// - Returns: The handle that the player announced.
  /// - Throws: ``MTPError``, or whatever `announced` or `fill` threw.
  public func upload(
    _ info: ObjectInfo, to storage: StorageID, in parent: ObjectHandle = .root, length: UInt64,
    properties: [ObjectPropertyList.Entry] = [],
    onFailure: PartialObject = .delete, announced: ((Announcement) throws -> Void)? = nil,
    progress: ((UInt64) -> Void)? = nil,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> ObjectHandle {
    var info = info
    info.compressedSize = UInt32(clamping: length)
    return try await exclusively(.sendObjectInfo) { turn in
      let announcement =
        if properties.isEmpty {
          try await sendObjectInfo(info, to: storage, in: parent, turn: turn)
        } else {
          try await sendObjectPropertyList(
            info, length, properties, to: storage, in: parent, turn: turn)
        }
      do {
        try announced?(announcement)
        try await sendObject(
          Request(operation: .sendObject), length: length, turn: turn, progress: progress,
          fill: fill)
      } catch {
        if onFailure == .delete { await discard(announcement.object, turn) }
        throw error
      }
      return announcement.object
    }
  }

  private func discard(_ object: ObjectHandle, _ turn: Turn) async {
    guard object != .root, object != .none else { return }
    let request = Request(operation: .deleteObject, parameters: [object.rawValue, 0])
    await shielded { _ = try? await self.transact(request, turn: turn) }
  }
}
