import Glibc
import Synchronization

/// Ctrl-C, and being asked to end: the first time cancels the work, which then cleans up; the second
/// time ends the process.
enum Interruption {
  private static let requested = Atomic(false)
  private static let onRequest = Mutex<(@Sendable () -> Void)?>(nil)
  // The handler may post it, and little else; it lives as long as the process.
  nonisolated(unsafe) private static let signalled = UnsafeMutablePointer<sem_t>.allocate(
    capacity: 1)

  /// Whether the person asked to stop.
  static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Starts to listen.
  ///
  /// Writing to a pipe that nobody reads, or beyond the limit on file sizes, becomes an error instead
  /// of a signal.
  static func watch() {
    sem_init(signalled, 0, 0)
    var thread = pthread_t()
    // A thread of its own: on one processor, tasks share a thread with the work, which may be too
    // busy to let another task say that it shall stop.
    pthread_create(&thread, nil, { _ in Interruption.await() }, nil)
    pthread_detach(thread)
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
      sem_post(Interruption.signalled)
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
    onRequest.withLock { $0 = { task.cancel() } }
    // In case it was before there was a task.
    if isRequested { task.cancel() }
    defer { onRequest.withLock { $0 = nil } }
    return try await task.value
  }

  /// Does work, and calls `action` from another thread when the person asks to stop meanwhile.
  static func meanwhile<Value>(
    _ action: @escaping @Sendable () -> Void, _ work: () -> Value
  ) -> Value {
    onRequest.withLock { $0 = action }
    // In case it was before.
    if isRequested { action() }
    defer { onRequest.withLock { $0 = nil } }
    return work()
  }

  private static func await() -> UnsafeMutableRawPointer? {
    // Signals are for the other threads: one that interrupts reading a passphrase must reach it.
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
    while sem_wait(signalled) != 0 {}
    let action = onRequest.withLock { $0 }
    action?()
    return nil
  }
}

extension sigaction {
  fileprivate var isIgnored: Bool {
    unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
