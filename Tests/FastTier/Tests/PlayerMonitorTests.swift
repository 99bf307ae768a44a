import PinstripeMTP
import PinstripeTestSupport
import Synchronization
import Testing

@testable import Pinstripe

extension FastTierTests {
  /// Players that come and go, told by libusb's hot-plug events.
  @Suite struct Monitor {
    /// Collects what a monitor tells, as "+ID" and "-ID".
    private final class Listener: Sendable {
      private let told = Mutex<[String]>([])
      private let task = Mutex<Task<Void, any Error>?>(nil)

      init() throws {
        let monitor = PlayerMonitor(try PlayerFinder(), settling: .milliseconds(30))
        let task = Task { [weak self] in
          for try await event in monitor.events() {
            let sign = if case .arrived = event { "+" } else { "-" }
            self?.told.withLock { $0.append(sign + event.player.id) }
          }
        }
        self.task.withLock { $0 = task }
      }

      var all: [String] { told.withLock { $0 } }

      func expect(_ lines: [String]) async throws {
        try await until { self.all.count >= lines.count }
        // Nothing else comes behind.
        try await Task.sleep(for: .milliseconds(100))
        #expect(all == lines)
      }

      /// Ends the watching, and waits for its end.
      func stop() async throws {
        let task = task.withLock { $0 }
        task?.cancel()
        try await task?.value
      }
    }

    @Test func thoseThatAreThereArriveFirst() async throws {
      let first = try PluggedPlayer(MemoryResponder(), port: 1)
      let second = try PluggedPlayer(MemoryResponder(), port: 2)
      let listener = try Listener()
      try await listener.expect(["+\(first.id)", "+\(second.id)"])
      try await listener.stop()
    }

    @Test func arrivalsAndDeparturesAreTold() async throws {
      let listener = try Listener()
      try await listener.expect([])
      let first = try PluggedPlayer(MemoryResponder(), port: 1)
      try await listener.expect(["+\(first.id)"])
      let second = try PluggedPlayer(MemoryResponder(), port: 2)
      try await listener.expect(["+\(first.id)", "+\(second.id)"])
      first.unplug()
      try await listener.expect(["+\(first.id)", "+\(second.id)", "-\(first.id)"])
      second.unplug()
      try await listener.expect([
        "+\(first.id)", "+\(second.id)", "-\(first.id)", "-\(second.id)",
      ])
      try await listener.stop()
    }

    @Test func aPlayerThatIsPluggedInAgainIsANewOne() async throws {
      let listener = try Listener()
      let first = try PluggedPlayer(MemoryResponder())
      try await listener.expect(["+\(first.id)"])
      first.unplug()
      try await listener.expect(["+\(first.id)", "-\(first.id)"])
      let again = try PluggedPlayer(MemoryResponder())
      #expect(again.id != first.id)
      try await listener.expect(["+\(first.id)", "-\(first.id)", "+\(again.id)"])
      try await listener.stop()
    }

    @Test func whatIsNoPlayerIsNotTold() async throws {
      let listener = try Listener()
      var disk = NodeDescriptors()
      disk.interfaceClass = [8, 6, 0x50]
      let keyboard = try PluggedPlayer(MemoryResponder(), port: 3, descriptors: disk)
      let player = try PluggedPlayer(MemoryResponder(), port: 1)
      try await listener.expect(["+\(player.id)"])
      keyboard.unplug()
      player.unplug()
      try await listener.expect(["+\(player.id)", "-\(player.id)"])
      try await listener.stop()
    }

    @Test func aPlayerCanBeOpenedAsSoonAsItArrived() async throws {
      let finder = try PlayerFinder()
      let events = PlayerMonitor(finder, settling: .milliseconds(30)).events()
      let player = MemoryResponder()
      player.add("a.mp3")
      let plugged = try PluggedPlayer(player)
      for try await event in events {
        guard case .arrived(let arrived) = event else { continue }
        #expect(arrived.id == plugged.id)
        let transport = try await finder.open(arrived)
        #expect(transport.session.isOpen)
        await transport.close()
        break
      }
      #expect(!player.isSessionOpen)
    }

    @Test func aMonitorThatNobodyListensToEnds() async throws {
      let listener = try Listener()
      try await listener.expect([])
      try await listener.stop()
      let late = try PluggedPlayer(MemoryResponder())
      try await Task.sleep(for: .milliseconds(100))
      #expect(listener.all.isEmpty)
      late.unplug()
    }
  }
}
