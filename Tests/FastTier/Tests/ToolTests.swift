import CUSBNode
import Glibc
import PinstripeTestSupport
import TestTools
import Testing

extension FastTierTests {
  /// The built tool, which opens the node from a process of its own.
  @Suite struct Tool {
    let folder = TemporaryFolder()

    private func pinstripe(_ arguments: String...) async throws -> Program.Outcome {
      var program = Program(try Self.path())
      program.environment["HOME"] = folder("home")
      for name in ["LD_PRELOAD", "UMOCKDEV_DIR"] {
        program.environment[name] = getenv(name).map { String(cString: $0) }
      }
      return try await program.run(arguments)
    }

    /// Beside the tests.
    private static func path() throws -> String {
      var target = [CChar](repeating: 0, count: 4096)
      try #require(readlink("/proc/self/exe", &target, target.count - 1) > 0)
      let own = String(
        decoding: target.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let end = try #require(own.lastIndex(of: "/"))
      return own[...end] + "pinstripe"
    }

    @Test func pushListPullAndRemove() async throws {
      let player = MemoryResponder()
      let plugged = try PluggedPlayer(player)
      let bytes = pattern(300_000)
      TestFile.write(bytes, to: folder("song.bin"))

      let players = try await pinstripe("players")
      #expect(players.text.hasPrefix("\(plugged.id) "), "\(players.text)")
      #expect(players.text.contains("Memory Player (1209:0002)"), "\(players.text)")
      let push = try await pinstripe("push", folder("song.bin"))
      #expect(push.status == 0, "\(push.errors)")
      #expect(player.objects.last?.content == .bytes(bytes))
      #expect(try await pinstripe("ls").text.contains("song.bin"))
      let pull = try await pinstripe("pull", "song.bin", "-o", folder("back"))
      #expect(pull.status == 0, "\(pull.errors)")
      #expect(TestFile.read(folder("back")) == bytes)
      #expect(try await pinstripe("rm", "song.bin").status == 0)
      #expect(!player.objects.contains { $0.name == "song.bin" })
      #expect(!player.isSessionOpen)
      #expect(plugged.counts.resets == 0)
      #expect(plugged.counts.in_flight == 0)
    }

    @Test func withoutAPlayerItSaysSo() async throws {
      let outcome = try await pinstripe("ls")
      #expect(outcome.status == 69)
      #expect(outcome.errors.contains("No player is attached"))
    }
  }
}
