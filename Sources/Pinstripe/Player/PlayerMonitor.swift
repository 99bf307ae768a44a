import PinstripeProfile
import PinstripeUSB

/// What happens to players on USB.
public enum PlayerEvent: Sendable {
  /// A player was plugged in, or was there when the watching began.
  case arrived(AttachedPlayer)
  /// A player was unplugged; or more became known of it, and then it arrives again at once.
  case departed(AttachedPlayer)

  /// The player.
  public var player: AttachedPlayer {
    switch self {
    case .arrived(let player), .departed(let player): player
    }
  }
}

/// Tells of players that are plugged in and unplugged.
///
/// ```swift
/// for try await event in PlayerMonitor(try PlayerFinder()).events() { print(event.player.name) }
/// ```
public final class PlayerMonitor: Sendable {
  private let finder: PlayerFinder
  /// A player that was just plugged in is looked at once more after this time: what it says of itself
  /// may not be readable before the system has set its permissions.
  private let settling: Duration

  /// Prepares to watch.
  ///
  /// - Parameter finder: Says what a player is.
  public convenience init(_ finder: PlayerFinder) {
    self.init(finder, settling: .seconds(1))
  }

  init(_ finder: PlayerFinder, settling: Duration) {
    self.finder = finder
    self.settling = settling
  }

  /// Those that are there arrive first.
  ///
  /// The sequence has no end of its own; it ends when the task that iterates is cancelled, or with an
  /// error when the players cannot be listed.
  public func events() -> AsyncThrowingStream<PlayerEvent, any Error> {
    AsyncThrowingStream { sink in
      let task = Task {
        do {
          var known: [AttachedPlayer] = []
          // What changes while the first are described must not be missed.
          let changes = finder.changes()
          try await update(&known, sink)
          for await _ in changes {
            try await update(&known, sink)
            try await Task.sleep(for: settling)
            try await update(&known, sink)
          }
          sink.finish()
        } catch is CancellationError {
          sink.finish()
        } catch {
          sink.finish(throwing: error)
        }
      }
      sink.onTermination = { _ in task.cancel() }
    }
  }

  /// Tells how the players differ from those that are known.
  ///
  /// A player that was replugged has another address, and so another id.
  private func update(
    _ known: inout [AttachedPlayer],
    _ sink: AsyncThrowingStream<PlayerEvent, any Error>.Continuation
  ) async throws {
    let present = try await finder.players()
    for player in known where !present.contains(where: { $0.isSame(as: player) }) {
      sink.yield(.departed(player))
    }
    for player in present where !known.contains(where: { $0.isSame(as: player) }) {
      sink.yield(.arrived(player))
    }
    known = present
  }
}

extension AttachedPlayer {
  fileprivate func isSame(as other: AttachedPlayer) -> Bool {
    id == other.id && vendorID == other.vendorID && productID == other.productID
      && serialNumber == other.serialNumber && profile.id == other.profile.id
  }
}
