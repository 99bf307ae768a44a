/// GetPartialObject (MTP 1.1 D.2.27) and Android's GetPartialObject64.
///
/// ```
/// GetPartialObject     parameters: object, offset, count                            data: the bytes
/// GetPartialObject64   parameters: object, offset's low half, its high half, count  data: the bytes
/// response             parameter 1: how many bytes were sent
/// ```
extension Session {
  /// Whether a range that begins at an offset can be read.
  public func canReadRange(at offset: UInt64) -> Bool {
    offers(.getPartialObject64) || (offers(.getPartialObject) && offset <= UInt64(UInt32.max))
  }

  /// Receives a range of an object.
  ///
  /// - Parameters:
  ///   - offset: Where it begins, in bytes.
  ///   - count: How many bytes are wanted, at least 1. Fewer come only at the object's end.
  ///   - sink: Is given the bytes in order, in the pipe's own buffer, valid until it returns.
  /// - Returns: How many bytes came; never more than were wanted.
  /// - Throws: ``MTPError``; ``MTPError/Code/notSupported`` when the player cannot reach the offset;
  ///   or whatever `sink` threw.
  @discardableResult
  public func getPartialObject(
    _ object: ObjectHandle, at offset: UInt64, count: UInt32,
    into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws -> UInt64 {
    // 0xFFFF_FFFF would mean "to the end" to the players that follow PTP, and 0 nothing at all.
    guard count > 0, count < .max else {
      throw MTPError(
        .invalidArgument, operation: .getPartialObject, reason: "a range of \(count) bytes")
    }
    let low = UInt32(truncatingIfNeeded: offset)
    let request: Request
    if offers(.getPartialObject), offset <= UInt64(UInt32.max) {
      request = Request(
        operation: .getPartialObject, parameters: [object.rawValue, low, count])
    } else {
      try require(.getPartialObject64)
      request = Request(
        operation: .getPartialObject64,
        parameters: [object.rawValue, low, UInt32(truncatingIfNeeded: offset >> 32), count])
    }
    return try await stream(request, limit: UInt64(count), expected: nil, into: sink).received
  }
}
