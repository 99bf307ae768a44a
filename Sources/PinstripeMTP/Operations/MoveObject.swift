/// MoveObject (MTP 1.1 D.2.25).
///
/// ```
/// parameters: object, storage, folder (0: the root)
/// ```
extension Session {
  /// Moves an object to another folder; 58 of 568 known players can.
  public func moveObject(
    _ object: ObjectHandle, to parent: ObjectHandle, of storage: StorageID
  ) async throws(MTPError) {
    try require(.moveObject)
    let folder = parent == .root ? ObjectHandle.none : parent
    try await transact(
      Request(
        operation: .moveObject,
        parameters: [object.rawValue, storage.rawValue, folder.rawValue]))
  }
}
