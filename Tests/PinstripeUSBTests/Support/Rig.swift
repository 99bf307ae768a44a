import PinstripePipe
import Testing

@testable import PinstripeUSB

/// A fake player and a pipe to it.
struct Rig {
  let usb: FakeLibUSB
  let pipe: USBPipe

  static let timeout = Duration.seconds(120)

  /// Runs `body` with a pipe to a fake player, closes it, and checks that all was given back.
  static func with(
    packetSize: Int = 512, depth: Int = 4, chunk: Int = 65_536, early: Bool = true,
    prepare: (inout FakeState) -> Void = { _ in },
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: (Rig) async throws -> Void
  ) async throws {
    let usb = FakeLibUSB()
    usb.with { prepare(&$0) }
    let descriptors = Samples.attribute(
      Samples.configuration(Samples.interface() + Samples.mtpEndpoints(packetSize)))
    do {
      let device = try player(usb, FakeAttributes(descriptors: descriptors))
      let pipe = try await USBPipe(
        opening: device, queueDepth: depth, chunkSize: chunk, postsReceivesEarly: early)
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(Rig(usb: usb, pipe: pipe)))
      } catch {
        result = .failure(error)
      }
      await pipe.close()
      try result.get()
    }
    usb.expectClean(resets: 0, sourceLocation)
  }

  static func player(_ usb: FakeLibUSB, _ attributes: FakeAttributes) throws -> USBDevice {
    let context = try USBContext(usb: usb, attributes: attributes)
    return try #require(try context.devices().first)
  }

  /// Sends `bytes` from a flat array.
  @discardableResult
  func send(
    _ bytes: [UInt8], end: TransferEnd = .shortPacket, timeout: Duration = Rig.timeout
  ) async throws -> UInt64 {
    var rest = bytes[...]
    return try await pipe.send(end: end, timeout: timeout) { buffer in
      let part = rest.prefix(buffer.count)
      rest = rest.dropFirst(part.count)
      buffer.copyBytes(from: part)
      return part.count
    }
  }

  /// Receives one buffer's worth.
  func receive(timeout: Duration = Rig.timeout) async throws -> ([UInt8], Bool) {
    var bytes: [UInt8] = []
    let reception = try await pipe.receive(timeout: timeout) { bytes = [UInt8]($0) }
    #expect(reception.count == bytes.count)
    return (bytes, reception.isEnd)
  }

  /// Waits until something is so on the fake's side.
  func until(_ what: String, _ condition: (FakeState) -> Bool) async throws {
    for _ in 0..<5000 {
      if usb.with({ condition($0) }) { return }
      try await Task.sleep(for: .milliseconds(1))
    }
    Issue.record("never: \(what)")
  }
}

extension FakeLibUSB {
  /// Nothing is left open or allocated, and nothing was done that crashes libusb.
  func expectClean(
    resets: Int = 0, _ sourceLocation: SourceLocation = #_sourceLocation
  ) {
    with { state in
      #expect(state.violations == [], sourceLocation: sourceLocation)
      #expect(!state.isOpen, sourceLocation: sourceLocation)
      #expect(state.transfers == [], sourceLocation: sourceLocation)
      #expect(state.memory == [], sourceLocation: sourceLocation)
      #expect(state.inFlight.isEmpty, sourceLocation: sourceLocation)
      #expect(state.callNames.count { $0 == "reset" } == resets, sourceLocation: sourceLocation)
    }
  }
}

/// The error of an operation that must fail.
func failure(_ body: () async throws -> Void) async -> TransferError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? TransferError
  }
}
