import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport

/// A player in memory with an open session.
struct Rig {
  let player: MemoryResponder
  let pipe: LoopbackPipe
  let session: Session

  static let storage = MemoryResponder.defaultStorage

  init(
    quirks: Set<Quirk> = [], habits: MemoryResponder.Habits = [], packetSize: Int = 512,
    chunkSize: Int = 4096, operations: Set<OperationCode>? = nil, capacity: UInt64 = 64 << 30
  ) async throws {
    var profile = DeviceProfile(id: "test", name: "Test player")
    profile.quirks = quirks
    profile.storage.maximumObjectSize = .max
    player = MemoryResponder(
      profile: profile, capacity: capacity, habits: habits, operations: operations)
    pipe = LoopbackPipe(to: player, packetSize: packetSize, chunkSize: chunkSize)
    session = try await Session.open(on: pipe, profile: profile)
  }

  @discardableResult
  func upload(_ name: String, _ bytes: [UInt8], in parent: ObjectHandle = .root) async throws
    -> ObjectHandle
  {
    var source = Source(bytes)
    return try await session.upload(
      ObjectInfo(filename: name, format: .mp3, size: 0), to: Self.storage, in: parent,
      length: UInt64(bytes.count)
    ) { source.fill($0) }
  }

  func download(_ object: ObjectHandle, size: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await session.getObject(object, size: UInt64(size)) { bytes += $0 }
    return bytes
  }
}

/// Gives bytes away piece by piece.
struct Source {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) {
    rest = bytes[...]
  }

  mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    let part = rest.prefix(buffer.count)
    buffer.copyBytes(from: part)
    rest = rest.dropFirst(part.count)
    return part.count
  }
}

/// Bytes that differ from their neighbours and from page to page.
func pattern(_ count: Int, seed: Int = 0) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251 &+ seed) }
}

struct SourceFailure: Error, Equatable {}
