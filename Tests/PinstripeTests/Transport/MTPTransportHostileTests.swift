import Glibc
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// Every malice of a player, from every command on: what is asked of it ends well or with an error of ours,
/// after so many transfers at most.
struct MTPTransportHostileTests {
  private static let content = TestFile.content(9000)
  /// With property lists a folder is listed by them; without, by each object's ObjectInfo.
  private static let operations = [
    Set(MemoryResponder.implemented),
    Set(MemoryResponder.implemented).subtracting([.getObjectPropList, .sendObjectPropList]),
  ]

  private func player(_ operations: Set<OperationCode>) -> MemoryResponder {
    let player = MemoryResponder(operations: operations)
    let music = player.add("Music", format: .association)
    let album = player.add("Album", format: .association, in: music)
    for folder in [music, album] {
      for name in ["1.mp3", "2.mp3"] { player.add(name, content: .zeros(5000), in: folder) }
    }
    player.add(".pinstripe-x.part", content: .zeros(10), in: album)
    return player
  }

  /// What a hostile player is asked for.
  enum Visit: CaseIterable {
    case list, put, replace, sync
  }

  private func carryOut(_ visit: Visit, _ transport: MTPTransport, _ library: Library) async throws
  {
    switch visit {
    case .list:
      _ = try await transport.list(tidying: true)
      _ = try await transport.freeSpace()
    case .put, .replace:
      try await transport.put(
        ClearStream(MemorySource(Self.content)), named: visit == .put ? "Album/new.mp3" : "1.mp3",
        replacing: visit == .replace, progress: nil)
    case .sync:
      unlink(library.folder("ledger"))
      try await library.sync(with: transport)
    }
  }

  /// - Returns: The error, and whether the player was asked for so much that it became hostile.
  private func meet(
    _ malice: HostilePlayer.Malice, from command: Int, _ visit: Visit,
    _ operations: Set<OperationCode>, _ library: Library, _ comment: Comment
  ) async -> (error: PinstripeError?, isReached: Bool) {
    let inner = player(operations)
    let player = HostilePlayer(inner, malice, from: command)
    let pipe = LoopbackPipe(to: player, chunkSize: 4096)
    var failure: PinstripeError?
    do {
      let transport = try await MTPTransport(
        opening: pipe, profile: .careful, name: "Hostile player", mostObjects: 200)
      do {
        try await carryOut(visit, transport, library)
        await transport.close()
      } catch {
        await transport.close()
        throw error
      }
    } catch let error as PinstripeError {
      failure = error
      #expect(error.message.hasSuffix("."), comment)
    } catch {
      Issue.record("\(comment): \(error)")
    }
    // The largest dataset in the smallest pieces, some times over.
    #expect(pipe.transfers.count < 30_000, comment)
    #expect(pipe.transfers.reduce(0) { $0 + $1.count } < 64 << 20, comment)
    // What was there is there, but for what was to be replaced.
    if visit != .replace {
      #expect(inner.objects.count { $0.content == .zeros(5000) } == 4, comment)
    }
    return (failure, player.commands >= command)
  }

  @Test(arguments: HostilePlayer.Malice.allCases, [Visit.list, .put, .replace])
  func everyMaliceFromEveryCommandOn(
    _ malice: HostilePlayer.Malice, _ visit: Visit
  ) async throws {
    let library = try Library()
    for (number, operations) in Self.operations.enumerated() {
      var errors = 0
      for command in 1...200 {
        let comment: Comment = "\(malice) from command \(command), \(visit), operations \(number)"
        let outcome = await meet(malice, from: command, visit, operations, library, comment)
        if outcome.error != nil { errors += 1 }
        guard outcome.isReached else { break }
        if command == 200 { Issue.record("\(comment): 200 commands were not enough") }
      }
      #expect(errors > 0 || [.cycles, .everythingIsAFolder].contains(malice))
    }
  }

  @Test(arguments: HostilePlayer.Malice.allCases)
  func aSyncWithEveryMalice(_ malice: HostilePlayer.Malice) async throws {
    let library = try Library()
    for (number, operations) in Self.operations.enumerated() {
      // Both together begin at every other command.
      for command in stride(from: 1 + 2 * number, to: 1000, by: 4) {
        let comment: Comment = "\(malice) from command \(command), a sync, operations \(number)"
        guard
          await meet(malice, from: command, .sync, operations, library, comment).isReached
        else { break }
      }
    }
  }

  /// A folder that is in itself and in the root is looked into once, and all of the tracks are listed.
  @Test func aTreeThatIsNoTreeIsWalkedOnce() async throws {
    let inner = MemoryResponder(operations: Self.operations[1])
    let music = inner.add("Music", format: .association)
    let album = inner.add("Album", format: .association, in: music)
    let track = inner.add("1.mp3", in: album)
    let handles = [UInt32.max] + [music, album, track].map(\.rawValue)
    inner.tamper { operation, data in
      if operation == .getObjectHandles { data = CodeArray.encode(handles) }
    }
    let pipe = LoopbackPipe(to: inner)
    let transport = try await MTPTransport(
      opening: pipe, profile: .careful, name: "Hostile player")
    #expect(
      try await transport.list().map(\.name) == ["1.mp3", "Album/1.mp3"])
    #expect(inner.history.count { $0 == .getObjectHandles } == 3)
  }

  /// Without a limit it would be asked for some millions of folders, and one below each other.
  @Test func aTreeWithoutEndIsGivenUp() async throws {
    let player = HostilePlayer(player(Self.operations[1]), .bottomless, from: 8)
    let transport = try await MTPTransport(
      opening: LoopbackPipe(to: player), profile: .careful, name: "Hostile player",
      mostObjects: 500)
    let error = await #expect(throws: PinstripeError.self) { try await transport.list() }
    #expect(error?.code == .playerRefused)
    #expect(error?.message.contains("more than 500 files and folders") == true)
    #expect(player.commands < 700)
  }

  /// A tree that only goes down ends where the player's rules say that no tracks are.
  @Test func aTreeIsFollowedAsDeepAsTracksLie() async throws {
    let inner = MemoryResponder()
    var folder = inner.add("Music", format: .association)
    for depth in 1...30 {
      folder = inner.add("\(depth)", format: .association, in: folder)
      inner.add("\(depth).mp3", in: folder)
    }
    let transport = try await MTPTransport(
      opening: LoopbackPipe(to: inner), profile: .careful, name: "Hostile player")
    #expect(try await transport.list().count == DeviceProfile.careful.storage.foldersForTracks)
  }

  /// The first ones are asked for what they are.
  @Test func sixtyFiveThousandStorages() async throws {
    let player = HostilePlayer(player(Self.operations[0]), .manyStorages)
    let pipe = LoopbackPipe(to: player)
    let error = await #expect(throws: PinstripeError.self) {
      _ = try await MTPTransport(opening: pipe, profile: .careful, name: "Hostile player")
    }
    #expect(error?.code == .playerRefused && pipe.isClosed)
    #expect(error?.message.contains("no storage that can be written") == true)
    #expect(player.commands < 100)
  }
}
