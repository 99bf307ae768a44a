import Glibc
import Pinstripe
import PinstripeKeys
import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import TestTools

/// A sync that is killed, again and again, at random moments: SIGKILL, so that nobody can tidy up.
///
/// The player lives in this process and its music with it; the host is a child, and what it remembers
/// is on the disk. After each kill every track under a final name is whole, and nothing of its source is
/// in clear anywhere; after each sync that was let go to its end, all are there, and nothing else.
///
/// usage: SyncKills [KILLS]
@main
struct SyncKills {
  private static let names = ["1", "2", "Artist/3"]
  /// After so many kills a sync may go to its end.
  private static let round = 10

  static func main() async {
    let arguments = CommandLine.arguments
    if arguments.count == 5, arguments[1] == "host" {
      await host(arguments)
    } else {
      let kills = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 500
      guard kills > 0 else {
        print("usage: SyncKills [KILLS]")
        exit(64)
      }
      var failed = 0
      for hasNoRename in [false, true] {
        do {
          var test = try Self(hasNoRename: hasNoRename, seed: 17)
          try await test.run(kills / 2)
          try test.checkCoverage()
          print(
            "\(hasNoRename ? "without" : "with") rename: \(test.killed) kills, "
              + "\(test.partial) of them left a part behind, \(test.resumed) tracks were continued")
        } catch {
          print("FAILED \(hasNoRename ? "without" : "with") rename: \(error)")
          failed += 1
        }
      }
      print("\(2 - failed) passed, \(failed) failed")
      exit(failed == 0 ? 0 : 1)
    }
  }

  /// The child: one sync over the socket that it was given.
  private static func host(_ arguments: [String]) async {
    let bench = Bench(folder: arguments[2], hasNoRename: arguments[3] == "no-rename")
    do {
      try await bench.sync(with: RemotePlayer(Wire(Int32(arguments[4]) ?? -1)))
      exit(0)
    } catch {
      print("the sync failed: \(error)")
      exit(1)
    }
  }

  private struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let folder = TemporaryFolder()
  private let bench: Bench
  private let player: MemoryResponder
  private let key: WrappingKey
  private var random: Random
  /// What each file held, newest last.
  private var contents: [String: [[UInt8]]] = [:]
  private var killed = 0
  private var partial = 0
  private var resumed: Int { player.history.count { $0 == .sendPartialObject } }

  private init(hasNoRename: Bool, seed: UInt64) throws {
    bench = Bench(folder: folder.path, hasNoRename: hasNoRename)
    player = MemoryResponder(profile: bench.profile, habits: hasNoRename ? [.keepsSameNames] : [])
    let keybox = try Keybox.makeTest()
    try SecretFile.write(try keybox.encoded(), to: folder("keybox"))
    key = try bench.key()
    random = Random(seed: seed)
    mkdir(folder("library"), 0o755)
    mkdir(folder("library/Artist"), 0o755)
    for name in Self.names { change(name) }
  }

  private mutating func change(_ name: String) {
    let content = MarkedContent.bytes(
      Int.random(in: 5000..<600_000, using: &random), seed: random.next())
    contents[name, default: []].append(content)
    TestFile.write(content, to: folder("library/\(name).mp3"))
  }

  private mutating func run(_ kills: Int) async throws {
    // How long a whole sync takes, to kill it within that.
    let start = ContinuousClock.now
    try await finish()
    var whole = start.duration(to: .now) / .microseconds(1)
    var isDone = true
    while killed < kills {
      // As a rule what was cut off goes on, and now and then its file has changed meanwhile.
      if isDone || killed % 4 == 0 { change(Self.names[killed % Self.names.count]) }
      let child = try spawn()
      // Before that it is being loaded, and nobody would notice.
      let delay = Double.random(in: whole * 0.2..<whole * 1.1, using: &random)
      usleep(UInt32(delay))
      kill(child.process, SIGKILL)
      let status = child.end()
      isDone = status & 0x7F == 0
      // The machine is faster now than it was.
      if status & 0x7F == 0 { whole = max(whole * 0.98, 2000) } else { killed += 1 }
      guard status & 0x7F != 0 || status == 0 else { throw Failure(description: "a sync failed") }
      try check(isFinal: false)
      if killed % Self.round == 0 { try await finish() }
    }
    try await finish()
  }

  /// Without a part that was left, and one that was continued, nothing was shown.
  private func checkCoverage() throws {
    guard partial > 0 else { throw Failure(description: "of \(killed) kills none left a part") }
    guard resumed > 0 || !canResume else {
      throw Failure(description: "of \(partial) parts none was continued")
    }
  }

  /// Whether parts have a name of their own by which they are found again.
  private var canResume: Bool { !bench.profile.quirks.contains(.noRename) }

  /// Lets a sync go to its end.
  private mutating func finish() async throws {
    let status = try spawn().end()
    guard status == 0 else { throw Failure(description: "a sync that nobody killed failed") }
    try check(isFinal: true)
  }

  /// Judges what the player holds.
  private mutating func check(isFinal: Bool) throws {
    var found: [String] = []
    let isOver = player.objects.allSatisfy { $0.isComplete && !$0.name.hasPrefix(".pinstripe-") }
    if !isOver { partial += 1 }
    for object in player.objects where object.format != .association {
      guard case .bytes(let bytes) = object.content else { continue }
      guard !MarkedContent.isFound(in: bytes) else {
        throw Failure(description: "\(object.name) holds bytes of its source in clear")
      }
      guard !object.name.hasPrefix(".pinstripe-") else {
        if isFinal { throw Failure(description: "\(object.name) was left behind") }
        continue
      }
      found.append(object.name)
      // Without rename a track has its final name from its first byte on, until the next sync.
      guard isFinal || !bench.profile.quirks.contains(.noRename) else { continue }
      // Not whether the player saw the transfer's end: a host that is killed behind the last byte may
      // have sent all there is.
      let content: [UInt8]
      do {
        content = try decrypt(bytes)
      } catch {
        throw Failure(description: "\(object.name) is torn: \(error)")
      }
      guard let name = Self.names.first(where: { $0.hasSuffix(object.name.dropLast(4)) }),
        let known = contents[name]
      else { throw Failure(description: "\(object.name) is nobody's") }
      guard isFinal ? known.last == content : known.contains(content) else {
        throw Failure(description: "\(object.name) holds something else")
      }
    }
    let wanted = ["1.pst", "2.pst", "3.pst"]
    guard !isFinal || found.sorted() == wanted else {
      throw Failure(description: "the player holds \(found.sorted()), not \(wanted)")
    }
  }

  private func decrypt(_ track: [UInt8]) throws -> [UInt8] {
    TestFile.write(track, to: folder("track"))
    let file = try TrackFile(path: folder("track"), keys: [key])
    var content = [UInt8](repeating: 0, count: Int(file.length ?? 0))
    let count = try content.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
    return Array(content.prefix(count))
  }

  /// A child that syncs, and the thread that answers for the player.
  private struct Child {
    let process: pid_t
    let thread: pthread_t
    let wire: Wire

    /// Waits for its end, and returns what waitpid(2) says.
    func end() -> Int32 {
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0 && errno == EINTR {}
      pthread_join(thread, nil)
      wire.close()
      return status
    }
  }

  private func spawn() throws -> Child {
    var ends: [Int32] = [0, 0]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0
    else { throw Failure(description: "there is no socket: errno \(errno)") }
    let descriptor: Int32 = 3
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], descriptor)
    let kind = bench.profile.quirks.contains(.noRename) ? "no-rename" : "rename"
    let words = ["SyncKills", "host", folder.path, kind, "\(descriptor)"]
    var pointers = words.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    var process: pid_t = 0
    let status = posix_spawn(&process, "/proc/self/exe", &actions, nil, &pointers, environ)
    close(ends[1])
    guard status == 0 else { throw Failure(description: "the child did not start: \(status)") }
    let wire = Wire(ends[0])
    let server = Unmanaged.passRetained(Server(player, wire))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { pointer in
        guard let pointer else { return nil }
        let server = Unmanaged<Server>.fromOpaque(pointer).takeRetainedValue()
        serve(server.player, on: server.wire)
        return nil
      }, server.toOpaque())
    return Child(process: process, thread: thread, wire: wire)
  }

  private final class Server: Sendable {
    let player: MemoryResponder
    let wire: Wire

    init(_ player: MemoryResponder, _ wire: Wire) {
      self.player = player
      self.wire = wire
    }
  }
}
