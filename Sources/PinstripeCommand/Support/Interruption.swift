import Glibc
import Synchronization

/// Ctrl-C: the first one cancels the work, which then cleans up; the second one ends the process.
enum Interruption {
  private static let requested = Atomic(false)

  /// Whether the person asked to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Starts to listen.
  ///
  /// Writing to a pipe that nobody reads becomes an error instead of a signal.
  static func watch() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGINT) { _ in
      Interruption.requested.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }

  /// Throws when the person asked to stop.
  static func check() throws {
    if isRequested { throw CancellationError() }
  }

  /// Runs work in a task that is cancelled when the person asks to stop.
  static func cancelling<Value: Sendable>(
    _ work: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let task = Task { try await work() }
    let watcher = Task {
      // A signal handler may not wake a task, so it is asked.
      while !Task.isCancelled, !isRequested { try await Task.sleep(for: .milliseconds(50)) }
      if isRequested { task.cancel() }
    }
    defer { watcher.cancel() }
    return try await task.value
  }
}
