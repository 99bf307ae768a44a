import Glibc
import Pinstripe
import PinstripeMTP
import PinstripeProfile

/// Transactions that are given up at every kind of place: nothing is left, and the session goes on.
extension Suite {
  /// With its header, a data phase of whole packets at any speed, so that a zero-length packet ends it,
  /// and of whole reads of umtp-responder's (8192).
  private static let size = 16 * 8192 - 12
  /// The same for four buffers of 65,536 bytes in flight: behind its middle, many have arrived.
  private static let longSize = 32 * 65_536 - 12

  /// A place: so many bytes were given, or had, when the transaction is given up.
  private struct Place {
    var name: String
    var offset: Int
    /// Whether the player may have read nothing of the data by then.
    var isEarly = false

    var needs: [String] { isEarly ? ["early-cancel"] : [] }
  }

  func cancels() async throws {
    guard abilities["cancel"]?.reason == nil, abilities["delete"]?.reason == nil else {
      return await check("a transaction can be given up anywhere", needs: ["cancel", "delete"]) {
        false
      }
    }
    // One buffer of 1024 bytes at a time: what has left the host is known, and ends with a packet.
    try await withRig({
      $0.profile.transfer.chunkSize = 1024
      $0.profile.transfer.queueDepth = 1
    }) { rig in
      try await giveUp(
        rig, "one buffer at a time", size: Self.size,
        [
          Place(name: "before the first packet", offset: 0, isEarly: true),
          Place(name: "behind a packet", offset: 1012, isEarly: true),
          Place(name: "in the middle", offset: 65_524),
          Place(name: "before the last packet", offset: Self.size - 1024),
        ])
    }
    try await withRig { rig in
      try await giveUp(
        rig, "with several buffers in flight", size: Self.longSize,
        [
          Place(name: "in the first buffer", offset: 0, isEarly: true),
          Place(name: "in the middle", offset: 16 * 65_536 - 12),
          Place(name: "in the last buffer", offset: Self.longSize - 65_536),
        ])
      try await hold(rig)
    }
  }

  private func giveUp(
    _ rig: Rig, _ how: String, size: Int, _ places: [Place]
  ) async throws {
    // Made once: two megabytes take an emulated machine seconds.
    let bytes = pattern(size)
    let object = try await rig.upload("whole", bytes)
    for place in places {
      await check("an upload is given up \(place.name), \(how)", needs: place.needs) {
        try await isGivenUp(rig) {
          _ = try await rig.upload("given up", bytes) { given in
            if given >= place.offset { withUnsafeCurrentTask { $0?.cancel() } }
          }
        }
      }
    }
    for place in places + [Place(name: "behind the last byte", offset: size - 1)] {
      await check("a download is given up \(place.name), \(how)") {
        try await isGivenUp(rig) {
          _ = try await rig.download(object, size: size) { got in
            if got > place.offset { throw GivenUp() }
          }
        }
      }
    }
    try await rig.session.deleteObject(object)
  }

  /// The player's process stands still from a moment on: packets, the zero-length packet or the response
  /// do not come, and the task is cancelled meanwhile.
  private func hold(_ rig: Rig) async throws {
    guard let process, let number = Frozen.find(process) else {
      return report("skip", "the player stands still meanwhile: its process is not in reach")
    }
    let object = try await rig.upload("whole", pattern(Self.size))
    for (place, size) in [
      (Place(name: "from the first packet on", offset: 0, isEarly: true), Self.size),
      (Place(name: "from the last buffer on", offset: Self.longSize - 65_536), Self.longSize),
      // In one read of the player's as a whole, so that only the response is missing.
      (Place(name: "before the response", offset: 0, isEarly: true), 4096 - 12),
    ] {
      await check(
        "an upload is cancelled while the player stands still \(place.name)", needs: place.needs
      ) {
        try await isGivenUp(rig) {
          try await cancelled { task in
            _ = try await rig.upload("given up", pattern(size)) { given in
              if given >= place.offset { task.freeze(number) }
            }
          }
        }
      }
    }
    await check("a download is cancelled while the player stands still in the middle") {
      try await isGivenUp(rig) {
        try await cancelled { task in
          _ = try await rig.download(object, size: Self.size) { _ in task.freeze(number) }
        }
      }
    }
    try await rig.session.deleteObject(object)
  }

  /// Runs something in a task of its own, which is cancelled while a process stands still.
  private func cancelled(_ body: @escaping @Sendable (Frozen) async throws -> Void) async throws {
    let frozen = Frozen()
    let task = Task { try await body(frozen) }
    while !frozen.isFrozen { try await Task.sleep(for: .milliseconds(5)) }
    // Time for what still moves.
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    try await Task.sleep(for: .milliseconds(200))
    frozen.thaw()
    try await task.value
  }

  /// Whether it fails, as it was meant to, and leaves nothing but a session that works.
  private func isGivenUp(_ rig: Rig, _ body: @escaping @Sendable () async throws -> Void)
    async throws
    -> Bool
  {
    do {
      try await Task { try await body() }.value
      report("info", "it was not given up, but succeeded")
      return false
    } catch is GivenUp {
    } catch let error as MTPError where error.code == .cancelled {
    }
    let names = try await rig.names()
    guard !names.contains("given up") else {
      report("info", "a part is left")
      for try await object in rig.session.objects(in: .root, of: rig.storage)
      where object.info.filename == "given up" {
        try await rig.session.deleteObject(object.handle)
      }
      return false
    }
    return try await rig.returns(pattern(5000))
  }
}

/// What a sink throws that has had enough.
private struct GivenUp: Error {}
