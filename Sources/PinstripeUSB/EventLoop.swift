internal import Glibc
internal import Synchronization

/// The thread on which libusb reports completions and on which time limits are kept.
///
/// The thread holds the loop; the loop ends, and destroys the libusb context, when ``stop()`` has
/// been called. Whoever uses the context holds the ``USBContext``, whose `deinit` makes that call, so
/// nothing of the context is in use by then.
final class EventLoop: Sendable {
  let usb: any LibUSB
  let context: ContextToken
  private let state = Mutex(State())

  private struct State {
    var isStopping = false
    /// When the thread must look at the queues' time limits; nil when none is set.
    var wakeAt: SuspendingClock.Instant?
    var queues: [ObjectIdentifier: TransferQueue] = [:]
    var thread: pthread_t?
    /// Those who want to know of devices that come and go.
    var watchers: [Int: @Sendable () -> Void] = [:]
    var nextWatcher = 0
    /// Nil before the first one asked.
    var watch: Result<WatchToken, USBError>?
  }

  /// How long the thread sleeps when no limit is set: any time will do, an event ends it.
  private static let idleMilliseconds = 60_000
  /// A pause after an error of the event handling itself, lest it spins; completions then come in
  /// steps of this length, which no time limit notices.
  private static let pauseMicroseconds: UInt32 = 10_000

  private init(usb: any LibUSB, context: ContextToken) {
    self.usb = usb
    self.context = context
  }

  /// Makes a context and starts the thread that serves it.
  static func start(usb: any LibUSB) -> Result<EventLoop, USBError> {
    usb.makeContext().flatMap { context in
      let loop = EventLoop(usb: usb, context: context)
      let held = unsafe Unmanaged.passRetained(loop)
      var thread = pthread_t()
      let code = unsafe pthread_create(&thread, nil, runEventLoop, held.toOpaque())
      guard code == 0 else {
        unsafe held.release()
        usb.destroyContext(context)
        return .failure(.noMemory)
      }
      let started = thread
      loop.state.withLock { $0.thread = started }
      return .success(loop)
    }
  }

  /// Ends the thread and waits for it, unless this is called on that very thread.
  ///
  /// The context is destroyed by then, or as the thread's last act.
  func stop() {
    // Under the lock, so that the thread cannot destroy the context before it was interrupted.
    let thread = state.withLock { state in
      state.isStopping = true
      usb.interruptEvents(context)
      return state.thread
    }
    guard let thread else { return }
    if pthread_equal(thread, pthread_self()) != 0 {
      pthread_detach(thread)
    } else {
      pthread_join(thread, nil)
    }
  }

  /// Has the queue's time limits kept until ``remove(_:)``; the loop holds it until then.
  func add(_ queue: TransferQueue) {
    state.withLock { $0.queues[ObjectIdentifier(queue)] = queue }
  }

  func remove(_ queue: TransferQueue) {
    _ = state.withLock { $0.queues.removeValue(forKey: ObjectIdentifier(queue)) }
  }

  /// Has `changed` called whenever a device has come or gone, until ``removeWatcher(_:)``.
  ///
  /// - Returns: The watcher's number, and whether libusb can tell; where it cannot, `changed` is never
  ///   called.
  func addWatcher(_ changed: @escaping @Sendable () -> Void) -> (number: Int, isTold: Bool) {
    state.withLock { state in
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = changed
      // Under the lock, so that there is one; nobody can be told before it is there.
      let watch = state.watch ?? usb.watch(context) { [weak self] in self?.tellWatchers() }
      state.watch = watch
      return (state.nextWatcher, (try? watch.get()) != nil)
    }
  }

  func removeWatcher(_ number: Int) {
    _ = state.withLock { $0.watchers.removeValue(forKey: number) }
  }

  private func tellWatchers() {
    for changed in state.withLock({ Array($0.watchers.values) }) { changed() }
  }

  /// Sees to it that ``TransferQueue/expire(at:)`` is called at `deadline` or soon after.
  ///
  /// A deadline that no longer matters is not taken back: the thread wakes once in vain and looks for
  /// the next one. So a stream of transfers interrupts the thread once per time limit, not once per
  /// transfer.
  func wake(noLaterThan deadline: SuspendingClock.Instant) {
    let mustInterrupt = state.withLock { state in
      if let wakeAt = state.wakeAt, wakeAt <= deadline { return false }
      state.wakeAt = deadline
      return true
    }
    if mustInterrupt { usb.interruptEvents(context) }
  }

  fileprivate func run() {
    while let milliseconds = nextWait() {
      if case .failure(let error) = usb.handleEvents(context, milliseconds: milliseconds),
        error != .interrupted
      {
        usleep(Self.pauseMicroseconds)
      }
      expireQueues()
    }
    usb.destroyContext(context)
    if case .success(let watch) = state.withLock({ $0.watch }) { usb.endWatch(watch) }
  }

  /// The time to the next limit in milliseconds, rounded up; nil to end.
  private func nextWait() -> Int? {
    state.withLock { state in
      if state.isStopping { return nil }
      guard let wakeAt = state.wakeAt else { return Self.idleMilliseconds }
      let (seconds, attoseconds) = (wakeAt - SuspendingClock().now).components
      let milliseconds =
        min(seconds, 60) * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
      return min(max(0, Int(milliseconds)), Self.idleMilliseconds)
    }
  }

  private func expireQueues() {
    let now = SuspendingClock().now
    let due = state.withLock { state -> [TransferQueue] in
      guard let wakeAt = state.wakeAt, wakeAt <= now else { return [] }
      // Limits set from here on put it back, so none is missed while the queues are asked.
      state.wakeAt = nil
      return Array(state.queues.values)
    }
    for queue in due {
      guard let next = queue.expire(at: now) else { continue }
      state.withLock { $0.wakeAt = min($0.wakeAt ?? next, next) }
    }
  }
}

/// The thread's body: takes over the hold that ``EventLoop/start(usb:)`` made.
private func runEventLoop(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument = unsafe argument else { return nil }
  let loop = unsafe Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
  // Signals are for the program's own threads.
  var all = sigset_t()
  unsafe sigfillset(&all)
  unsafe pthread_sigmask(SIG_BLOCK, &all, nil)
  loop.run()
  return nil
}
