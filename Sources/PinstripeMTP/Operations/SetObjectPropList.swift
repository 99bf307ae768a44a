/// SetObjectPropList (MTP 1.1 E.2.6).
///
/// ```
/// data to the player: ObjectPropList   response parameter 1: the first entry that failed
/// ```
extension Session {
  /// Changes properties of objects in one transaction.
  ///
  /// - Throws: ``MTPError``; those before the one that failed are changed then.
  public func setObjectProperties(
    _ entries: [ObjectPropertyList.Entry]
  ) async throws(MTPError) {
    try require(.setObjectPropList)
    try await put(
      Request(operation: .setObjectPropList), dataset: ObjectPropertyList.encode(entries))
  }
}
