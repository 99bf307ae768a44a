/// Work that must not end half-way because the caller's task was cancelled.
///
/// A task of its own does not inherit cancellation, and waiting for its value ignores it.
extension Session {
  /// Runs a body to its end even if the task is cancelled.
  func shielded<Result: Sendable>(
    _ body: @escaping @Sendable () async -> Result
  ) async -> Result {
    await Task { await body() }.value
  }

  /// Runs a body to its end even if the task is cancelled.
  ///
  /// For steps that take moments and must not be left half-done, such as renaming. The body runs
  /// where the caller runs, and may use what only the caller may use.
  ///
  /// - Throws: What `body` throws.
  public func unbroken(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
  ) async throws {
    try await withoutActuallyEscaping(body) { body in
      // The caller waits here, and the task below runs on the caller's actor, so the closure is
      // where it belongs although it crosses into another task.
      nonisolated(unsafe) let body = body
      try await Task {
        _ = isolation
        try await body()
      }.value
    }
  }
}
