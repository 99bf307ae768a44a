import PinstripeMTP
import PinstripePipe
import PinstripeTestSupport
import Synchronization
import Testing

/// A player that notes what it gets and says what it is told.
private final class Notes: PlayerEnd {
  struct State {
    var taken: [[UInt8]] = [[]]
    var queue = TransferQueue()
    var cleared = 0
  }

  let state = Mutex(State())

  func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) {
    state.withLock { state in
      state.taken[state.taken.count - 1] += bytes
      if endsTransfer { state.taken.append([]) }
    }
  }

  func give(into buffer: UnsafeMutableRawBufferPointer, packetSize: Int) -> Reception? {
    state.withLock { $0.queue.give(into: buffer, packetSize: packetSize) }
  }

  func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] { throw .stalled }
  func nextEvent() -> [UInt8]? { nil }
  func clearStall(_ direction: PipeDirection) { state.withLock { $0.cleared += 1 } }
}

struct LoopbackPipeTests {
  private func send(
    _ count: Int, over pipe: any BulkPipe, end: TransferEnd = .shortPacket
  ) async throws -> UInt64 {
    var left = count
    return try await pipe.send(end: end, timeout: .seconds(1)) { buffer in
      let part = min(left, buffer.count)
      left -= part
      return part
    }
  }

  @Test func zeroLengthPacketsEndWhatIsFull() async throws {
    for count in [0, 1, 63, 64, 65, 127, 128, 129, 256] {
      let player = Notes()
      let pipe = LoopbackPipe(to: player, packetSize: 64, chunkSize: 128)
      #expect(try await send(count, over: pipe) == UInt64(count))
      #expect(player.state.withLock { $0.taken.map(\.count) } == [count, 0], "\(count)")
      #expect(pipe.transfers.map(\.endedWithZeroLengthPacket) == [count % 64 == 0], "\(count)")
    }
  }

  @Test func anOpenTransferGoesOnInTheNextCall() async throws {
    let player = Notes()
    let pipe = LoopbackPipe(to: player, packetSize: 64, chunkSize: 128)
    _ = try await send(128, over: pipe, end: .open)
    _ = try await send(10, over: pipe)
    #expect(player.state.withLock { $0.taken.map(\.count) } == [138, 0])
  }

  @Test func receptionsAreCutAsOnUSB() async throws {
    let cases: [([(Int, Bool)], [Reception])] = [
      ([(10, true)], [.init(count: 10, isEnd: true)]),
      ([(64, true)], [.init(count: 64, isEnd: true)]),
      (
        [(128, true)], [.init(count: 128, isEnd: false), .init(count: 0, isEnd: true)]
      ),
      (
        [(128, false), (12, true)],
        [.init(count: 128, isEnd: false), .init(count: 12, isEnd: true)]
      ),
      // Without a zero-length packet the next transfer runs on in the same buffer.
      ([(64, false), (12, true)], [.init(count: 76, isEnd: true)]),
      ([(0, true), (12, true)], [.init(count: 0, isEnd: true), .init(count: 12, isEnd: true)]),
      (
        [(130, true), (5, true)],
        [
          .init(count: 128, isEnd: false), .init(count: 2, isEnd: true),
          .init(count: 5, isEnd: true),
        ]
      ),
    ]
    for (transfers, expected) in cases {
      let player = Notes()
      player.state.withLock { state in
        for (count, endsExactly) in transfers {
          state.queue.append([UInt8](repeating: 1, count: count), endsExactly: endsExactly)
        }
      }
      let pipe = LoopbackPipe(to: player, packetSize: 64, chunkSize: 128)
      for reception in expected {
        #expect(try await pipe.receive(timeout: .zero) { _ in } == reception, "\(transfers)")
      }
      await #expect(throws: TransferError.timedOut) {
        try await pipe.receive(timeout: .zero) { _ in }
      }
    }
  }

  @Test func cancelEndsATransferAndThePipeStaysUsable() async throws {
    let pipe = LoopbackPipe(to: Notes(), packetSize: 64, chunkSize: 64)
    await #expect(throws: TransferError.cancelled) {
      try await pipe.send(end: .shortPacket, timeout: .zero) { buffer in
        pipe.cancel()
        return buffer.count
      }
    }
    #expect(try await send(5, over: pipe) == 5)
    await pipe.close()
    await pipe.close()
    #expect(pipe.isClosed)
    await #expect(throws: TransferError.cancelled) { try await send(5, over: pipe) }
    await #expect(throws: TransferError.cancelled) { try await pipe.clearStall(.in) }
  }

  @Test func theInjectorFailsTheChosenCallOnceOrFromThenOn() async throws {
    for (persistence, outcomes) in [
      (FaultInjector.Persistence.once, [true, false, true, true]),
      (.fromThenOn, [true, false, false, false]),
    ] {
      let pipe = FaultInjector(
        LoopbackPipe(to: Notes()), at: 2, .fail(.stalled), persistence)
      for outcome in outcomes {
        let sent = try? await send(5, over: pipe)
        #expect((sent != nil) == outcome)
      }
      #expect(pipe.calls == 4)
    }
  }

  @Test func theInjectorCutsAndShortens() async throws {
    let player = Notes()
    let inner = LoopbackPipe(to: player, packetSize: 64, chunkSize: 64)
    await #expect(throws: TransferError.timedOut) {
      try await send(300, over: FaultInjector(inner, at: 1, .cut(after: 150, .timedOut)))
    }
    #expect(player.state.withLock { $0.taken.map(\.count) } == [128])
    #expect(try await send(300, over: FaultInjector(inner, at: 1, .shortWrite(100))) == 100)
    #expect(player.state.withLock { $0.taken.map(\.count) } == [228, 0])
    let gone = FaultInjector(inner, at: 1, .disconnect)
    for _ in 0..<2 {
      await #expect(throws: TransferError.disconnected) {
        try await gone.control(.deviceStatus, timeout: .zero)
      }
    }
  }
}
