import PinstripePipe
import Testing

@testable import PinstripeUSB

@Suite struct USBPipeSendTests {
  /// The sizes at which an end falls on or beside the border of a packet or a buffer.
  static let sizes: [Int] = {
    let borders = [64, 512, 1024, 65_536].flatMap { size in [1, 2, 3].map { $0 * size } }
    let around = borders.flatMap { border in [-12, -1, 0, 1, 12].map { border + $0 } }
    return Set(around + [0, 1, 12]).sorted()
  }()

  @Test(arguments: [64, 512, 1024]) func zeroLengthPacketsAreExact(packetSize: Int) async throws {
    for size in Self.sizes {
      for end in [TransferEnd.shortPacket, .open] {
        try await Rig.with(packetSize: packetSize) { rig async throws in
          let bytes = Samples.bytes(size)
          #expect(try await rig.send(bytes, end: end) == UInt64(size))
          let sent = rig.usb.with { $0.taken }
          let name = "\(size) bytes in packets of \(packetSize), \(end)"
          #expect(sent.flatMap { $0 } == bytes, "\(name)")
          let empty = sent.count { $0.isEmpty }
          #expect(empty == (end == .shortPacket && size % packetSize == 0 ? 1 : 0), "\(name)")
          if empty == 1 { #expect(sent.last == [], "\(name)") }
          // Only the last transfer with bytes may be short of a buffer.
          let full = sent.filter { !$0.isEmpty }.dropLast()
          #expect(full.allSatisfy { $0.count == 65_536 }, "\(name)")
        }
      }
    }
  }

  @Test(arguments: [1, 2, 4, 16]) func theQueueIsFilledAndNotOverfilled(depth: Int) async throws {
    try await Rig.with(depth: depth, chunk: 1024, prepare: { $0.outFate = { _, _ in .held } }) {
      rig in
      async let sending = rig.send(Samples.bytes(20 * 1024))
      try await rig.until("\(depth) in flight") { $0.outHeld.count == depth }
      try await Task.sleep(for: .milliseconds(20))
      rig.usb.with { state in
        #expect(state.outHeld.count == depth)
        state.releaseOut()
      }
      #expect(try await sending == 20 * 1024)
      rig.usb.with { state in
        #expect(state.outMost == depth)
        #expect(state.taken.flatMap { $0 } == Samples.bytes(20 * 1024))
      }
    }
  }

  /// The n-th transfer ends badly, for every n; a stall holds up what is behind it, as on the wire.
  @Test(arguments: [
    (Completion.Status.stalled, TransferError.stalled), (.noDevice, .disconnected),
    (.overflow, .overflow), (.timedOut, .timedOut), (.error, .fault(code: -1)),
    (Completion.Status(rawValue: 77), .fault(code: -1)),
  ])
  func theNthTransferFails(status: Completion.Status, error: TransferError) async throws {
    for index in 0...7 {
      try await Rig.with(
        chunk: 1024,
        prepare: { $0.outFate = { n, _ in n == index ? .ends(status, count: 100) : .taken } }
      ) { rig in
        let bytes = Samples.bytes(7 * 1024)
        rig.usb.with { $0.failures["get_configuration"] = .other }
        #expect(await failure { try await rig.send(bytes) } == error, "at \(index)")
        rig.usb.with { state in
          #expect(state.inFlight.values.allSatisfy { $0.endpoint != 0x02 }, "at \(index)")
          #expect(state.taken.count == index + 1, "at \(index)")
          // What was sent is a beginning of the bytes: no hole.
          #expect(bytes.starts(with: state.taken.dropLast().flatMap { $0 }), "at \(index)")
          state.outFate = { _, _ in .taken }
          state.taken = []
        }
        if status == .stalled { try await rig.pipe.clearStall(.out) }
        rig.usb.with { $0.halted = [] }
        try await rig.send([1, 2, 3])
        #expect(rig.usb.with { $0.taken } == [[1, 2, 3]], "after \(index)")
      }
    }
  }

  @Test func aBusErrorOfALostPlayerIsADisconnection() async throws {
    try await Rig.with(prepare: { $0.outFate = { _, _ in .ends(.error, count: 0) } }) { rig in
      rig.usb.with { $0.failures["get_configuration"] = .noDevice }
      #expect(await failure { try await rig.send([1]) } == .disconnected)
    }
  }

  /// Submitting fails in the middle of the queue: what is in flight is taken back, newest first.
  @Test func theNthSubmissionIsRefused() async throws {
    for index in 0...7 {
      try await Rig.with(
        chunk: 1024,
        prepare: { state in
          state.outFate = { n, _ in n == index ? .refused(.noMemory) : n < 4 ? .held : .taken }
        }
      ) { rig in
        let sending = Task { await failure { try await rig.send(Samples.bytes(7 * 1024)) } }
        if index >= 4 {
          try await rig.until("4 held") { $0.outHeld.count == 4 }
          rig.usb.with { state in
            state.releaseOut()
            state.outFate = { n, _ in n == index ? .refused(.noMemory) : .taken }
          }
        }
        #expect(await sending.value == .fault(code: -11), "at \(index)")
        let cancelled = rig.usb.with { $0.callNames.filter { $0.hasPrefix("cancel 2") } }
        if index < 4 { #expect(cancelled.count == index, "at \(index)") }
        rig.usb.with { $0.outFate = { _, _ in .taken } }
        try await rig.send([1])
      }
    }
  }

  @Test func cancellingTakesTheNewestBackFirst() async throws {
    try await Rig.with(chunk: 4096, prepare: { $0.outFate = { _, _ in .held } }) { rig in
      let sending = Task {
        await failure { try await rig.send(Samples.bytes(2 * 4096 + 5)) }
      }
      try await rig.until("3 held") { $0.outHeld.count == 3 }
      sending.cancel()
      #expect(await sending.value == .cancelled)
      let cancelled = rig.usb.with { $0.callNames.filter { $0.hasPrefix("cancel 2") } }
      #expect(cancelled == ["cancel 2 5", "cancel 2 4096", "cancel 2 4096"])
    }
  }

  /// Cancelled when the n-th transfer is in flight, by the task and by the pipe; then all works.
  @Test(arguments: [true, false]) func cancelledAtTheNth(byTask: Bool) async throws {
    for index in 0...6 {
      try await Rig.with(
        chunk: 1024, prepare: { $0.outFate = { n, _ in n >= index ? .held : .taken } }
      ) { rig in
        let sending = Task { await failure { try await rig.send(Samples.bytes(7 * 1024)) } }
        try await rig.until("held at \(index)") { !$0.outHeld.isEmpty }
        if byTask { sending.cancel() } else { rig.pipe.cancel() }
        #expect(await sending.value == .cancelled, "at \(index)")
        rig.usb.with { state in
          #expect(state.taken.count == index)
          state.outFate = { _, _ in .taken }
        }
        try await rig.send([9])
        #expect(rig.usb.with { $0.taken.last } == [9], "at \(index)")
      }
    }
  }

  @Test func aCancelledTaskSendsNothing() async throws {
    try await Rig.with { rig in
      let sending = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        return await failure { try await rig.send([1]) }
      }
      #expect(await sending.value == .cancelled)
      #expect(rig.usb.with { $0.taken } == [])
    }
  }

  @Test func cancellingAnIdlePipeHasNoEffect() async throws {
    try await Rig.with { rig async throws in
      rig.pipe.cancel()
      #expect(try await rig.send([1]) == 1)
    }
  }

  @Test func noProgressIsATimeoutAndProgressIsNot() async throws {
    try await Rig.with(depth: 2, chunk: 1024, prepare: { $0.outFate = { _, _ in .held } }) { rig in
      let start = SuspendingClock().now
      let error = await failure {
        try await rig.send(Samples.bytes(9000), timeout: .milliseconds(80))
      }
      #expect(error == .timedOut)
      #expect(SuspendingClock().now - start >= .milliseconds(80))
    }
    // Ten transfers of 600 ms each stay below a limit of 5 s without progress, which all of them exceed;
    // so long, because the other tests may keep the processors for seconds.
    try await Rig.with(depth: 2, chunk: 1024, prepare: { $0.outFate = { _, _ in .held } }) { rig in
      async let sending = rig.send(Samples.bytes(10 * 1024), timeout: .seconds(5))
      for _ in 0..<10 {
        try await Task.sleep(for: .milliseconds(600))
        rig.usb.with { $0.releaseOneOut() }
      }
      rig.usb.with { $0.releaseOut() }
      #expect(try await sending == 10 * 1024)
    }
  }

  @Test func anErrorOfTheSourceComesThrough() async throws {
    struct Unreadable: Error {}
    for count in 0...5 {
      try await Rig.with(chunk: 1024, prepare: { $0.outFate = { _, _ in .held } }) { rig in
        var calls = 0
        await #expect(throws: Unreadable.self) {
          // Held transfers would block the fifth call: let them go.
          try await rig.pipe.send(end: .shortPacket, timeout: Rig.timeout) { buffer in
            if calls == count { throw Unreadable() }
            calls += 1
            if calls == 4 { rig.usb.with { $0.releaseOut() } }
            return buffer.count
          }
        }
        #expect(rig.usb.with { $0.inFlight.values.allSatisfy { $0.endpoint != 2 } }, "\(count)")
      }
    }
  }

  @Test(arguments: [-1, 1025, Int.max]) func aCountBeyondTheBufferIsRefused(count: Int) async throws
  {
    try await Rig.with(chunk: 1024) { rig in
      let error = await failure {
        _ = try await rig.pipe.send(end: .open, timeout: Rig.timeout) { _ in count }
      }
      #expect(error == .fault(code: -2))
    }
  }

  @Test func aShortCompletionIsNotSuccess() async throws {
    try await Rig.with(prepare: { $0.outFate = { _, _ in .ends(.completed, count: 3) } }) { rig in
      rig.usb.with { $0.failures["get_configuration"] = .other }
      #expect(await failure { try await rig.send([1, 2, 3, 4]) } == .fault(code: -1))
    }
  }

  @Test func theSecondSenderIsRefused() async throws {
    try await Rig.with(prepare: { $0.outFate = { _, _ in .held } }) { rig in
      async let first = rig.send([1])
      try await rig.until("held") { !$0.outHeld.isEmpty }
      #expect(await failure { try await rig.send([2]) } == .fault(code: -6))
      rig.usb.with { $0.releaseOut() }
      #expect(try await first == 1)
    }
  }

  @Test func buffersHoldWholePackets() async throws {
    try await Rig.with(packetSize: 96, chunk: 1024) { rig in
      try await rig.send(Samples.bytes(2000))
      #expect(rig.usb.with { $0.taken.map(\.count) } == [960, 960, 80])
    }
  }
}
