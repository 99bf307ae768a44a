/// GetObject (MTP 1.1 D.2.9).
///
/// ```
/// parameter 1: object   data: its bytes
/// ```
extension Session {
  /// Receives an object.
  ///
  /// - Parameters:
  ///   - size: The object's size as the listing told; more is refused, and less is an error, because
  ///     nobody could tell it from a cut connection.
  ///   - sink: Is given the bytes in order, in the pipe's own buffer, valid until it returns. What it
  ///     throws ends the transfer and comes back to the caller; the session stays usable.
  /// - Throws: ``MTPError``, or whatever `sink` threw.
  public func getObject(
    _ object: ObjectHandle, size: UInt64,
    into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    let request = Request(operation: .getObject, parameters: [object.rawValue])
    let reply = try await stream(request, limit: size, expected: size, into: sink)
    guard reply.received == size else {
      throw MTPError(
        .dataPhaseTooShort, operation: .getObject, transaction: reply.message.header.transaction,
        reason: "\(reply.received) of \(size) bytes came")
    }
  }
}
