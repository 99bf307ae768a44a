import PinstripePipe
import PinstripeProfile
import Testing

@testable import PinstripeUSB

/// The calls that opening and closing make, and their order.
@Suite struct ClaimedInterfaceTests {
  private func open(
    _ usb: FakeLibUSB, _ descriptors: [UInt8] = Samples.attribute(Samples.player)
  ) async throws(USBFailure) {
    do {
      let device = try Rig.player(usb, FakeAttributes(descriptors: descriptors))
      let pipe = try await USBPipe(opening: device, quirks: [.detachKernelDriver])
      await pipe.close()
      await pipe.close()
    } catch let failure as USBFailure {
      throw failure
    } catch {
      Issue.record(error)
    }
  }

  private func calls(_ usb: FakeLibUSB) -> [String] {
    // The reception of events is taken back whenever a pipe closes.
    usb.with { $0.callNames.filter { $0 != "alloc_transfer" && !$0.hasPrefix("cancel 131 ") } }
  }

  @Test func aPlayerWithoutADriverIsClaimedAndReleased() async throws {
    let usb = FakeLibUSB()
    try await open(usb)
    #expect(
      calls(usb) == [
        "init", "list", "open", "get_configuration", "get_configuration", "driver_active 0",
        "claim 0", "release 0", "close", "unref", "exit",
      ])
    usb.expectClean()
  }

  @Test func theDriverIsDetachedBeforeAndGivenBackAfter() async throws {
    let usb = FakeLibUSB()
    usb.with { $0.hasDriver = true }
    try await open(usb)
    #expect(
      calls(usb).dropFirst(5) == [
        "driver_active 0", "detach 0", "claim 0", "release 0", "attach 0", "close", "unref", "exit",
      ])
    usb.expectClean()
  }

  @Test func anotherConfigurationIsChosenOnlyWhenNeeded() async throws {
    let usb = FakeLibUSB()
    usb.with { $0.configuration = 2 }
    try await open(usb)
    #expect(calls(usb).contains("set_configuration 1"))
    usb.expectClean()
  }

  @Test func anAlternateSettingIsChosenAfterClaiming() async throws {
    let usb = FakeLibUSB()
    let body =
      Samples.interface(3, endpoints: 0) + Samples.interface(3, alternate: 1)
      + Samples.mtpEndpoints()
    try await open(usb, Samples.attribute(Samples.configuration(body)))
    #expect(
      calls(usb).dropFirst(5).prefix(4) == [
        "driver_active 3", "claim 3", "set_alternate 3 1", "release 3",
      ])
    usb.expectClean()
  }

  @Test func claimingFailsAndTheDriverComesBack() async throws {
    let usb = FakeLibUSB()
    usb.with { state in
      state.hasDriver = true
      state.failures["claim"] = .busy
    }
    await #expect(throws: USBFailure(code: .busy, attempt: .claim)) { try await open(usb) }
    #expect(
      calls(usb).dropFirst(5) == [
        "driver_active 0", "detach 0", "claim 0", "attach 0", "close", "unref", "exit",
      ])
    usb.expectClean()
  }

  /// Each call fails in turn; whatever was taken before is given back, backwards.
  @Test(
    arguments: [
      ("open", USBFailure.Attempt.open, []),
      ("set_configuration", .configure, ["close"]),
      ("detach", .detachDriver, ["close"]),
      ("claim", .claim, ["attach 0", "close"]),
      ("set_alternate", .selectAlternate, ["release 0", "attach 0", "close"]),
      ("init", .initialise, []),
      ("list", .list, []),
    ] as [(String, USBFailure.Attempt, [String])])
  func whateverFailsAllIsGivenBack(
    name: String, attempt: USBFailure.Attempt, undone: [String]
  ) async throws {
    let usb = FakeLibUSB()
    usb.with { state in
      state.hasDriver = true
      state.configuration = 2
      state.failures[name] = .access
    }
    let body = Samples.interface(endpoints: 0) + Samples.interface(alternate: 1)
    let descriptors = Samples.attribute(Samples.configuration(body + Samples.mtpEndpoints()))
    do {
      try await open(usb, descriptors)
      Issue.record("\(name) did not fail")
    } catch {
      #expect(error.code == .access)
      #expect(error.attempt == attempt)
    }
    let after = calls(usb).drop { !$0.hasPrefix(name) }.dropFirst()
    #expect(after.filter { $0 != "unref" && $0 != "exit" } == undone, "\(name)")
    usb.expectClean()
  }

  /// The n-th transfer cannot be allocated, for every n: 1 control, 4 out, 4 in, 1 interrupt.
  @Test func everyAllocationMayFail() async throws {
    for count in UInt(0)...10 {
      let usb = FakeLibUSB()
      usb.with { $0.allocations = count }
      do {
        try await open(usb)
        #expect(count == 10)
      } catch {
        #expect(error == USBFailure(code: .noMemory, attempt: .allocate), "\(count)")
      }
      #expect(calls(usb).contains("release 0") == (count > 0), "\(count)")
      usb.expectClean()
    }
  }

  @Test func aDeviceWithoutMTPIsClosedAgain() async throws {
    let usb = FakeLibUSB()
    let storage = Samples.configuration(
      Samples.interface(class: 8) + Samples.endpoint(0x81, 2, 512) + Samples.endpoint(0x02, 2, 512))
    await #expect(throws: USBFailure(code: .notFound, attempt: .findInterface)) {
      try await open(usb, Samples.attribute(storage))
    }
    #expect(calls(usb).contains("close"))
    usb.expectClean()
  }

  @Test func deviceMemoryIsUsedWhereThereIsSomeAndGivenBack() async throws {
    try await Rig.with(prepare: { $0.hasDeviceMemory = true }) { rig in
      #expect(rig.usb.with { $0.memory.count } == 8)
      try await rig.send(Samples.bytes(100))
    }
  }

  @Test func aDroppedPipeClosesInTheBackground() async throws {
    let usb = FakeLibUSB()
    do {
      let device = try Rig.player(
        usb, FakeAttributes(descriptors: Samples.attribute(Samples.player)))
      let pipe = try await USBPipe(opening: device)
      usb.with { $0.outFate = { _, _ in .held } }
      _ = await failure {
        try await Rig(usb: usb, pipe: pipe).send([1], timeout: .milliseconds(1))
      }
    }
    for _ in 0..<5000 where usb.with({ !$0.callNames.contains("exit") }) {
      try await Task.sleep(for: .milliseconds(1))
    }
    #expect(calls(usb).suffix(4) == ["release 0", "close", "unref", "exit"])
    usb.expectClean()
  }
}
