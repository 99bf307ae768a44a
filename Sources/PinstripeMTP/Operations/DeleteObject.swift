/// DeleteObject (MTP 1.1 D.2.11).
///
/// ```
/// parameter 1: object   parameter 2: 0
/// ```
extension Session {
  /// Deletes an object; a folder with all that is in it.
  public func deleteObject(_ object: ObjectHandle) async throws(MTPError) {
    guard object != .root, object != .none else {
      // 0xFFFF_FFFF deletes every object of the player: never by mistake.
      throw MTPError(.invalidArgument, operation: .deleteObject, reason: "object \(object)")
    }
    try await transact(Request(operation: .deleteObject, parameters: [object.rawValue, 0]))
  }
}
