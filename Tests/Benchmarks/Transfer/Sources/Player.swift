import Pinstripe
import PinstripeCore
import PinstripeKeys
import PinstripeMTP
import PinstripeProfile
import PinstripeUSB

/// A player with an open session.
struct Player: Sendable {
  let id: String
  private let pipe: USBPipe
  private let session: Session
  private let storage: StorageID
  private let profile: DeviceProfile

  /// The one player that is plugged in.
  static func only(usesDeviceMemory: Bool = true) async throws -> Player {
    let players = try await all(usesDeviceMemory: usesDeviceMemory)
    guard let player = players.first, players.count == 1 else {
      throw Trouble("one player is wanted")
    }
    return player
  }

  /// All that are plugged in, each with the profile that it gets.
  static func all(usesDeviceMemory: Bool = true) async throws -> [Player] {
    let known = try await PlayerFinder().players()
    var players: [Player] = []
    for device in try USBContext().devices() {
      let id = "\(device.location.bus)-\(device.location.address)"
      guard let profile = known.first(where: { $0.id == id })?.profile else { continue }
      let rules = profile.transfer
      let pipe = try await USBPipe(
        opening: device, queueDepth: rules.queueDepth, chunkSize: rules.chunkSize,
        postsReceivesEarly: rules.postsReceivesEarly, usesDeviceMemory: usesDeviceMemory,
        quirks: profile.quirks)
      let session = try await Session.open(on: pipe, profile: profile)
      guard let storage = try await session.storageIDs().first else { throw Trouble("no storage") }
      players.append(
        Player(id: id, pipe: pipe, session: session, storage: storage, profile: profile))
    }
    return players
  }

  func close() async {
    try? await session.close()
    await pipe.close()
  }

  /// What is sent, by the name of how it is encrypted.
  private func stream(_ path: String, as kind: String) throws -> any ByteStream {
    let source = try FileSource(path: path)
    if kind == "plain" { return ClearStream(source) }
    let key = try Keybox.makeTest().playbackKey(name: "Test").wrappingKey()
    var recipe =
      kind == "framed"
      ? try TrackRecipe(following: profile, for: [key])
      : TrackRecipe(
        pattern: .classic, suite: kind == "aes" ? .aes128CTR : .chacha20, recipients: [key])
    recipe.computesDigest = kind == "digest"
    return try TrackStream(source, recipe: recipe)
  }

  /// Sends a file and deletes it again, where the player announced its true handle.
  func upload(_ path: String, as kind: String) async throws -> Int64 {
    let start = ContinuousClock.now
    let object = try await send(path, as: kind, named: "bench")
    let time = nanoseconds(since: start)
    try? await session.deleteObject(object)
    return time
  }

  private func send(
    _ path: String, as kind: String, named name: String, progress: ((UInt64) -> Void)? = nil
  ) async throws -> ObjectHandle {
    let stream = try stream(path, as: kind)
    guard let length = stream.length else { throw Trouble("no length") }
    let info = ObjectInfo(filename: name, format: .undefined, size: length)
    return try await session.upload(info, to: storage, length: length, progress: progress) {
      try stream.read(into: $0)
    }
  }

  /// The most memory that an encrypted upload takes, in KiB: the program's own, with the kernel's
  /// buffers that it asked for; and all that is resident, most of it pages of shared libraries.
  func peakMemory(_ path: String) async throws -> (own: Int, resident: Int) {
    var own = 0
    let object = try await send(path, as: "framed", named: "bench") { _ in
      own = max(own, ProcessStatus.kibibytes("RssAnon") ?? .max)
    }
    try await session.deleteObject(object)
    let buffers = 2 * profile.transfer.queueDepth * profile.transfer.chunkSize / 1024
    guard own > 0, own < .max, let resident = ProcessStatus.kibibytes("VmHWM") else {
      throw Trouble("the kernel does not say how much memory is used")
    }
    return (own + buffers, resident)
  }

  /// Gets a file back that it sent, byte by byte into the page cache.
  func download(_ path: String) async throws -> Int64 {
    let object = try await send(path, as: "plain", named: "bench")
    guard let size = try FileSource(path: path).length else { throw Trouble("no length") }
    let output = try BenchFile("/tmp/pinstripe.back")
    let start = ContinuousClock.now
    try await session.getObject(object, size: size) { bytes in try output.write(bytes) }
    let time = nanoseconds(since: start)
    try await session.deleteObject(object)
    return time
  }

  /// Sends a small file so many times, and leaves all of them.
  func small(_ path: String, count: Int) async throws -> Int64 {
    let start = ContinuousClock.now
    for index in 0..<count { _ = try await send(path, as: "plain", named: "pinstripe-\(index)") }
    return nanoseconds(since: start) / Int64(count)
  }

  /// Pushes a file as the tool does: temporary name, verification, rename.
  func put(_ path: String) async throws -> Int64 {
    let transport = try await MTPTransport(opening: pipe, profile: profile, name: "the player")
    let start = ContinuousClock.now
    try await transport.put(
      try stream(path, as: "plain"), named: "put.mp3", replacing: true, progress: nil)
    let time = nanoseconds(since: start)
    await transport.close()
    return time
  }

  func list() async throws -> (Int64, Int) {
    let start = ContinuousClock.now
    var count = 0
    for try await _ in session.objects(in: .root, of: storage) { count += 1 }
    return (nanoseconds(since: start), count)
  }
}

/// Why there is no figure.
struct Trouble: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
