import PinstripePipe
import Testing

@testable import PinstripeUSB

@Suite struct EventLoopTests {
  /// A time limit that is met must not cost an interruption of the thread each time.
  @Test func aStreamInterruptsTheThreadOncePerLimit() async throws {
    try await Rig.with(chunk: 1024) { rig in
      let before = rig.usb.with { $0.interruptions }
      for _ in 0..<200 { try await rig.send(Samples.bytes(3000)) }
      #expect(rig.usb.with { $0.interruptions } - before <= 2)
    }
  }

  @Test func aShorterLimitSetLaterIsKept() async throws {
    try await Rig.with { rig in
      let long = Task { await failure { _ = try await rig.receive(timeout: .seconds(60)) } }
      try await rig.until("posted") { $0.posted[0x81]?.count == 1 }
      try await Task.sleep(for: .milliseconds(20))
      let start = SuspendingClock().now
      let short = await failure {
        _ = try await rig.pipe.receiveEvent(timeout: .milliseconds(40))
      }
      #expect(short == .timedOut)
      #expect(SuspendingClock().now - start < .seconds(30))
      long.cancel()
      #expect(await long.value == .cancelled)
    }
  }

  @Test(arguments: [Duration.zero, .seconds(-5), .nanoseconds(1)])
  func aLimitInThePastEndsTheWaitAtOnce(timeout: Duration) async throws {
    try await Rig.with { rig in
      #expect(await failure { _ = try await rig.receive(timeout: timeout) } == .timedOut)
      // What is there already is taken nevertheless.
      rig.usb.with { $0.send([1]) }
      try await rig.until("reported") { $0.ready.isEmpty }
      try await Task.sleep(for: .milliseconds(20))
      #expect(try await rig.receive(timeout: timeout) == ([1], true))
    }
  }

  @Test func anEndlessLimitDoesNotOverflow() async throws {
    try await Rig.with { rig in
      async let answer = rig.receive(timeout: .seconds(Int64.max))
      try await rig.until("posted") { $0.posted[0x81]?.count == 1 }
      rig.usb.with { $0.send([1]) }
      #expect(try await answer == ([1], true))
    }
  }

  @Test func errorsOfTheEventHandlingDoNotEndIt() async throws {
    try await Rig.with { rig in
      rig.usb.with { $0.eventError = .inputOutput }
      try await rig.send(Samples.bytes(1000))
      rig.usb.with { $0.eventError = .interrupted }
      try await rig.send(Samples.bytes(1000))
    }
  }

  @Test func contextsStartAndEnd() throws {
    for _ in 0..<50 {
      let usb = FakeLibUSB()
      do {
        let context = try USBContext(usb: usb, attributes: FakeAttributes([:]))
        #expect(try context.devices().count == 1)
      }
      #expect(usb.with { $0.callNames } == ["init", "list", "unref", "exit"])
    }
  }
}
