/// GetObjectReferences and SetObjectReferences (MTP 1.1 E.2.8, E.2.9).
///
/// ```
/// parameter 1: object   data: UINT32[] of handles
/// ```
extension Session {
  /// The objects that an object refers to: a playlist's tracks, in their order.
  ///
  /// A player leaves out references to what it no longer holds.
  public func objectReferences(
    of object: ObjectHandle
  ) async throws(MTPError) -> [ObjectHandle] {
    try require(.getObjectReferences)
    let numbers = try await fetch(
      Request(operation: .getObjectReferences, parameters: [object.rawValue]),
      parse: CodeArray.parse32)
    return numbers.map(ObjectHandle.init)
  }

  /// Lets an object refer to others, and to no other than these.
  public func setObjectReferences(
    of object: ObjectHandle, to references: [ObjectHandle]
  ) async throws(MTPError) {
    try require(.setObjectReferences)
    try await put(
      Request(operation: .setObjectReferences, parameters: [object.rawValue]),
      dataset: CodeArray.encode(references.map(\.rawValue)))
  }
}
