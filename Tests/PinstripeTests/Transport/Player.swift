import Pinstripe
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport

/// A player in memory, and transports to it.
struct Player {
  let responder: MemoryResponder
  var profile: DeviceProfile

  init(
    quirks: Set<Quirk> = [], capacity: UInt64 = 64 << 30, habits: MemoryResponder.Habits = [],
    operations: Set<OperationCode>? = nil, _ change: (inout DeviceProfile) -> Void = { _ in }
  ) {
    var profile = DeviceProfile(id: "test", name: "Test player")
    profile.quirks = quirks
    change(&profile)
    self.profile = profile
    responder = MemoryResponder(
      profile: profile, capacity: capacity, habits: habits, operations: operations)
  }

  /// Plugs it in.
  ///
  /// - Parameter faults: Wraps the pipe.
  func connect(
    _ faults: (LoopbackPipe) -> any BulkPipe = { $0 }
  ) async throws -> MTPTransport {
    let pipe = LoopbackPipe(to: responder, chunkSize: 8192)
    return try await MTPTransport(opening: faults(pipe), profile: profile, name: "Test player")
  }

  /// The files in the music folder, by name.
  var files: [String: [UInt8]] {
    let folder = responder.objects.first { $0.format == .association }?.handle
    return responder.objects.filter { $0.parent == folder && $0.format != .association }
      .reduce(into: [:]) { files, object in
        if case .bytes(let bytes) = object.content { files[object.name] = bytes }
      }
  }

  /// The contents of all files in the music folder, of which several may have one name.
  var tracks: [[UInt8]] {
    responder.objects.filter { $0.format != .association }.compactMap { object in
      if case .bytes(let bytes) = object.content { bytes } else { nil }
    }
  }

  /// The names that are shown to people.
  var visible: [String] { files.keys.filter { !$0.hasPrefix(".pinstripe-") }.sorted() }
}
