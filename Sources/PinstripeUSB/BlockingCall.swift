internal import Glibc

/// Runs a call that may block for long, as opening a sleeping device or attaching a driver, on a
/// thread of its own, so that it never holds one of Swift's few.
///
/// Such calls are made a handful of times per session; a thread costs about 50 microseconds.
func blocking<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    let call = BlockingCall { continuation.resume(returning: body()) }
    // Held by the thread, which lets go when it has run.
    let held = unsafe Unmanaged.passRetained(call)
    var thread = pthread_t()
    if unsafe pthread_create(&thread, nil, runBlockingCall, held.toOpaque()) == 0 {
      pthread_detach(thread)
    } else {
      // No thread is to be had: blocking here is better than not at all.
      unsafe held.release()
      call.body()
    }
  }
}

private final class BlockingCall: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func runBlockingCall(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  unsafe Unmanaged<BlockingCall>.fromOpaque(argument).takeRetainedValue().body()
  return nil
}
