import Testing

@testable import PinstripeUSB

/// Devices that come and go.
@Suite struct USBChangesTests {
  @Test func everybodyIsToldOnceAtATime() async throws {
    let usb = FakeLibUSB()
    do {
      let context = try USBContext(usb: usb, attributes: FakeAttributes([:]))
      var first = context.changes().makeAsyncIterator()
      var second = context.changes().makeAsyncIterator()
      #expect(usb.with { $0.callNames.count { $0 == "watch" } } == 1)
      // Several changes while nobody waits are one.
      for _ in 0..<3 { usb.with { $0.changed }?() }
      #expect(await first.next() != nil)
      #expect(await second.next() != nil)
      usb.with { $0.changed }?()
      #expect(await first.next() != nil)
    }
    try await until { usb.with { $0.callNames.contains("endWatch") } }
    let calls = usb.with { $0.callNames }
    let exit = try #require(calls.firstIndex(of: "exit"))
    // What the callback holds may only go when nothing can call it any more.
    #expect(try #require(calls.firstIndex(of: "endWatch")) > exit)
  }

  @Test func withoutHotPlugItIsLookedEverySecond() async throws {
    let usb = FakeLibUSB()
    usb.with { $0.failures["watch"] = .notSupported }
    let context = try USBContext(usb: usb, attributes: FakeAttributes([:]))
    var count = 0
    for await _ in context.changes() {
      count += 1
      if count == 2 { break }
    }
    #expect(count == 2)
  }

  @Test func whoNoLongerListensIsForgotten() async throws {
    let usb = FakeLibUSB()
    let context = try USBContext(usb: usb, attributes: FakeAttributes([:]))
    let task = Task {
      var count = 0
      for await _ in context.changes() { count += 1 }
      return count
    }
    try await until { usb.with { $0.changed != nil } }
    task.cancel()
    #expect(await task.value == 0)
    usb.with { $0.changed }?()
  }

  private func until(_ condition: () -> Bool) async throws {
    for _ in 0..<1000 where !condition() { try await Task.sleep(for: .milliseconds(5)) }
    #expect(condition())
  }
}
