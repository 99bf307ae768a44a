import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// Android's operations that change an object in place.
struct EditObjectTests {
  @Test(arguments: [0, 1, 500, 3000])
  func anObjectIsCutOffAndGoesOn(_ offset: Int) async throws {
    let rig = try await Rig(packetSize: 64, chunkSize: 512)
    let object = rig.player.add("a", content: .bytes(pattern(3000, seed: 1)))
    let whole = Array(pattern(3000, seed: 1).prefix(offset)) + pattern(7000, seed: 2)
    var source = Source(pattern(7000, seed: 2))
    var told: [UInt64] = []
    try await rig.session.extendObject(
      object, from: UInt64(offset), to: UInt64(whole.count), progress: { told.append($0) }
    ) { source.fill($0) }
    #expect(rig.player.object(object)?.content == .bytes(whole))
    #expect(told.last == UInt64(whole.count))
    #expect(
      rig.player.history.suffix(4) == [
        .beginEditObject, .truncateObject, .sendPartialObject, .endEditObject,
      ])
  }

  @Test func nothingIsSentWhereNothingIsMissing() async throws {
    let rig = try await Rig()
    let object = rig.player.add("a", content: .bytes([1, 2, 3]))
    try await rig.session.extendObject(object, from: 2, to: 2) { _ in 0 }
    #expect(rig.player.object(object)?.content == .bytes([1, 2]))
    #expect(!rig.player.history.contains(.sendPartialObject))
  }

  /// A player holds an object open for a session that was cut off.
  @Test func anObjectThatWasLeftOpenIsOpenedAgain() async throws {
    let rig = try await Rig()
    let object = rig.player.add("a", content: .bytes([1]))
    await #expect(throws: MTPError.self) {
      try await rig.session.extendObject(object, from: 1, to: 5) { _ in 0 }
    }
    rig.player.refuse(.endEditObject, with: .generalError)
    await #expect(throws: MTPError.self) {
      try await rig.session.extendObject(object, from: 1, to: 2) {
        $0[0] = 9; return 1
      }
    }
    rig.player.refuse(.endEditObject, with: nil)
    try await rig.session.extendObject(object, from: 1, to: 2) {
      $0[0] = 8; return 1
    }
    #expect(rig.player.object(object)?.content == .bytes([1, 8]))
  }

  @Test func whatCannotBeIsRefused() async throws {
    let rig = try await Rig(
      operations: Set(MemoryResponder.implemented).subtracting([.truncateObject]))
    #expect(!rig.session.editsObjects)
    await #expect(throws: MTPError(.notSupported)) {
      try await rig.session.extendObject(ObjectHandle(rawValue: 1), from: 0, to: 1) { _ in 0 }
    }
    let other = try await Rig()
    await #expect(throws: MTPError(.invalidArgument)) {
      try await other.session.extendObject(ObjectHandle(rawValue: 1), from: 2, to: 1) { _ in 0 }
    }
    await #expect(throws: MTPError(.refused, response: .invalidObjectHandle)) {
      try await other.session.extendObject(ObjectHandle(rawValue: 1), from: 0, to: 1) { _ in 0 }
    }
  }
}
