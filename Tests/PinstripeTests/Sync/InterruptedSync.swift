import Glibc
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import TestTools
import Testing

@testable import Pinstripe

/// A player and a ledger as an earlier sync has left them, and music that has changed since: one track is
/// to be replaced, one to be added, one to be removed, and one is somebody else's.
///
/// Every byte of the tracks is protected. What a process knows of them is on the disk, so that each
/// ``sync(_:over:)`` is another process.
struct InterruptedSync {
  let library: Library
  let quirks: Set<Quirk>
  let disk: Disk
  private let recipe: TrackRecipe
  /// What the earlier sync has left.
  private let objects: [StoredObject]
  private let ledger: [UInt8]

  private let wanted: [String: [UInt8]]
  private static let theirs = "theirs.mp3"
  private static let theirContent: [UInt8] = [7]
  private static let old = content(1)

  private static func content(_ seed: UInt64, _ length: Int = 2000) -> [UInt8] {
    MarkedContent.bytes(length + Int(seed), seed: seed)
  }

  /// - Parameter length: Bytes of the track that is to be added; one of 75,000 can be continued.
  init(_ quirks: Set<Quirk>, length: Int = 3000) async throws {
    library = try Library()
    self.quirks = quirks
    disk = Disk(library.folder)
    recipe = try library.bench.recipe(every: 1)
    let player = Player(quirks: quirks)
    unlink(library.folder("lib/Artist/2.mp3"))
    library.write("Artist/1.mp3", Self.old)
    library.write("3.mp3", Self.content(4))
    let transport = try await player.connect()
    try await library.sync(with: transport, player.profile, recipe: recipe)
    try await transport.put(
      ClearStream(MemorySource(Self.theirContent)), named: Self.theirs, replacing: false,
      progress: nil)
    await transport.close()
    objects = player.responder.objects
    ledger = try #require(TestFile.read(disk.ledger))
    wanted = ["Artist/1.pst": Self.content(2), "Artist/2.pst": Self.content(3, length)]
    for (path, content) in wanted { library.write(path.dropLast(3) + "mp3", content) }
    unlink(library.folder("lib/3.mp3"))
  }

  // MARK: The beginning

  /// The player and the disk as they were at first.
  func begin() -> Player {
    disk.set([disk.ledger: ledger])
    let player = Player(quirks: quirks)
    var handles: [ObjectHandle: ObjectHandle] = [:]
    for object in objects {
      handles[object.handle] = player.responder.add(
        object.name, format: object.format, content: object.content,
        in: handles[object.parent] ?? .none)
    }
    return player
  }

  /// The files that processes leave to one another.
  final class Disk: Sendable {
    let ledger: String
    let part: String
    private let kept = Mutex<[String: [UInt8]]?>(nil)

    init(_ folder: TemporaryFolder) {
      ledger = folder("ledger")
      part = folder("part")
    }

    /// Keeps what they hold now, as a process leaves it that is killed.
    func keep() {
      var files: [String: [UInt8]] = [:]
      for path in [ledger, part] { files[path] = TestFile.read(path) }
      kept.withLock { $0 = files }
    }

    /// Puts back what was kept, if anything was.
    func restore() {
      let files = kept.withLock { kept in
        defer { kept = nil }
        return kept
      }
      if let files { set(files) }
    }

    func set(_ files: [String: [UInt8]]) {
      for path in [ledger, part] {
        if let bytes = files[path] { TestFile.write(bytes, to: path) } else { unlink(path) }
      }
    }
  }

  // MARK: A sync

  @discardableResult
  func sync(
    _ player: Player, over pipe: any BulkPipe, removes: Bool = true
  ) async throws -> SyncSummary {
    let transport = try await MTPTransport(
      opening: pipe, profile: player.profile, name: "Test player")
    transport.keepParts(in: PartJournal(path: disk.part, minimum: 50_000))
    do {
      let summary = try await library.sync(
        with: transport, player.profile, removes: removes, recipe: recipe)
      await transport.close()
      return summary
    } catch {
      await transport.close()
      throw error
    }
  }

  /// Syncs over a cable of which a call fails; whatever comes of that is to be judged by what is left.
  ///
  /// - Returns: Whether the call was reached.
  func sync(
    _ player: Player, _ fault: FaultInjector.Fault, at call: Int,
    _ persistence: FaultInjector.Persistence = .once, again: Int? = nil,
    killed: (@Sendable () -> Void)? = nil
  ) async -> Bool {
    let pipe = FaultInjector(
      cable(player), at: call, fault, persistence, again: again, killed: killed)
    do {
      _ = try await sync(player, over: pipe)
    } catch {
      let message = (error as? PinstripeError)?.message ?? "no PinstripeError"
      #expect(message.hasSuffix("."), "\(fault) at call \(call): \(error)")
    }
    return pipe.calls >= call
  }

  func cable(_ player: Player) -> LoopbackPipe {
    LoopbackPipe(to: player.responder, chunkSize: 4608)
  }

  // MARK: What must hold

  /// No byte in clear, and, where the player can rename, nothing under a final name that is not whole, no
  /// two of a name, and the old track is there until the new one is.
  func expectNothingLost(_ player: Player, _ comment: Comment) throws {
    #expect(!player.showsContent, comment)
    guard quirks.isEmpty else { return }
    let there = player.library.filter { $0.path != Self.theirs }
    #expect(
      player.library.contains { $0.path == Self.theirs && $0.bytes == Self.theirContent }, comment)
    let shown = there.filter { !$0.path.contains(".pinstripe-") }
    #expect(Set(shown.map(\.path)).count == shown.count, "\(comment): a duplicate")
    for (path, bytes) in shown where path != "3.pst" {
      let content = try library.decrypted(bytes)
      #expect(
        content == wanted[path] || (path == "Artist/1.pst" && content == Self.old),
        "\(comment): \(path)")
    }
    #expect(
      there.contains { ["Artist/1.pst", "Artist/.pinstripe-old-1.pst"].contains($0.path) },
      "\(comment): the old track is gone")
  }

  /// A sync over a good cable makes it as if nothing had happened.
  @discardableResult
  func expectRecovery(_ player: Player, _ comment: Comment) async throws -> SyncSummary {
    let summary = try await sync(player, over: cable(player))
    #expect(summary.failures.isEmpty, comment)
    #expect(!player.showsContent, comment)
    let there = player.library
    #expect(there.map(\.path) == wanted.keys.sorted() + [Self.theirs], comment)
    for (path, bytes) in there {
      if path == Self.theirs {
        #expect(bytes == Self.theirContent, "\(comment): \(path)")
      } else {
        #expect(try library.decrypted(bytes) == wanted[path], "\(comment): \(path)")
      }
    }
    #expect(access(disk.part, F_OK) != 0, "\(comment): a part is still journalled")
    return summary
  }

  /// A sync that removes no tracks, after a file has left the source, leaves what is whole and no more.
  func expectNoPart(_ player: Player, without path: String, _ comment: Comment) async throws {
    let file = library.folder("lib/" + path.dropLast(3) + "mp3")
    let content = try #require(TestFile.read(file))
    unlink(file)
    defer { TestFile.write(content, to: file) }
    try await sync(player, over: cable(player), removes: false)
    for (name, bytes) in player.library where name != Self.theirs {
      let content = try library.decrypted(bytes)
      #expect(
        [wanted[name], Self.old, Self.content(4)].contains(content), "\(comment): \(name)")
    }
  }
}
