import PinstripePipe

@testable import PinstripeUSB

/// What a ``FakeLibUSB`` knows, and the device's side of the endpoints.
struct FakeState {
  /// A call with its arguments.
  struct Call: Equatable, CustomStringConvertible {
    var name: String
    var arguments: [Int]
    var description: String { ([name] + arguments.map { "\($0)" }).joined(separator: " ") }
  }

  /// What becomes of an OUT transfer.
  enum Fate {
    /// All of it is taken.
    case taken
    /// It ends so, after some bytes.
    case ends(Completion.Status, count: Int)
    /// It stays in flight until it is cancelled or ``FakeState/releaseOut()``.
    case held
    /// Submitting fails.
    case refused(USBError)
  }

  var calls: [Call] = []
  var failures: [String: USBError] = [:]
  var violations: [String] = []
  /// Is told the name of each call.
  var onCall: (@Sendable (String) -> Void)?
  var interruptions = 0
  var eventError: USBError?
  /// Whom libusb tells that devices came or went.
  var changed: (@Sendable () -> Void)?

  var deviceDescriptor = Samples.deviceDescriptor
  var configuration: UInt8 = 1
  var hasDriver = false
  var hasDeviceMemory = false

  var devices: Set<DeviceToken> = []
  var isOpen = false
  var memory: Set<UInt> = []
  var transfers: Set<TransferToken> = []
  var lastTransfer: UInt = 0
  /// How many transfers can be allocated.
  var allocations = UInt.max
  /// Submitted and not reported; in ``ready`` if about to be.
  var inFlight: [TransferToken: Transfer] = [:]
  /// Without the reception of events, which is posted as long as a pipe is open.
  var busy: [Transfer] { inFlight.values.filter { $0.endpoint != 0x83 } }
  var ready: [(Transfer, Completion)] = []

  // OUT
  var outFate: (_ index: Int, _ length: Int) -> Fate = { _, _ in .taken }
  var outCount = 0
  var outHeld: [Transfer] = []
  var outMost = 0
  /// The bytes of each OUT transfer that was taken.
  var taken: [[UInt8]] = []

  // IN: what the device wants to send, and the receptions that wait for it, by endpoint.
  var halted: Set<UInt8> = []
  var toSend: [UInt8: [Outgoing]] = [:]
  var posted: [UInt8: [Transfer]] = [:]
  var postedCount: [UInt8: Int] = [:]
  var inRefusals: [USBError] = []

  /// A transfer of the device, or a failure in its place.
  enum Outgoing {
    /// The bytes that are left, and whether a short or zero-length packet ends them.
    case transfer(ArraySlice<UInt8>, ends: Bool)
    case failure(Completion.Status, count: Int)
  }

  /// How EP0 answers: the reply's bytes, or how the request ends; nil holds it.
  var control: (_ setup: [UInt8], _ payload: [UInt8]) -> Result<[UInt8], StatusError>? = { _, _ in
    .failure(StatusError(status: .stalled))
  }

  struct StatusError: Error {
    var status: Completion.Status
  }

  mutating func record(_ name: String, _ arguments: [Int]) -> Result<Void, USBError> {
    calls.append(Call(name: name, arguments: arguments))
    onCall?(name)
    return failures[name].map { .failure($0) } ?? .success(())
  }

  var callNames: [String] { calls.map { "\($0)" } }

  mutating func submit(_ transfer: Transfer) -> Result<Void, USBError> {
    if inFlight[transfer.token] != nil { violations.append("submitted while in flight") }
    if !transfers.contains(transfer.token) { violations.append("submitted after free") }
    switch (transfer.kind, transfer.endpoint & 0x80 != 0) {
    case (.control, _): submitControl(transfer)
    case (_, false): return submitOut(transfer)
    case (_, true):
      if !inRefusals.isEmpty { return .failure(inRefusals.removeFirst()) }
      inFlight[transfer.token] = transfer
      posted[transfer.endpoint, default: []].append(transfer)
      postedCount[transfer.endpoint, default: 0] += 1
      deliver(transfer.endpoint)
    }
    return .success(())
  }

  private mutating func finish(_ transfer: Transfer, _ status: Completion.Status, _ count: Int) {
    inFlight[transfer.token] = nil
    ready.append((transfer, Completion(status: status, count: count)))
  }

  private mutating func submitOut(_ transfer: Transfer) -> Result<Void, USBError> {
    let fate = outFate(outCount, transfer.length)
    if case .refused(let error) = fate { return .failure(error) }
    outCount += 1
    inFlight[transfer.token] = transfer
    outMost = max(outMost, inFlight.values.count { $0.endpoint == transfer.endpoint })
    // What comes behind a transfer that did not end well waits, as on a halted endpoint.
    guard outHeld.isEmpty, !halted.contains(transfer.endpoint) else {
      outHeld.append(transfer)
      return .success(())
    }
    switch fate {
    case .taken: take(transfer, .completed, transfer.length)
    case .ends(let status, let count):
      if status != .completed { halted.insert(transfer.endpoint) }
      take(transfer, status, count)
    case .held, .refused: outHeld.append(transfer)
    }
    return .success(())
  }

  private mutating func take(_ transfer: Transfer, _ status: Completion.Status, _ count: Int) {
    taken.append([UInt8](transfer.memory.prefix(count)))
    finish(transfer, status, count)
  }

  /// Takes what was held.
  mutating func releaseOut() {
    for transfer in outHeld { take(transfer, .completed, transfer.length) }
    outHeld = []
    outFate = { _, _ in .taken }
  }

  /// Takes the oldest of what was held.
  mutating func releaseOneOut() {
    guard !outHeld.isEmpty else { return }
    let transfer = outHeld.removeFirst()
    take(transfer, .completed, transfer.length)
  }

  private mutating func submitControl(_ transfer: Transfer) {
    inFlight[transfer.token] = transfer
    let setup = [UInt8](transfer.memory.prefix(8))
    let isIn = setup[0] & 0x80 != 0
    let payload = isIn ? [] : [UInt8](transfer.memory.prefix(transfer.length).dropFirst(8))
    switch control(setup, payload) {
    case nil: break
    case .failure(let error): finish(transfer, error.status, 0)
    case .success(let reply):
      let count = isIn ? min(reply.count, transfer.length - 8) : payload.count
      for index in 0..<(isIn ? count : 0) { transfer.memory[8 + index] = reply[index] }
      finish(transfer, .completed, count)
    }
  }

  /// The device sends a transfer; without `ends`, it stops after a full packet and goes on later.
  mutating func send(_ bytes: [UInt8], ends: Bool = true, on endpoint: UInt8 = 0x81) {
    toSend[endpoint, default: []].append(.transfer(bytes[...], ends: ends))
    deliver(endpoint)
  }

  mutating func fail(_ status: Completion.Status, count: Int = 0, on endpoint: UInt8 = 0x81) {
    toSend[endpoint, default: []].append(.failure(status, count: count))
    deliver(endpoint)
  }

  private mutating func deliver(_ endpoint: UInt8) {
    while let transfer = posted[endpoint]?.first, !halted.contains(endpoint),
      let next = toSend[endpoint]?.first
    {
      posted[endpoint]?.removeFirst()
      toSend[endpoint]?.removeFirst()
      switch next {
      case .failure(let status, let count):
        halted.insert(endpoint)
        finish(transfer, status, count)
      case .transfer(let bytes, let ends):
        let part = bytes.prefix(transfer.length)
        for (index, byte) in part.enumerated() { transfer.memory[index] = byte }
        let rest = bytes.dropFirst(part.count)
        let isFull = part.count == transfer.length
        // A full reception does not see what ends the transfer: the next one does.
        if isFull && (ends || !rest.isEmpty) {
          toSend[endpoint]?.insert(.transfer(rest, ends: ends), at: 0)
        }
        finish(transfer, .completed, part.count)
      }
    }
  }

  mutating func cancel(_ token: TransferToken) -> Result<Void, USBError> {
    guard let transfer = inFlight[token] else { return .failure(.notFound) }
    calls.append(Call(name: "cancel", arguments: [Int(transfer.endpoint), transfer.length]))
    outHeld.removeAll { $0.token == token }
    posted[transfer.endpoint]?.removeAll { $0.token == token }
    finish(transfer, .cancelled, cancelledCount)
    return .success(())
  }

  /// The bytes that had moved when a transfer was cancelled.
  var cancelledCount = 0
}
