import Synchronization

/// Work that must not end half-way because the caller's task was cancelled.
///
/// A task of its own does not inherit cancellation, and waiting for its value ignores it. Where the caller's
/// task is cancelled, or the player silent, such work asks the player with little patience: without that,
/// cancelling would take as long as everything that is asked of a player that hangs.
extension Session {
  /// The longest that an answer is waited for; nil where the profile alone says so.
  @TaskLocal static var patience: Duration?

  /// A timeout, no longer than the patience.
  static func bearable(_ timeout: Duration) -> Duration {
    patience.map { min($0, timeout) } ?? timeout
  }

  private var patienceNow: Duration? {
    Task.isCancelled || isSilent ? SessionLimits.hurriedPatience : Self.patience
  }

  /// Runs a body to its end even if the task is cancelled.
  func shielded<Result: Sendable>(
    _ body: @escaping @Sendable () async -> Result
  ) async -> Result {
    await Self.$patience.withValue(patienceNow) {
      await Task { await body() }.value
    }
  }

  /// Runs a body to its end even if the task is cancelled.
  ///
  /// For steps that take moments and must not be left half-done, such as renaming. The body runs
  /// where the caller runs, and may use what only the caller may use.
  ///
  /// - Parameter grace: How long the body may go on after the task was cancelled; then what it is doing
  ///   is cancelled too. Without it, all the time that it takes.
  /// - Throws: What `body` throws.
  public func unbroken(
    grace: Duration? = nil, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Void
  ) async throws {
    try await withoutActuallyEscaping(body) { body in
      // The caller waits here, and the task below runs on the caller's actor, so the closure is
      // where it belongs although it crosses into another task.
      nonisolated(unsafe) let body = body
      let work = Self.$patience.withValue(patienceNow) {
        Task {
          _ = isolation
          try await body()
        }
      }
      try await withTaskCancellationHandler {
        try await work.value
      } onCancel: {
        guard let grace else { return }
        Task {
          try? await Task.sleep(for: grace)
          work.cancel()
        }
      }
    }
  }
}
