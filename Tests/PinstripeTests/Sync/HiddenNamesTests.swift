import Glibc
import PinstripeKeys
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import TestTools
import Testing

@testable import Pinstripe

/// A player in memory, and every byte that it is sent.
private final class RecordingPlayer: PlayerEnd {
  private let player: MemoryResponder
  private let recorded = Mutex<[UInt8]>([])

  init(_ player: MemoryResponder) { self.player = player }

  var bytes: [UInt8] { recorded.withLock { $0 } }

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    recorded.withLock { $0 += bytes }
    try player.take(bytes, endsTransfer: endsTransfer)
  }

  func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    try player.give(into: buffer, packetSize: packetSize)
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    try player.control(request)
  }

  func nextEvent() throws(TransferError) -> [UInt8]? { try player.nextEvent() }
  func clearStall(_ direction: PipeDirection) { player.clearStall(direction) }
}

/// `protection.metadata` "hidden": the player, and who reads its storage, learns no title.
struct HiddenNamesTests {
  private static let words = ["Idle", "idle_tune", "Secret", "secret", "Party"]

  /// Whether bytes hold a text as ASCII or as MTP's and Samsung's UTF-16.
  private func holds(_ bytes: [UInt8], _ text: String) -> Bool {
    let narrow = Array(text.utf8)
    let wide = text.utf16.flatMap {
      [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
    }
    return [narrow, wide].contains { wanted in bytes.contains(wanted) }
  }

  /// A library whose one file has tags, in a folder and with a name that tell of it.
  private func library() throws -> Library {
    let library = try Library()
    for name in ["Artist/1.mp3", "Artist/2.mp3", "3.mp3"] { unlink(library.folder("lib/" + name)) }
    rmdir(library.folder("lib/Artist"))
    mkdir(library.folder("lib/Secret Artist"), 0o755)
    let song = TaggedSong.make(title: "Idle Song", artist: "Secret Artist", album: "Idle Album")
    TestFile.write(song, to: library.folder("lib/Secret Artist/01 idle_tune.mp3"))
    TestFile.write(
      Array("lib/Secret Artist/01 idle_tune.mp3\n".utf8), to: library.folder("Party.m3u"))
    return library
  }

  private func sync(
    _ library: Library, _ policy: MetadataPolicy, ledger: String = "ledger",
    to responder: MemoryResponder? = nil, kind: PlaylistKind = .m3u
  ) async throws -> (counts: [Int], bytes: [UInt8], responder: MemoryResponder) {
    var profile = DeviceProfile.careful
    profile.protection.metadata = policy
    profile.playlists[.mtp] = PlaylistRules(kind: kind)
    let responder = responder ?? MemoryResponder(profile: profile)
    let player = RecordingPlayer(responder)
    let transport = try await MTPTransport(
      opening: LoopbackPipe(to: player, chunkSize: 8192), profile: profile, name: "Test player")
    let recipe = try TrackRecipe(following: profile, for: [library.bench.key])
    let summary = try await library.sync(
      with: transport, profile, recipe: recipe, ledger: ledger, lists: ["Party.m3u"])
    await transport.close()
    return (summary.counts, player.bytes, responder)
  }

  @Test(arguments: [PlaylistKind.m3u, .mtpReferences, .samsungSPL1])
  func nothingThatIsSentHasATitle(_ kind: PlaylistKind) async throws {
    let library = try library()
    let shown = try await sync(library, .shown, ledger: "shown", kind: kind)
    for word in Self.words where word != "secret" {
      #expect(holds(shown.bytes, word), "the test can see \(word)")
    }
    let hidden = try await sync(library, .hidden, kind: kind)
    #expect(hidden.counts == [2, 0, 0, 0, 0])
    for word in Self.words { #expect(!holds(hidden.bytes, word), "\(word) was sent") }
    let track = try #require(hidden.responder.objects.first { $0.name.hasSuffix(".pst") })
    #expect(track.properties.isEmpty)
    #expect(track.name.utf8.count == 40 && Array(track.name)[14] == "8", "a UUID of version 8")
  }

  @Test func itIsFoundAgainWithTheKey() async throws {
    let library = try library()
    let first = try await sync(library, .hidden)
    #expect(
      try await sync(library, .hidden, to: first.responder).counts == [0, 0, 0, 2, 0])
    // Another computer with the key knows the track by its name and content; the playlist is not its own.
    let other = try await sync(library, .hidden, ledger: "other", to: first.responder)
    #expect(other.counts == [0, 0, 0, 2, 0])
    let track = try #require(first.responder.objects.first { $0.name.hasSuffix(".pst") })
    guard case .bytes(let bytes) = track.content else { return }
    TestFile.write(bytes, to: library.bench.folder("t"))
    let file = try TrackFile(path: library.bench.folder("t"), keys: [library.bench.key])
    #expect(
      file.metadata.freeFields.first { $0.name == "place" }?.value
        == "Secret Artist/01 idle_tune.mp3")
  }

  @Test func withoutItsKeyNothingGoesThere() async throws {
    var profile = DeviceProfile.careful
    profile.protection.metadata = .hidden
    let item = SyncItem(path: "/a.pst", place: "Secret/a.pst", size: 5000, modified: 1)
    let plan = try await SyncPlanner(profile, protection: nil).plan(
      SyncSource([item]), tracks: [], freeSpace: 1 << 30, ledger: .init(), format: { _ in .mp3 },
      recognise: { _, _ in .foreign }, playlistState: { _ in nil })
    #expect(plan.steps.map(\.action) == [.refuse])
    #expect(plan.steps[0].reason.contains("show no names"))
  }

  @Test func theNameTellsNothingWithoutTheKey() throws {
    let (one, other) = (try Bench(), try Bench())
    let names = try [one, one, other].map { try $0.key.pseudonym(of: "a") }
    #expect(names[0] == names[1] && names[0] != names[2])
    #expect(try one.key.pseudonym(of: "b") != names[0])
    #expect(
      TrackName.uuid([UInt8](repeating: 0xFF, count: 16)) == "ffffffff-ffff-8fff-bfff-ffffffffffff")
  }
}
