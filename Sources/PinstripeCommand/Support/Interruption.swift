import Glibc
import Synchronization

/// Ctrl-C, and being asked to end: the first time cancels the work, which then cleans up; the second
/// time ends the process.
enum Interruption {
  private static let requested = Atomic(false)

  /// Whether the person asked to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Starts to listen.
  ///
  /// Writing to a pipe that nobody reads, or beyond the limit on file sizes, becomes an error instead
  /// of a signal.
  static func watch() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    listen(to: SIGINT)
    listen(to: SIGTERM)
    // A program started by nohup goes on when the terminal is closed.
    var inherited = sigaction()
    sigaction(SIGHUP, nil, &inherited)
    if !inherited.isIgnored { listen(to: SIGHUP) }
  }

  private static func listen(to number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      Interruption.requested.store(true, ordering: .relaxed)
      signal(number, SIG_DFL)
    }
    // Not SA_RESTART: waiting for a passphrase has to end.
    action.sa_flags = 0
    sigaction(number, &action, nil)
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

extension sigaction {
  fileprivate var isIgnored: Bool {
    unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
