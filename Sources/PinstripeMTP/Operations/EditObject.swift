import PinstripeProfile

/// Android's operations that change an object in place (AOSP, frameworks/av/media/mtp/MtpServer.cpp;
/// the vendor extension "android.com: 1.0"). 306 of 568 known players have them.
///
/// ```
/// BeginEditObject     parameter: object
/// TruncateObject      parameters: object, length's low half, its high half
/// SendPartialObject   parameters: object, offset's low half, its high half, count
///                     data to the player: the bytes
/// EndEditObject       parameter: object
/// ```
/// Android itself refuses the middle two outside Begin and End, and a count of more than 32 bits cannot
/// be stated.
extension Session {
  /// Whether the player can change an object in place.
  public var editsObjects: Bool {
    [.beginEditObject, .truncateObject, .sendPartialObject, .endEditObject].allSatisfy(offers)
  }

  /// Cuts an object off and sends the bytes that follow from there on; no other transaction comes in
  /// between.
  ///
  /// When it fails, the object has some length between `offset` and `length`.
  ///
  /// - Parameters:
  ///   - offset: Bytes of the object that stay.
  ///   - length: Bytes that it has afterwards; at least `offset`.
  ///   - progress: Is told the object's length so far.
  ///   - fill: As for ``sendObject(length:progress:fill:)``; its first bytes go to `offset`.
  /// - Throws: ``MTPError``; ``MTPError/Code/notSupported`` when the player cannot edit; or whatever
  ///   `fill` threw.
  public func extendObject(
    _ object: ObjectHandle, from offset: UInt64, to length: UInt64,
    progress: ((UInt64) -> Void)? = nil,
    fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws {
    guard editsObjects else { throw MTPError(.notSupported, operation: .beginEditObject) }
    guard offset <= length else {
      throw MTPError(
        .invalidArgument, operation: .truncateObject, reason: "\(length) bytes from \(offset) on")
    }
    try await exclusively(.beginEditObject) { turn in
      let object = object.rawValue
      let begin = Request(operation: .beginEditObject, parameters: [object])
      do throws(MTPError) {
        try await transact(begin, turn: turn)
      } catch {
        // A session that was cut off may have left it open, and Android refuses a second Begin.
        guard error.response != nil else { throw error }
        await endEdit(object, turn)
        try await transact(begin, turn: turn)
      }
      do {
        try await transact(
          Request(operation: .truncateObject, parameters: [object] + Self.halves(offset)),
          turn: turn)
        var position = offset
        while position < length {
          let count = min(length - position, Self.partialSendSize)
          let request = Request(
            operation: .sendPartialObject,
            parameters: [object] + Self.halves(position) + [UInt32(count)])
          let start = position
          try await sendObject(
            request, length: count, turn: turn, progress: { progress?(start + $0) }, fill: fill)
          position += count
        }
      } catch {
        await endEdit(object, turn)
        throw error
      }
      try await transact(Request(operation: .endEditObject, parameters: [object]), turn: turn)
    }
  }

  /// Lets go of an object as well as that can be done: what was written is to be found afterwards.
  private func endEdit(_ object: UInt32, _ turn: Turn) async {
    let request = Request(operation: .endEditObject, parameters: [object])
    await shielded { _ = try? await self.transact(request, turn: turn) }
  }

  private static func halves(_ number: UInt64) -> [UInt32] {
    [UInt32(truncatingIfNeeded: number), UInt32(truncatingIfNeeded: number >> 32)]
  }

  /// The most bytes of one SendPartialObject: a container that states its length.
  private static let partialSendSize: UInt64 = 1 << 30
}
