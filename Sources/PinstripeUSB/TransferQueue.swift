internal import PinstripePipe
internal import Synchronization

/// The transfers of one endpoint, in the order in which they were submitted.
///
/// A ring of `depth` transfers: those submitted and not yet taken stand in a row from the *head*, the
/// oldest. The kernel ends the transfers of an endpoint in order, so waiting for the head is waiting
/// for progress. A queue has one *operation* at a time (a send, a reception), which is what waits,
/// submits and takes; transfers may stay in flight between operations.
///
/// The lock guards everything but the bytes of the buffers; it is held while libusb submits or
/// cancels, so a transfer cannot end, and be used again, in between. libusb calls back without locks
/// that submitting or cancelling needs.
///
/// Queue and transfers hold each other, and the event loop holds the queue, until ``close()``, which
/// every owner calls.
final class TransferQueue: Sendable {
  /// The bytes of one buffer.
  let bufferSize: Int
  let depth: Int
  let usb: any LibUSB
  /// Whether receptions are copied and posted again as they end, without an operation.
  private let collects: Bool
  private let handle: HandleToken
  private let loop: EventLoop
  private let state = Mutex(State())

  private struct State {
    var transfers: [Transfer] = []
    var head = 0
    /// Submitted and not yet taken.
    var count = 0
    /// Submitted and not yet ended.
    var inFlight = 0
    /// The operation under way; 0 for none.
    var operation: UInt64 = 0
    var lastOperation: UInt64 = 0
    /// Why the operation shall end.
    var stop: TransferError?
    var isClosed = false
    /// What a collecting queue has received and nobody has taken, the oldest first.
    var packets: [[UInt8]] = []
    var wait = Wait.nothing
    var waiter: CheckedContinuation<Void, Never>?
    var deadline: SuspendingClock.Instant?
    var closer: CheckedContinuation<Void, Never>?

    var headCompletion: Completion? { count > 0 ? transfers[head].completion : nil }

    func transfer(_ offset: Int) -> Transfer { transfers[(head + offset) % transfers.count] }

    mutating func takeWaiter() -> CheckedContinuation<Void, Never>? {
      defer { (waiter, wait, deadline) = (nil, .nothing, nil) }
      return waiter
    }
  }

  /// What the operation waits for.
  private enum Wait {
    case nothing, head, drained
  }

  /// Allocates `depth` transfers of `bufferSize` bytes each.
  ///
  /// - Parameters:
  ///   - usesDeviceMemory: Whether the kernel is asked for buffers that go to the wire without a
  ///     copy; the heap serves where it has none.
  ///   - collects: Whether what arrives is kept until ``takePacket(_:)`` asks for it, as long as
  ///     there are no more than 64 packets: then the oldest are forgotten.
  init(
    loop: EventLoop, handle: HandleToken, endpoint: UInt8, kind: TransferKind,
    depth: Int, bufferSize: Int, usesDeviceMemory: Bool = false, collects: Bool = false
  ) throws(USBError) {
    self.collects = collects
    self.usb = loop.usb
    self.loop = loop
    self.handle = handle
    self.depth = depth
    self.bufferSize = bufferSize
    for _ in 0..<depth {
      guard let token = usb.makeTransfer() else {
        free()
        throw .noMemory
      }
      let mapped = unsafe usesDeviceMemory ? usb.makeDeviceMemory(handle, count: bufferSize) : nil
      let memory =
        unsafe mapped ?? .allocate(byteCount: bufferSize, alignment: Self.pageSize)
      let isMapped = unsafe mapped != nil
      let transfer = unsafe Transfer(
        token: token, handle: handle, endpoint: endpoint, kind: kind, memory: memory,
        isDeviceMemory: isMapped, queue: self)
      state.withLock { $0.transfers.append(transfer) }
    }
    loop.add(self)
  }

  /// Buffers on page borders cost the kernel the fewest scatter-gather entries.
  private static let pageSize = 4096

  // MARK: Operations

  /// Runs `body` as the queue's operation; the task's cancellation, ``cancel()`` and ``close()`` end
  /// what it waits for.
  ///
  /// - Throws: What `body` throws; `cancelled` after closing; `fault` with `LIBUSB_ERROR_BUSY` while
  ///   another operation is under way.
  func perform<Value>(_ body: () async throws -> Value) async throws -> Value {
    let operation = try begin()
    defer { finish() }
    return try await withTaskCancellationHandler {
      try await body()
    } onCancel: {
      interrupt(operation)
    }
  }

  private func begin() throws(TransferError) -> UInt64 {
    try state.withLock { state throws(TransferError) in
      if state.isClosed { throw .cancelled }
      if state.operation != 0 { throw TransferError(.busy) }
      state.lastOperation += 1
      state.operation = state.lastOperation
      state.stop = nil
      return state.operation
    }
  }

  private func finish() {
    let closer = state.withLock { state in
      state.operation = 0
      defer { state.closer = nil }
      return state.closer
    }
    closer?.resume()
  }

  /// Ends the operation under way, if there is one, with `cancelled`.
  func cancel() { interrupt(nil) }

  private func interrupt(_ operation: UInt64?) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.operation != 0, operation ?? state.operation == state.operation else {
        return nil
      }
      state.stop = .cancelled
      return state.wait == .head ? state.takeWaiter() : nil
    }
    waiter?.resume()
  }

  // MARK: Submitting

  /// Whether all transfers are in the row.
  var isFull: Bool { state.withLock { $0.count == $0.transfers.count } }
  /// Whether none is.
  var isEmpty: Bool { state.withLock { $0.count == 0 } }

  /// Whether the head stalled, without a byte, while no operation was under way.
  var hasStalledIdle: Bool {
    state.withLock { state in
      state.operation == 0 && state.headCompletion == Completion(status: .stalled, count: 0)
    }
  }

  /// The buffer of the transfer that ``submitNext(length:)`` submits.
  ///
  /// The queue must not be full.
  var nextBuffer: UnsafeMutableRawBufferPointer {
    let transfer = state.withLock { $0.transfer($0.count) }
    return unsafe transfer.memory
  }

  /// Submits the next transfer.
  ///
  /// The queue must not be full.
  func submitNext(length: Int) throws(TransferError) {
    try state.withLock { state throws(TransferError) in
      if let stop = state.stop { throw stop }
      try submit(&state, length)
    }
  }

  /// Submits receptions of whole buffers until `limit` of them are in the row, unless the head has
  /// failed.
  ///
  /// Failing to submit more than one is no error: there is something to wait for.
  func post(upTo limit: Int) throws(TransferError) {
    try state.withLock { state throws(TransferError) in
      if let stop = state.stop { throw stop }
      try post(&state, upTo: limit)
    }
  }

  /// Submits one reception if nothing is in the row, no operation is under way, and the queue is open.
  func postEarly() {
    state.withLock { state in
      guard state.operation == 0, !state.isClosed else { return }
      // Failing is for the reception that needs it to find out.
      try? post(&state, upTo: 1)
    }
  }

  private func post(_ state: inout State, upTo limit: Int) throws(TransferError) {
    if let completion = state.headCompletion, completion.error != nil { return }
    while state.count < min(limit, state.transfers.count) {
      do {
        try submit(&state, bufferSize)
      } catch {
        if state.count == 0 { throw error }
        return
      }
    }
  }

  private func submit(_ state: inout State, _ length: Int) throws(TransferError) {
    let transfer = state.transfer(state.count)
    transfer.length = length
    transfer.completion = nil
    if case .failure(let error) = usb.submit(transfer) { throw TransferError(error) }
    state.count += 1
    state.inFlight += 1
  }

  // MARK: Completing

  /// Takes note of a transfer's end.
  ///
  /// Called by libusb's thread.
  func complete(_ transfer: Transfer, _ completion: Completion) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      transfer.completion = completion
      state.inFlight -= 1
      if collects { collect(transfer, &state) }
      switch state.wait {
      case .head where state.headCompletion != nil || !state.packets.isEmpty:
        return state.takeWaiter()
      case .drained where state.inFlight == 0: return state.takeWaiter()
      default: return nil
      }
    }
    waiter?.resume()
  }

  /// Keeps what a transfer received, and posts it again.
  private func collect(_ transfer: Transfer, _ state: inout State) {
    guard let completion = transfer.completion, completion.error == nil, state.count > 0 else {
      return
    }
    let packet = unsafe transfer.memory.prefix(completion.count)
    unsafe state.packets.append([UInt8](packet))
    if state.packets.count > Self.mostPackets { state.packets.removeFirst() }
    state.head = (state.head + 1) % state.transfers.count
    state.count -= 1
    // Failing is for the reception that needs it to find out.
    if !state.isClosed { try? post(&state, upTo: state.transfers.count) }
  }

  /// Events are hints: who falls so far behind lists the storage anew.
  private static let mostPackets = 64

  /// Takes the oldest packet that a collecting queue has, or waits for the next.
  ///
  /// - Throws: What the head ended with, which is taken off then; `timedOut` or `cancelled`.
  func takePacket(_ timeout: Duration) async throws(TransferError) -> [UInt8] {
    if let packet = nextPacket() { return packet }
    try post(upTo: depth)
    do throws(TransferError) {
      let completion = try await waitForHead(timeout)
      if let packet = nextPacket() { return packet }
      popHead()
      throw completion.error ?? TransferError(.other)
    } catch {
      // It may have come together with the end of the wait.
      if let packet = nextPacket() { return packet }
      throw error
    }
  }

  private func nextPacket() -> [UInt8]? {
    state.withLock { $0.packets.isEmpty ? nil : $0.packets.removeFirst() }
  }

  /// Ends a wait whose time is over.
  ///
  /// Called by the event loop.
  ///
  /// - Returns: When to call again, at the latest.
  func expire(at now: SuspendingClock.Instant) -> SuspendingClock.Instant? {
    let (next, waiter) = state.withLock {
      state -> (SuspendingClock.Instant?, CheckedContinuation<Void, Never>?) in
      guard let deadline = state.deadline else { return (nil, nil) }
      if deadline > now { return (deadline, nil) }
      if state.stop == nil { state.stop = .timedOut }
      return (nil, state.takeWaiter())
    }
    waiter?.resume()
    return next
  }

  /// Waits for the head to end; it stays the head.
  ///
  /// - Throws: `timedOut` or `cancelled`; the transfers stay in flight.
  func waitForHead(_ timeout: Duration) async throws(TransferError) -> Completion {
    if let completion = try headCompletion() { return completion }
    // A day is longer than any player is waited for, and cannot overflow the clock.
    let deadline = SuspendingClock().now + min(max(timeout, .zero), .seconds(86_400))
    await withCheckedContinuation { continuation in
      let isReady = state.withLock { state in
        if state.stop != nil || state.headCompletion != nil || !state.packets.isEmpty {
          return true
        }
        (state.waiter, state.wait, state.deadline) = (continuation, .head, deadline)
        return false
      }
      if isReady { continuation.resume() } else { loop.wake(noLaterThan: deadline) }
    }
    // Woken by the head's end or by a stop, so one of them is there.
    guard let completion = try headCompletion() else { throw TransferError(.other) }
    return completion
  }

  private func headCompletion() throws(TransferError) -> Completion? {
    try state.withLock { state throws(TransferError) in
      if let stop = state.stop, stop != .timedOut { throw stop }
      if let completion = state.headCompletion { return completion }
      if let stop = state.stop { throw stop }
      return nil
    }
  }

  /// The head's transfer, which must have ended.
  var headTransfer: Transfer { state.withLock { $0.transfer(0) } }

  /// Takes the head off the row.
  func popHead() {
    state.withLock { state in
      guard state.count > 0 else { return }
      state.head = (state.head + 1) % state.transfers.count
      state.count -= 1
    }
  }

  /// Leaves the head in the row with its error and no bytes: they have been delivered.
  func stripHead() {
    state.withLock { state in
      if state.count > 0 { state.transfer(0).completion?.count = 0 }
    }
  }

  // MARK: Ending

  /// Cancels every transfer in flight, the newest first so that nothing is sent after a hole, and
  /// waits until libusb has given all of them back.
  ///
  /// Nothing shortens that wait: the kernel owns the buffers until then, and ends it as soon as the
  /// host controller has let go of them.
  func cancelAndDrain() async {
    await withCheckedContinuation { continuation in
      let isDrained = state.withLock { state in
        for offset in (0..<state.count).reversed() {
          let transfer = state.transfer(offset)
          // Failing means that it has ended, and its completion is on its way.
          if transfer.completion == nil { _ = usb.cancel(transfer.token) }
        }
        if state.inFlight == 0 { return true }
        (state.waiter, state.wait) = (continuation, .drained)
        return false
      }
      if isDrained { continuation.resume() }
    }
  }

  /// Whether all of the row went out in full; it must have been drained.
  var isSent: Bool {
    state.withLock { state in
      (0..<state.count).map { state.transfer($0) }.allSatisfy { transfer in
        transfer.completion == Completion(status: .completed, count: transfer.length)
      }
    }
  }

  /// Forgets the row, which must have been drained.
  func discard() {
    state.withLock { ($0.head, $0.count) = (0, 0) }
  }

  /// Forgets what carries no bytes of the row, which must have been drained; what the device sent
  /// before stays, in order.
  func settle() {
    state.withLock { state in
      let row = (0..<state.count).map { state.transfer($0) }
      let rest = (state.count..<state.transfers.count).map { state.transfer($0) }
      func isKept(_ transfer: Transfer) -> Bool {
        guard let completion = transfer.completion else { return false }
        return completion.status == .completed || completion.count > 0
      }
      let kept = row.filter(isKept)
      state.transfers = kept + row.filter { !isKept($0) } + rest
      (state.head, state.count) = (0, kept.count)
    }
  }

  /// Ends the operation under way with `cancelled` and waits for it, reaps all transfers and frees
  /// them with their buffers.
  ///
  /// Called once; operations after it throw `cancelled`.
  func close() async {
    await withCheckedContinuation { continuation in
      let (isIdle, waiter) = state.withLock {
        state -> (Bool, CheckedContinuation<Void, Never>?) in
        state.isClosed = true
        if state.operation == 0 { return (true, nil) }
        state.stop = .cancelled
        state.closer = continuation
        return (false, state.wait == .head ? state.takeWaiter() : nil)
      }
      waiter?.resume()
      if isIdle { continuation.resume() }
    }
    await cancelAndDrain()
    loop.remove(self)
    free()
  }

  private func free() {
    let transfers = state.withLock { state in
      defer { (state.transfers, state.head, state.count) = ([], 0, 0) }
      return state.transfers
    }
    for transfer in transfers {
      usb.destroyTransfer(transfer.token)
      if transfer.isDeviceMemory {
        unsafe usb.freeDeviceMemory(transfer.memory, of: handle)
      } else {
        unsafe transfer.memory.deallocate()
      }
    }
  }
}
