import PinstripePipe
import PinstripeProfile
import Synchronization
import Testing

@testable import PinstripeUSB

/// Each quirk of USB against a device that fails as it says: for a host that does not know of it
/// something fails, for one that does it works.
@Suite struct USBQuirkTests {
  /// A value that the device's side changes from another thread.
  private final class Shared<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value {
      get { state.withLock { $0 } }
      set { state.withLock { $0 = newValue } }
    }
  }

  /// A device that has to be treated in some way before it takes anything.
  private final class Device: Sendable {
    let usb = FakeLibUSB()
    private let listens = Shared(true)

    /// Whether it takes what it is sent.
    var isListening: Bool {
      get { listens.value }
      set { listens.value = newValue }
    }

    init(_ prepare: (inout FakeState, Device) -> Void) {
      usb.with { state in
        state.outFate = { [unowned self] _, _ in isListening ? .taken : .held }
        prepare(&state, self)
      }
    }

    /// Opens the device, sends something, and closes it; false when it is not taken.
    func takes(_ quirks: Set<Quirk>) async throws -> Bool {
      let descriptors = Samples.attribute(Samples.player)
      let device = try Rig.player(usb, FakeAttributes(descriptors: descriptors))
      let pipe = try await USBPipe(opening: device, quirks: quirks)
      let error = await failure {
        try await Rig(usb: usb, pipe: pipe).send([1], timeout: .milliseconds(20))
      }
      await pipe.close()
      return error == nil
    }
  }

  typealias Attempt = @Sendable (_ host: Set<Quirk>) async throws -> Bool

  static let attempts: [Quirk: Attempt] = [
    .detachKernelDriver: { host in
      let device = Device { state, _ in state.hasDriver = true }
      let isTaken = try await device.takes(host)
      device.usb.with { state in
        #expect(state.callNames.contains("attach 0"), "the driver gets its interface back")
        #expect(state.hasDriver)
      }
      device.usb.expectClean()
      return isTaken
    },
    .keepInterfaceOnClose: { host in
      let device = Device { state, device in
        state.onCall = { if $0 == "release" { device.isListening = false } }
      }
      let first = try await device.takes(host)
      let second = try await device.takes(host)
      return first && second
    },
    .resetOnClose: { host in
      let wasReset = Shared(false)
      let device = Device { state, device in
        state.onCall = { name in
          if name == "claim" { wasReset.value = false }
          if name == "reset" { wasReset.value = true }
          if name == "close" { device.isListening = wasReset.value }
        }
      }
      let first = try await device.takes(host)
      let second = try await device.takes(host)
      device.usb.expectClean(resets: host.isEmpty ? 0 : 2)
      return first && second
    },
    .probeMicrosoftDescriptor: { host in
      let asked = Shared<[UInt8]>([])
      let device = Device { state, device in
        device.isListening = false
        state.control = { setup, _ in
          // The string, and behind its vendor code 0x51 two feature descriptors.
          if setup == [0x80, 6, 0xEE, 3, 0, 0, 18, 0] {
            return .success([18, 3] + Samples.string("MSFT100").dropFirst(2) + [0x51, 0])
          }
          guard setup.prefix(2) == [0xC0, 0x51] else { return .failure(.init(status: .stalled)) }
          asked.value.append(setup[4])
          if asked.value == [4, 5] { device.isListening = true }
          return .failure(.init(status: .stalled))
        }
      }
      return try await device.takes(host)
    },
  ]

  @Test(arguments: attempts.keys.sorted { $0.rawValue < $1.rawValue })
  func withoutTheQuirkItFailsAndWithItItWorks(_ quirk: Quirk) async throws {
    let attempt = try #require(Self.attempts[quirk])
    #expect(try await attempt([quirk]), "\(quirk.rawValue): with it")
    let works = (try? await attempt([])) ?? false
    #expect(!works, "\(quirk.rawValue): without it")
  }

  @Test func everyQuirkOfUSBHasItsTest() {
    #expect(Set(Self.attempts.keys) == Quirk.ofUSB)
  }

  /// Without the quirk, a driver that may serve a disk is left alone, and the sentence says what to do.
  @Test func aDriverIsNotDetachedWithoutLeave() async throws {
    let device = Device { state, _ in state.hasDriver = true }
    let failure = await #expect(throws: USBFailure.self) { _ = try await device.takes([]) }
    #expect(failure?.code == .busy && failure?.attempt == .claimFromDriver)
    #expect(failure?.description.contains("detach-kernel-driver") == true)
    let calls = device.usb.with { $0.callNames }
    #expect(calls.filter { $0.hasPrefix("detach") || $0.hasPrefix("claim") } == [])
    #expect(device.usb.with { $0.hasDriver })
    device.usb.expectClean()
  }

  /// A device that has nothing to do with Microsoft stalls, which does no harm.
  @Test func aProbeThatIsRefusedDoesNoHarm() async throws {
    let device = Device { _, _ in }
    #expect(try await device.takes([.probeMicrosoftDescriptor]))
    device.usb.expectClean()
  }

  /// Command and data are under way at once, each ended as it must be.
  @Test func shortTransfersDoNotWaitForEachOther() async throws {
    let (command, data) = (Samples.bytes(12), Samples.bytes(1024))
    try await Rig.with(prepare: { $0.outFate = { _, _ in .held } }) { rig async throws in
      async let sending = rig.pipe.send([command, data], timeout: Rig.timeout)
      try await rig.until("both in flight") { $0.outHeld.count == 3 }
      rig.usb.with { $0.releaseOut() }
      #expect(try await sending == 1036)
      #expect(rig.usb.with { $0.taken } == [command, data, []])
    }
    // More than the queue holds, and one longer than a buffer.
    try await Rig.with(depth: 1, chunk: 1024) { rig async throws in
      #expect(try await rig.pipe.send([command, command, data], timeout: Rig.timeout) == 1048)
      #expect(rig.usb.with { $0.taken } == [command, command, data, []])
      let error = await failure {
        _ = try await rig.pipe.send([Samples.bytes(1025)], timeout: Rig.timeout)
      }
      #expect(error == .fault(code: -2))
    }
  }
}
