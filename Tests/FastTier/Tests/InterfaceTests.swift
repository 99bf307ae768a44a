import CUSBNode
import Pinstripe
import PinstripeTestSupport
import Testing

extension FastTierTests {
  /// Whose the interface is.
  @Suite struct Interface {
    @Test func aKernelDriverGetsItBack() async throws {
      let plugged = try PluggedPlayer(MemoryResponder())
      plugged.driver = "usb-storage"
      let finder = try PlayerFinder()
      let transport = try await finder.open(try await finder.player(id: plugged.id))
      #expect(plugged.driver == "")
      #expect(try await transport.list().isEmpty)
      await transport.close()
      #expect(plugged.driver == "usb-storage")
    }

    @Test func anotherProgramKeepsIt() async throws {
      let plugged = try PluggedPlayer(MemoryResponder())
      let finder = try PlayerFinder()
      let player = try await finder.player(id: plugged.id)
      let first = try await finder.open(player)
      let error = await #expect(throws: PinstripeError.self) {
        _ = try await PlayerFinder().open(player)
      }
      #expect(error?.code == .playerBusy)
      #expect(error?.message.contains("another program") == true, "\(error?.message ?? "")")
      #expect(try await first.list().isEmpty)
      await first.close()
      let second = try await finder.open(player)
      await second.close()
      #expect(plugged.counts.claims == 2)
      #expect(plugged.counts.releases == 2)
    }
  }
}
