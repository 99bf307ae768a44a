import PinstripePipe
import Testing

@testable import PinstripeUSB

/// Class requests and the interrupt endpoint.
@Suite struct USBPipeControlTests {
  @Test func aStatusRequestAsksTheInterface() async throws {
    try await Rig.with(prepare: { state in
      state.control = { setup, payload in
        #expect(setup == [0xA1, 0x67, 0, 0, 0, 0, 64, 0])
        #expect(payload == [])
        return .success([4, 0, 1, 0x20])
      }
    }) { rig async throws in
      #expect(
        try await rig.pipe.control(.deviceStatus, timeout: Rig.timeout) == [4, 0, 1, 0x20])
    }
  }

  @Test func aCancelRequestCarriesItsPayload() async throws {
    try await Rig.with(prepare: { state in
      state.control = { setup, payload in
        #expect(setup == [0x21, 0x64, 0, 0, 0, 0, 6, 0])
        #expect(payload == [0x01, 0x40, 0x04, 0x03, 0x02, 0x01])
        return .success([])
      }
    }) { rig async throws in
      let request = ClassRequest.cancelTransaction(0x0102_0304)
      #expect(try await rig.pipe.control(request, timeout: Rig.timeout) == [])
      rig.usb.with { state in
        state.control = { setup, _ in
          #expect(setup == [0x21, 0x66, 0, 0, 0, 0, 0, 0])
          return .success([])
        }
      }
      #expect(try await rig.pipe.control(.resetDevice, timeout: Rig.timeout) == [])
    }
  }

  @Test func aSilentRequestIsTakenBackAndTheNextOneWorks() async throws {
    try await Rig.with { rig in
      rig.usb.with { $0.control = { _, _ in nil } }
      let error = await failure {
        _ = try await rig.pipe.control(.deviceStatus, timeout: .milliseconds(30))
      }
      #expect(error == .timedOut)
      let waiting = Task {
        await failure { _ = try await rig.pipe.control(.deviceStatus, timeout: Rig.timeout) }
      }
      try await rig.until("in flight") { !$0.busy.isEmpty }
      rig.pipe.cancel()
      #expect(await waiting.value == .cancelled)
      rig.usb.with { state in
        #expect(state.busy.isEmpty)
        state.control = { _, _ in .success([1]) }
      }
      #expect(try await rig.pipe.control(.deviceStatus, timeout: Rig.timeout) == [1])
    }
  }

  @Test func aRefusedRequestIsAStall() async throws {
    try await Rig.with { rig in
      let error = await failure {
        _ = try await rig.pipe.control(.deviceStatus, timeout: Rig.timeout)
      }
      #expect(error == .stalled)
    }
  }

  @Test func lengthsAreBounded() async throws {
    try await Rig.with(prepare: { $0.control = { _, _ in .success(Samples.bytes(9000)) } }) {
      rig async throws in
      for (limit, isAllowed) in [(4096, true), (4097, false), (Int.max, false)] {
        let request = ClassRequest(number: 1, payload: [], replyLimit: limit)
        let reply = try? await rig.pipe.control(request, timeout: Rig.timeout)
        #expect(reply?.count == (isAllowed ? limit : nil))
      }
      let long = ClassRequest(number: 1, payload: Samples.bytes(4097), replyLimit: 0)
      let error = await failure { _ = try await rig.pipe.control(long, timeout: Rig.timeout) }
      #expect(error == .fault(code: -2))
    }
  }

  @Test func eventsArriveAndNoneIsLostBetweenCalls() async throws {
    try await Rig.with { rig async throws in
      let first = await failure {
        _ = try await rig.pipe.receiveEvent(timeout: .milliseconds(20))
      }
      #expect(first == .timedOut)
      rig.usb.with { state in
        state.send([1, 2, 3], on: 0x83)
        state.send([4], on: 0x83)
      }
      #expect(try await rig.pipe.receiveEvent(timeout: Rig.timeout) == [1, 2, 3])
      #expect(try await rig.pipe.receiveEvent(timeout: Rig.timeout) == [4])
      #expect(rig.usb.with { $0.postedCount[0x83] } == 3)
    }
  }

  // Regression: a player that waits for its event to be fetched answered nothing to a pipe whose owner
  // did not ask for events.
  @Test func eventsAreFetchedBeforeAnybodyAsksForThem() async throws {
    try await Rig.with { rig async throws in
      rig.usb.with { state in
        for number in 0..<70 { state.send([UInt8(number)], on: 0x83) }
      }
      try await rig.until("fetched") { $0.postedCount[0x83] == 71 }
      // The last 64 are kept.
      for number in 6..<70 {
        #expect(try await rig.pipe.receiveEvent(timeout: Rig.timeout) == [UInt8(number)])
      }
      #expect(
        await failure { _ = try await rig.pipe.receiveEvent(timeout: .milliseconds(20)) }
          == .timedOut)
    }
  }

  @Test func aHaltOfTheInterruptEndpointIsEnded() async throws {
    try await Rig.with { rig async throws in
      rig.usb.with { $0.fail(.stalled, on: 0x83) }
      #expect(
        await failure { _ = try await rig.pipe.receiveEvent(timeout: Rig.timeout) } == .stalled)
      #expect(rig.usb.with { $0.callNames.contains("clear_halt 131") })
      rig.usb.with { $0.send([6], on: 0x83) }
      #expect(try await rig.pipe.receiveEvent(timeout: Rig.timeout) == [6])
    }
  }

  @Test func sendingReceivingEventsAndControlGoOnTogether() async throws {
    try await Rig.with(chunk: 1024, prepare: { $0.control = { _, _ in .success([1]) } }) {
      rig async throws in
      async let event = rig.pipe.receiveEvent(timeout: Rig.timeout)
      async let answer = rig.receive()
      for _ in 0..<50 {
        try await rig.send(Samples.bytes(5000))
        #expect(try await rig.pipe.control(.deviceStatus, timeout: Rig.timeout) == [1])
      }
      rig.usb.with { state in
        state.send([2])
        state.send([3], on: 0x83)
      }
      #expect(try await answer == ([2], true))
      #expect(try await event == [3])
    }
  }
}
