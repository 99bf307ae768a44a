import Glibc
import PinstripePipe
import Testing

@testable import PinstripeUSB

@Suite struct USBPipeReceiveTests {
  /// Receives up to the end of the device's transfer.
  private func receiveAll(_ rig: Rig) async throws -> [UInt8] {
    var all: [UInt8] = []
    while true {
      let (bytes, isEnd) = try await rig.receive()
      all += bytes
      if isEnd { return all }
    }
  }

  @Test(arguments: [true, false]) func everySizeArrivesInOrder(early: Bool) async throws {
    for size in USBPipeSendTests.sizes {
      try await Rig.with(early: early) { rig async throws in
        rig.usb.with { state in
          state.send(Samples.bytes(size))
          state.send([1, 2, 3])
        }
        #expect(try await receiveAll(rig) == Samples.bytes(size), "\(size)")
        #expect(try await receiveAll(rig) == [1, 2, 3], "after \(size)")
      }
    }
  }

  @Test func aFullBufferIsNoEndAndAnEmptyOneIs() async throws {
    try await Rig.with(chunk: 1024) { rig async throws in
      rig.usb.with { $0.send(Samples.bytes(1024)) }
      #expect(try await rig.receive() == (Samples.bytes(1024), false))
      #expect(try await rig.receive() == ([], true))
    }
  }

  @Test func aReceptionIsPostedWithTheFirstSendAndKeepsTheOrder() async throws {
    try await Rig.with { rig in
      try await rig.send([1])
      rig.usb.with { state in
        #expect(state.posted[0x81]?.count == 1)
        state.send([10])
        state.send([20])
        state.send([30])
      }
      #expect(rig.usb.with { $0.toSend[0x81]?.count } == 2)
      for byte in [UInt8(10), 20, 30] { #expect(try await rig.receive() == ([byte], true)) }
      #expect(rig.usb.with { $0.postedCount[0x81] } == 3)
    }
  }

  @Test func withoutEarlyReceptionsNoneIsPostedUntilAsked() async throws {
    try await Rig.with(chunk: 1024, early: false) { rig in
      try await rig.send([1])
      #expect(rig.usb.with { $0.postedCount[0x81] } == nil)
      rig.usb.with { $0.send(Samples.bytes(10_000)) }
      #expect(try await rig.receive().1 == false)
      #expect(rig.usb.with { $0.postedCount[0x81] } == 1)
      #expect(try await receiveAll(rig).count == 10_000 - 1024)
      #expect(rig.usb.with { $0.postedCount[0x81] } == 10)
    }
  }

  @Test func receptionsAreQueuedWhileTheDeviceStreams() async throws {
    try await Rig.with(chunk: 1024) { rig in
      rig.usb.with { $0.send(Samples.bytes(1024), ends: false) }
      #expect(try await rig.receive().1 == false)
      async let next = rig.receive()
      try await rig.until("4 posted") { $0.posted[0x81]?.count == 4 }
      rig.usb.with { $0.send(Samples.bytes(5000)) }
      var all = try await next.0
      all += try await receiveAll(rig)
      #expect(all == Samples.bytes(5000))
    }
  }

  /// A wait that times out loses nothing: its reception stays, and the next call has its bytes.
  @Test func aTimeoutLosesNothing() async throws {
    try await Rig.with { rig async throws in
      for round in UInt8(0)...3 {
        let start = SuspendingClock().now
        #expect(
          await failure { _ = try await rig.receive(timeout: .milliseconds(30)) } == .timedOut)
        #expect(SuspendingClock().now - start >= .milliseconds(30))
        #expect(rig.usb.with { $0.callNames.count { $0.hasPrefix("cancel") } } == 0)
        rig.usb.with { $0.send([round]) }
        #expect(try await rig.receive() == ([round], true))
      }
      #expect(rig.usb.with { $0.postedCount[0x81] } == 4)
    }
  }

  @Test(arguments: [true, false]) func aCancellationLosesNothing(byTask: Bool) async throws {
    try await Rig.with { rig in
      let receiving = Task { await failure { _ = try await rig.receive() } }
      try await rig.until("posted") { $0.posted[0x81]?.count == 1 }
      if byTask { receiving.cancel() } else { rig.pipe.cancel() }
      #expect(await receiving.value == .cancelled)
      rig.usb.with { $0.send([7]) }
      #expect(try await rig.receive() == ([7], true))
      #expect(rig.usb.with { $0.postedCount[0x81] } == 1)
    }
  }

  @Test(arguments: [
    (Completion.Status.stalled, TransferError.stalled), (.noDevice, .disconnected),
    (.overflow, .overflow), (.error, .fault(code: -1)),
  ])
  func theNthReceptionFails(status: Completion.Status, error: TransferError) async throws {
    for index in 0...6 {
      for count in [0, 100] {
        try await Rig.with(chunk: 1024) { rig in
          let name = "at \(index) after \(count) bytes"
          rig.usb.with { state in
            state.failures["get_configuration"] = .other
            if index > 0 { state.send(Samples.bytes(index * 1024), ends: false) }
            state.fail(status, count: count)
          }
          for _ in 0..<index { #expect(try await rig.receive().1 == false, "\(name)") }
          if count > 0 { #expect(try await rig.receive().0.count == count, "\(name)") }
          #expect(await failure { _ = try await rig.receive() } == error, "\(name)")
          #expect(rig.usb.with { $0.busy.isEmpty }, "\(name)")
          if status == .stalled { try await rig.pipe.clearStall(.in) }
          rig.usb.with { state in
            state.halted = []
            state.send([5])
          }
          #expect(try await rig.receive() == ([5], true), "\(name)")
        }
      }
    }
  }

  /// A device that gives a data phase up leaves a part of it in the buffer that waits.
  @Test func whatWaitsCanBeDropped() async throws {
    try await Rig.with(chunk: 1024) { rig in
      try await rig.send([1])
      #expect(rig.usb.with { $0.posted[0x81]?.count } == 1)
      await rig.pipe.dropReceptions()
      #expect(rig.usb.with { $0.posted[0x81]?.count ?? 0 } == 0)
      rig.usb.with { $0.send([7]) }
      #expect(try await rig.receive() == ([7], true))
    }
  }

  @Test func clearingAStallKeepsWhatHadArrived() async throws {
    try await Rig.with(chunk: 1024) { rig in
      rig.usb.with { $0.send(Samples.bytes(1024), ends: false) }
      _ = try await rig.receive()
      let waiting = Task { await failure { _ = try await rig.receive() } }
      try await rig.until("4 posted") { $0.posted[0x81]?.count == 4 }
      waiting.cancel()
      _ = await waiting.value
      rig.usb.with { $0.send(Samples.bytes(1030)) }
      try await rig.until("reported") { $0.ready.isEmpty }
      try await rig.pipe.clearStall(.in)
      #expect(
        rig.usb.with { $0.callNames.suffix(3) } == [
          "cancel 129 1024", "cancel 129 1024", "clear_halt 129",
        ])
      #expect(try await rig.receive() == (Samples.bytes(1024), false))
      #expect(try await rig.receive().0.count == 6)
    }
  }

  /// QEMU's usb-mtp halts the endpoint when a reception is posted before it has anything to say.
  @Test func aStallBeforeTheAnswerIsClearedAndNotProvokedAgain() async throws {
    try await Rig.with { rig in
      rig.usb.with { $0.fail(.stalled) }
      try await rig.send([1])
      try await rig.send([2])
      try await rig.until("cleared") { $0.callNames.contains("clear_halt 129") }
      rig.usb.with { $0.send([3]) }
      #expect(try await rig.receive() == ([3], true))
      let posted = rig.usb.with { $0.postedCount[0x81] }
      try await rig.send([4])
      #expect(rig.usb.with { $0.postedCount[0x81] } == posted)
    }
  }

  @Test func submittingMayFailAheadButNotAtTheHead() async throws {
    try await Rig.with(chunk: 1024) { rig in
      rig.usb.with { $0.inRefusals = [.noMemory] }
      #expect(await failure { _ = try await rig.receive() } == .fault(code: -11))
      rig.usb.with { $0.send(Samples.bytes(1024), ends: false) }
      #expect(try await rig.receive().1 == false)
      rig.usb.with { state in
        state.send(Samples.bytes(3000))
        state.inRefusals = []
      }
      let first = try await rig.receive()
      rig.usb.with { $0.inRefusals = [.noMemory, .noMemory] }
      let rest = try await receiveAll(rig)
      #expect(first.0 + rest == Samples.bytes(3000))
    }
  }

  @Test func anErrorOfTheSinkComesThroughAndTheBytesCountAsDelivered() async throws {
    struct Full: Error {}
    try await Rig.with { rig async throws in
      rig.usb.with { state in
        state.send([1])
        state.send([2])
      }
      await #expect(throws: Full.self) {
        try await rig.pipe.receive(timeout: Rig.timeout) { _ in throw Full() }
      }
      #expect(try await rig.receive() == ([2], true))
    }
  }

  @Test func closingEndsAReceptionAndWhatComesAfter() async throws {
    try await Rig.with { rig async throws in
      let receiving = Task { await failure { _ = try await rig.receive() } }
      try await rig.until("posted") { $0.posted[0x81]?.count == 1 }
      async let closing: Void = rig.pipe.close()
      await rig.pipe.close()
      await closing
      #expect(await receiving.value == .cancelled)
      #expect(await failure { _ = try await rig.receive() } == .cancelled)
      #expect(await failure { try await rig.send([1]) } == .cancelled)
      #expect(await failure { _ = try await rig.pipe.receiveEvent(timeout: .zero) } == .cancelled)
      #expect(await failure { try await rig.pipe.clearStall(.in) } == .cancelled)
      let status = await failure {
        _ = try await rig.pipe.control(.deviceStatus, timeout: .seconds(1))
      }
      #expect(status == .cancelled)
    }
  }

  @Test func closingWaitsForConsume() async throws {
    try await Rig.with { rig async throws in
      rig.usb.with { $0.send(Samples.bytes(1000)) }
      var closing: Task<Void, Never>?
      _ = try await rig.pipe.receive(timeout: Rig.timeout) { bytes in
        closing = Task { await rig.pipe.close() }
        usleep(50_000)
        // Freed memory would have other bytes, or none.
        #expect([UInt8](bytes) == Samples.bytes(1000))
        #expect(rig.usb.with { $0.isOpen })
      }
      await closing?.value
      #expect(rig.usb.with { !$0.isOpen })
    }
  }
}
