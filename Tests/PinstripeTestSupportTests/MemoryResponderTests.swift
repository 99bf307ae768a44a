import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// What the profile forbids is refused as a real player refuses it.
struct MemoryResponderTests {
  private func open(_ profile: DeviceProfile, capacity: UInt64 = 1000) async throws
    -> (MemoryResponder, Session)
  {
    let player = MemoryResponder(profile: profile, capacity: capacity)
    return (player, try await Session.open(on: LoopbackPipe(to: player), profile: .careful))
  }

  private func announce(
    _ name: String, size: UInt64 = 1, _ session: Session
  ) async throws(MTPError) -> ResponseCode {
    let info = ObjectInfo(filename: name, format: .mp3, size: size)
    do throws(MTPError) {
      _ = try await session.sendObjectInfo(info, to: MemoryResponder.defaultStorage)
      return .ok
    } catch {
      guard let response = error.response else { throw error }
      return response
    }
  }

  @Test func theProfilesRulesHold() async throws {
    var profile = DeviceProfile(id: "test", name: "Test")
    profile.storage.maximumNameLength = 8
    profile.storage.maximumObjectSize = 500
    let (_, session) = try await open(profile)
    #expect(try await announce("12345678", session) == .ok)
    #expect(try await announce("123456789", session) == .invalidDataset)
    #expect(try await announce("a:b", session) == .invalidDataset)
    #expect(try await announce("12345678", session) == .accessDenied)
    #expect(try await announce("large", size: 501, session) == .objectTooLarge)
    profile.storage.maximumObjectSize = .max
    let (_, roomy) = try await open(profile)
    #expect(try await announce("huge", size: 1001, roomy) == .storeFull)
  }

  @Test func noRenameMeansThatThereIsNoSetObjectPropValue() async throws {
    var profile = DeviceProfile(id: "test", name: "Test")
    profile.quirks = [.noRename]
    let (player, session) = try await open(profile)
    let object = player.add("a")
    #expect(!session.offers(.setObjectPropValue))
    await #expect(throws: MTPError(.notSupported)) { try await session.rename(object, to: "b") }
    #expect(player.objects.map(\.name) == ["a"])
    // A player that offers it, but whose profile knows better, is not asked either.
    let other = MemoryResponder()
    let careful = try await Session.open(on: LoopbackPipe(to: other), profile: profile)
    #expect(!careful.offers(.setObjectPropValue))
  }

  @Test func deletingAFolderDeletesWhatIsInIt() async throws {
    let (player, session) = try await open(.careful)
    let folder = player.add("Music", format: .association)
    let inner = player.add("Album", format: .association, in: folder)
    player.add("a.mp3", in: inner)
    let kept = player.add("b.mp3")
    try await session.deleteObject(folder)
    #expect(player.objects.map(\.handle) == [kept])
  }

  @Test func operationsNeedASessionAndMustBeOffered() async throws {
    let player = MemoryResponder(operations: [.getDeviceInfo, .openSession])
    let session = try await Session.open(on: LoopbackPipe(to: player), profile: .careful)
    await #expect(throws: MTPError(.refused, response: .operationNotSupported)) {
      try await session.storageIDs()
    }
    await #expect(throws: MTPError(.refused, response: .operationNotSupported)) {
      try await session.close()
    }
    #expect(!session.isOpen)
  }
}
